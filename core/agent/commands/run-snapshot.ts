/** `run-snapshot`: a snapshot is recorded in one transaction with the proof that names its parts, so there is never one without the other. */
import type { SnapshotPart } from '../../fleet/node/node-events.ts'
import type { Observer } from '../observer.ts'
import { type CommandAct, noEffect } from './act.ts'

export function createRunSnapshot(observer: Pick<Observer, 'snapshot'>): CommandAct {
  return {
    perform: (_entry, data) => {
      const wanted = data['parts'] as readonly SnapshotPart[]
      const { manifest, fact, also } = observer.snapshot()
      const untold = wanted.filter((name) => !manifest.some((part) => part.name === name))
      if (untold.length > 0)
        return { kind: 'failed', code: 'PART_NOT_TOLD', sentence: `The node does not tell of its ${untold.join(', ')}.` }
      const named = manifest.filter(({ name }) => wanted.includes(name)).map(({ name, digest }) => `${name} ${digest}`)
      return { kind: 'applied', proof: `Recorded with it: ${named.join(', ')}.`, facts: [fact], also }
    },
    // A snapshot that was recorded ended the command with it.
    probe: () => noEffect,
  }
}
