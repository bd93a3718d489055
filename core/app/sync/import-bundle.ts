/**
 * Takes in a bundle: first over its whole length to its seal, with nothing written; then again, segment by segment. What it was told
 * before, twice or out of order does no harm; a killed import is simply begun again.
 */
import type { Envelope } from '../../fleet/authority/events.ts'
import { AppError } from '../../kernel/app-error.ts'
import type { OperatorId, OriginId } from '../../kernel/ids.ts'
import { hasBlob } from '../../store/blobs.ts'
import type { Manifest, ManifestRun } from '../../sync/bundle-format.ts'
import { type BundleItem, readBundle } from '../../sync/read-bundle.ts'
import type { ServedMaster } from '../served-master.ts'
import { type Absent, readAbsent } from './announced.ts'
import { holdsPoint } from './give-out.ts'
import { vouchedKey } from './known-key.ts'
import { readReceipt } from './tables.ts'
import { createProver } from './prove.ts'
import type { Piece, Taken } from './take-in.ts'

/** The bytes of the archive from the beginning, as often as it is asked for. Decrypted already. */
export type OpenBundle = () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export type CheckedBundle = {
  readonly manifest: Manifest
  /** Of `from`, by its own words; `isKnown` says whether it is vouched for here. */
  readonly isKnown: boolean
  readonly isForUs: boolean
  /** A newer receipt of the one that it is from is held: it was made before that. */
  readonly isOlderThanKnown: boolean
}

export type ImportReport = {
  readonly manifest: Manifest
  readonly storedEvents: number
  /** Parts of logs that were held already; a run that was held whole counts as one. */
  readonly knownSegments: number
  readonly gaps: readonly { readonly log: string; readonly expected: number }[]
  readonly forks: readonly { readonly log: string; readonly at: number }[]
  readonly refused: readonly { readonly code: string; readonly sentence: string; readonly log: string; readonly count: number }[]
  /** What the origins of these logs say that there is, and what is not here: left out, or still to come. */
  readonly absent: readonly Absent[]
  readonly storedBlobs: number
  readonly newReceipts: number
  /** The receipt to be brought back. */
  readonly receipt: Envelope
}

/** So many bytes of segments go into one transaction. */
const batchBytes = 2 * 1024 * 1024
const batchesAtOnce = 2
const blobPieceBytes = 1024 * 1024
const absentAtMost = 200

/** Reads it all and writes nothing. Throws what `readBundle` throws. */
export async function checkBundle(master: ServedMaster, open: OpenBundle): Promise<CheckedBundle> {
  let manifest: Manifest | undefined
  let n = 0
  for await (const item of readBundle(open(), master.ports, { onlySeal: true })) {
    if (item.kind === 'manifest') ({ manifest } = item)
    else if (item.kind === 'statement' && manifest !== undefined && item.name === `receipts/${manifest.from.masterId}.dsse.json`)
      n = numberIn(item.envelope)
  }
  if (manifest === undefined) throw new AppError('Bug', 'BUNDLE_WITHOUT_MANIFEST', 'A bundle was read to its end without a manifest.')
  const { from, to } = manifest
  const { model, facts } = master
  const known = readReceipt(model.reader, from.masterId)?.receipt
  return {
    manifest,
    isKnown: vouchedKey(model, model.reader, from.masterId as OriginId, from.keyId) !== undefined,
    isForUs: to.length === 0 || to.some(({ masterId }) => masterId === (facts.masterId as string)),
    isOlderThanKnown:
      known !== undefined && (known.incarnation > from.incarnation || (known.incarnation === from.incarnation && known.n > n)),
  }
}

/** Throws Rejected `BUNDLE_FOREIGN` where nobody here vouches for whom it is from, and what `readBundle` throws; nothing is written then. */
export async function importBundle(master: ServedMaster, open: OpenBundle, actor: OperatorId | undefined): Promise<ImportReport> {
  const { manifest, isKnown } = await checkBundle(master, open)
  if (!isKnown)
    throw new AppError(
      'Rejected',
      'BUNDLE_FOREIGN',
      'Nobody here vouches for the master that this bundle is from; accept its card first.',
      {
        masterId: manifest.from.masterId,
        keyId: manifest.from.keyId,
      },
    )
  const tally = createTally()
  let pieces: Piece[] = []
  let waitingBytes = 0
  let unknown: Piece[] = []
  /** What was handed to the writer and is not answered yet, oldest first: it writes one while the next waits there and a third is read here. */
  const underWay: Promise<void>[] = []
  const handOver = async (): Promise<void> => {
    const batch = pieces
    pieces = []
    waitingBytes = 0
    if (underWay.length >= batchesAtOnce) await underWay.shift()
    if (batch.length === 0) return
    const written = master.act('sync.takeIn', { pieces: batch }, actor).then((taken) => {
      unknown = unknown.concat(batch.filter((_, at) => isOfNobody(taken[at])))
      tally.add(taken.filter((answer) => !isOfNobody(answer)))
    })
    // It is awaited later; until then nobody may call it unheard.
    written.catch(() => undefined)
    underWay.push(written)
  }
  const flush = async (): Promise<void> => {
    await handOver()
    for (let next = underWay.shift(); next !== undefined; next = underWay.shift()) await next
  }
  const prove = createProver(master, flush)
  const receipts: Envelope[] = []
  const isHeld = (run: ManifestRun): boolean => {
    const held = master.moment(() => holdsPoint(master.model.reader, run))
    if (held) tally.heldRun()
    return held
  }
  for await (const item of readBundle(open(), master.ports, { isHeld })) {
    switch (item.kind) {
      case 'segment': {
        // Before the list is looked at: proving may hand over what is in it.
        const piece = (await prove(item.bytes)) ?? item.bytes.slice()
        pieces.push(piece)
        waitingBytes += item.bytes.length
        if (waitingBytes >= batchBytes) await handOver()
        break
      }
      case 'blob':
        await flush()
        tally.blob(await takeBlob(master, item, actor))
        break
      case 'statement':
        if (item.name.startsWith('receipts/')) receipts.push(item.envelope)
        break
      case 'manifest':
      case 'seal':
        break
    }
    await master.ports.scheduler.yield()
  }
  await flush()
  // A key may have come behind what it signed.
  if (unknown.length > 0) tally.add(await master.act('sync.takeIn', { pieces: unknown }, actor))
  const taken = await master.act('sync.takeReceipts', { envelopes: receipts }, actor)
  // What was packed here and arrived there is known to be so from now on, and the receipt below covers that this was written down.
  await master.act('courier.noteReceipts', {}, actor)
  const absent = master.moment(() => readAbsent(master.model.reader, absentAtMost))
  const at = new Date(master.ports.clock.now()).toISOString()
  const receipt = await master.act('sync.receipt', { bundles: [{ bundleId: manifest.bundleId, at }] }, actor)
  return { manifest, ...tally.figures(), absent, newReceipts: taken.filter(({ kind }) => kind === 'newer').length, receipt }
}

function isOfNobody(answer: Taken | undefined): boolean {
  return answer?.kind === 'refused' && answer.refusal.code === 'KEY_UNKNOWN'
}

/** Whether it was not held before. */
async function takeBlob(
  master: ServedMaster,
  { sha256, sizeBytes, pieces }: Extract<BundleItem, { readonly kind: 'blob' }>,
  actor: OperatorId | undefined,
): Promise<boolean> {
  const isHeld = master.moment(() => hasBlob(master.model.reader, sha256))
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  let offset = 0
  const flush = async (): Promise<void> => {
    const bytes = Buffer.concat(waiting)
    waiting = []
    waitingBytes = 0
    await master.act('sync.takeContent', { digest: sha256, offset, sizeBytes, bytes: new Uint8Array(bytes) }, actor)
    offset += bytes.length
  }
  for await (const piece of pieces) {
    if (isHeld) continue
    waiting.push(piece)
    waitingBytes += piece.length
    if (waitingBytes >= blobPieceBytes) await flush()
  }
  if (!isHeld && (waitingBytes > 0 || sizeBytes === 0)) await flush()
  return !isHeld
}

function createTally() {
  let storedEvents = 0
  let knownSegments = 0
  let knownRuns = 0
  let storedBlobs = 0
  const gaps = new Map<string, { readonly log: string; readonly expected: number }>()
  const forks = new Map<string, { readonly log: string; readonly at: number }>()
  const refused = new Map<string, { readonly code: string; readonly sentence: string; readonly log: string; count: number }>()
  return {
    add: (taken: readonly Taken[]): void => {
      for (const answer of taken) {
        const { log } = answer
        switch (answer.kind) {
          case 'stored':
            storedEvents += answer.events
            break
          case 'known':
            knownSegments++
            break
          case 'gap':
            if (!gaps.has(log)) gaps.set(log, { log, expected: answer.expected })
            break
          case 'forked':
            storedEvents += answer.events
            forks.set(log, { log, at: answer.at })
            break
          case 'refused': {
            const { code, sentence } = answer.refusal
            const known = refused.get(`${code} ${log}`)
            if (known === undefined) refused.set(`${code} ${log}`, { code, sentence, log, count: 1 })
            else known.count++
          }
        }
      }
    },
    blob: (isNew: boolean): void => void (storedBlobs += Number(isNew)),
    heldRun: (): void => void knownRuns++,
    figures: () => ({
      storedEvents,
      knownSegments: knownSegments + knownRuns,
      storedBlobs,
      gaps: [...gaps.values()],
      forks: [...forks.values()],
      refused: [...refused.values()],
    }),
  }
}

/** Not checked: it only says whether something newer is held. */
function numberIn({ payload }: Envelope): number {
  try {
    const { n } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as { readonly n?: unknown }
    return typeof n === 'number' ? n : 0
  } catch {
    return 0
  }
}
