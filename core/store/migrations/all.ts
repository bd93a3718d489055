/** Every migration there is, oldest first. Numbered by tens; one that was released is never changed. */
import type { Migration } from '../migrate.ts'
import { createEvents } from './0010-create-events.ts'
import { eventRuns } from './0020-event-runs.ts'
import { blobPieces } from './0030-blob-pieces.ts'
import { seals } from './0040-seals.ts'
import { indexForks } from './0050-index-forks.ts'

export const migrations: readonly Migration[] = [createEvents, eventRuns, blobPieces, seals, indexForks]
