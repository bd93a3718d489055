/**
 * Takes in what the airlock holds, in batches, and says how far it is after each: whoever is killed in between goes on there, and what was
 * taken in twice is known the second time ([CU11]).
 */
import type { ImportResult } from '../../contract/courier.ts'
import type { Envelope } from '../../fleet/authority/events.ts'
import { AppError } from '../../kernel/app-error.ts'
import type { OperatorId } from '../../kernel/ids.ts'
import type { Files } from '../../kernel/ports.ts'
import { hasBlob } from '../../store/blobs.ts'
import type { ServedMaster } from '../served-master.ts'
import type { Taken } from '../sync/take-in.ts'
import { readSpooled, spooledBlob, spooledSegments } from './spool.ts'

/** As far as it has come. Written down after every batch. */
export type Applied = {
  readonly segments: number
  readonly storedEvents: number
  readonly storedSegments: number
  readonly knownSegments: number
  readonly forkedSegments: number
  readonly waitingPieces: number
  readonly storedBlobs: number
  readonly refused: ImportResult['refused']
}

export const nothingApplied: Applied = {
  segments: 0,
  storedEvents: 0,
  storedSegments: 0,
  knownSegments: 0,
  forkedSegments: 0,
  waitingPieces: 0,
  storedBlobs: 0,
  refused: [],
}

const batchBytes = 1024 * 1024
const blobPieceBytes = 1024 * 1024

type Parts = {
  readonly master: ServedMaster
  readonly files: Files
  readonly directory: string
  readonly actor: OperatorId | undefined
  readonly from: Applied
  readonly signal: AbortSignal
  /** Called when a batch is durable. */
  readonly applied: (applied: Applied) => void
}

/** Throws Unavailable `CANCELLED` between two batches, and what the store throws. */
export async function applySpooled({ master, files, directory, actor, from, signal, applied }: Parts): Promise<Applied> {
  const { manifest, statements } = readSpooled(directory, files)
  let so = from
  const tell = (next: Applied): void => {
    so = next
    applied(so)
    if (signal.aborted) throw new AppError('Unavailable', 'CANCELLED', 'It was stopped; what was taken in stays, and it can go on.')
  }
  const receipts = statements.filter(({ name }) => name.startsWith('receipts/')).map(({ envelope }): Envelope => envelope)
  const unknown: Uint8Array[] = []
  let batch: Uint8Array[] = []
  let batchSize = 0
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return
    const pieces = batch
    batch = []
    batchSize = 0
    const taken = await master.act('sync.takeIn', { pieces }, actor)
    pieces.forEach((piece, at) => {
      if (isOfNobody(taken[at])) unknown.push(piece)
    })
    tell({
      ...addTaken(
        so,
        taken.filter((answer) => !isOfNobody(answer)),
      ),
      segments: so.segments + pieces.length,
    })
  }
  let at = 0
  for (const piece of spooledSegments(directory)) {
    if (at++ < from.segments) continue
    batch.push(piece)
    batchSize += piece.length
    if (batchSize >= batchBytes) await flush()
  }
  await flush()
  // A key may have come behind what it signed.
  if (unknown.length > 0) tell(addTaken(so, await master.act('sync.takeIn', { pieces: unknown }, actor)))
  for (const { sha256 } of manifest.blobs) if (await takeBlob(sha256)) tell({ ...so, storedBlobs: so.storedBlobs + 1 })
  await master.act('sync.takeReceipts', { envelopes: receipts }, actor)
  await master.act('courier.noteReceipts', {}, actor)
  return so

  async function takeBlob(digest: string): Promise<boolean> {
    if (master.moment(() => hasBlob(master.model.reader, digest))) return false
    const { sizeBytes, chunks } = spooledBlob(directory, digest)
    let offset = 0
    for (const chunk of chunks) {
      for (let start = 0; start < chunk.length; start += blobPieceBytes) {
        const bytes = chunk.slice(start, start + blobPieceBytes)
        await master.act('sync.takeContent', { digest, offset, sizeBytes, bytes }, actor)
        offset += bytes.length
      }
    }
    if (sizeBytes === 0) await master.act('sync.takeContent', { digest, offset, sizeBytes, bytes: new Uint8Array() }, actor)
    return true
  }
}

function addTaken(before: Applied, taken: readonly Taken[]): Applied {
  const next = { ...before, refused: [...before.refused] }
  for (const answer of taken) {
    switch (answer.kind) {
      case 'stored':
        next.storedSegments++
        next.storedEvents += answer.events
        break
      case 'known':
        next.knownSegments++
        break
      case 'gap':
        next.waitingPieces++
        break
      case 'forked':
        next.forkedSegments++
        next.storedEvents += answer.events
        break
      case 'refused': {
        const { code, sentence } = answer.refusal
        const known = next.refused.findIndex((other) => other.code === code && other.log === answer.log)
        const one = next.refused[known]
        if (one === undefined) next.refused.push({ code, sentence, log: answer.log, count: 1 })
        else next.refused[known] = { ...one, count: one.count + 1 }
      }
    }
  }
  return next
}

function isOfNobody(answer: Taken | undefined): boolean {
  return answer?.kind === 'refused' && answer.refusal.code === 'KEY_UNKNOWN'
}
