/**
 * Packs a bundle for one or more masters out of a store: what they lack by their last receipts, in the order of the exchange, up to a
 * budget, as a stream of bytes. What does not go this time is counted and goes the next time, because receipts decide what goes.
 */
import type { Envelope } from '../../fleet/authority/events.ts'
import { AppError } from '../../kernel/app-error.ts'
import { toBase64 } from '../../kernel/hex.ts'
import { createUlidSource, type OperatorId } from '../../kernel/ids.ts'
import type { Reader } from '../../kernel/reader.ts'
import { type Lane, lanes as allLanes } from '../../log/log-id.ts'
import { decodeSegment } from '../../log/segment.ts'
import { streamBlob } from '../../store/blobs.ts'
import { keysOfOrigin } from '../../store/keys.ts'
import { bundleLimits, type Manifest, type ManifestRun } from '../../sync/bundle-format.ts'
import { type Budget, budgetBytes, createPacker, eventsOf, type Run } from '../../sync/exchange.ts'
import { frontierOf } from '../../sync/receipt.ts'
import { blockBytes, memberBytes } from '../../sync/tar.ts'
import { type BundleBlob, type BundleSegment, joinSegments, writeBundle } from '../../sync/write-bundle.ts'
import { exchangeScope } from './scope.ts'
import type { ServedMaster } from '../served-master.ts'
import { encryptedTo, recipientOf } from './age.ts'
import { giveOut, type GiveOutPlan, planGiveOut } from './give-out.ts'
import { listPeers, type Peer, readPeer, readReceipt } from './tables.ts'

export type ExportAsk = {
  /** Masters whose cards were accepted; none: for whoever gets it, which is never encrypted. */
  readonly to: readonly string[]
  /** All that is held, whatever they acknowledged. */
  readonly isFull?: boolean | undefined
  readonly lanes?: readonly Lane[] | undefined
  /** A domain with all below it. */
  readonly domainId?: string | undefined
  readonly budget?: Budget | undefined
  /** Not encrypted: whoever finds it can read it. */
  readonly isPlain?: boolean | undefined
  readonly bundleId?: string | undefined
}

export type OpenedExport = {
  readonly manifest: Manifest
  readonly isEncrypted: boolean
  /** The own receipt that is in it; it may lie beside the bundle in clear. */
  readonly receipt: Envelope
  readonly chunks: AsyncIterable<Uint8Array>
}

/** What a bundle holds beside its logs and content: README, ends, and the shares of a manifest that are always there. */
const spareBytes = 16 * 1024
/** age adds a header, 200 bytes for each recipient and 16 for each 64 KiB. */
const ageShare = 16 / 65_536

/**
 * `reader` shows one moment of the master's store until the chunks are read. Throws NotFound `PEER_UNKNOWN`, `DOMAIN_UNKNOWN`, Rejected
 * `RECIPIENT_UNKNOWN`.
 */
export async function openExport(
  master: ServedMaster,
  reader: Reader,
  actor: OperatorId | undefined,
  ask: ExportAsk,
): Promise<OpenedExport> {
  const { ports, facts, model } = master
  const peers = ask.to.map((id) => requirePeer(reader, id))
  const isEncrypted = ask.isPlain !== true && peers.length > 0
  const recipients = isEncrypted ? peers.map(requireRecipient) : []
  const receipt = await master.act('sync.receipt', { bundles: [] }, actor)
  const recipient = await recipientOf(await master.act('sync.ageIdentity', {}, actor))
  const card = await master.act('sync.card', { recipient }, actor)
  const statements = statementsOf(reader, facts.masterId, card, receipt)
  const planned = planFor(reader, peers, ask)
  const limit = limitOf(ask.budget, isEncrypted, statements)
  const fitting = limit === undefined ? { ...planned, left: { events: 0, blobs: 0 } } : trim(reader, planned, limit, ports)
  const since = peers.length === 1 && ask.isFull !== true ? readReceipt(reader, peers[0]?.card.masterId ?? '')?.receipt : undefined
  const manifest: Manifest = {
    v: 1,
    format: 'ibcf-bundle',
    bundleId: ask.bundleId ?? createUlidSource(ports.clock, ports.random)(),
    createdAt: new Date(ports.clock.now()).toISOString(),
    program: facts.version,
    from: {
      masterId: facts.masterId,
      name: model.master(facts.masterId)?.name ?? facts.name,
      incarnation: incarnationOf(receipt),
      keyId: facts.keyId,
      publicKey: publicKeyOf(reader, facts.masterId, facts.keyId),
    },
    to: peers.map(({ card: { masterId, name } }) => ({ masterId, name })),
    scope: ask.domainId === undefined ? 'everything' : `domain ${ask.domainId}`,
    lanes: [...(ask.lanes ?? allLanes)],
    since: since === undefined ? null : { masterId: since.masterId, incarnation: since.incarnation, n: since.n },
    events: eventsOf(fitting.runs),
    runs: fitting.runs.map(({ log, from, to, head, branch }) => ({ log, from, to, head, fork: branch > 0 })),
    blobs: fitting.blobs.map((sha256) => ({ sha256, sizeBytes: streamBlob(reader, sha256)?.sizeBytes ?? 0 })),
    statements: statements.map(({ name }) => name),
    left: fitting.left,
  }
  const chunks = writeBundle(
    {
      manifest,
      statements,
      segments: segmentsOf(reader, fitting.runs, manifest.runs),
      blobs: blobsOf(reader, manifest),
      seal: (payload) => master.act('sync.manifest', { payload }, actor),
    },
    ports,
  )
  return { manifest, isEncrypted, receipt, chunks: isEncrypted ? encryptedTo(chunks, recipients) : chunks }
}

function requirePeer(reader: Reader, masterId: string): Peer {
  const peer = readPeer(reader, masterId)
  if (peer === undefined) throw new AppError('NotFound', 'PEER_UNKNOWN', 'The card of that master was not accepted here.', { masterId })
  return peer
}

function requireRecipient({ card: { recipient, masterId } }: Peer): string {
  if (recipient === null)
    throw new AppError(
      'Rejected',
      'RECIPIENT_UNKNOWN',
      'The card of that master names no key to encrypt for; ask for a newer one, or send it plain.',
      {
        masterId,
      },
    )
  return recipient
}

/** For several, what any of them lacks. */
function planFor(reader: Reader, peers: readonly Peer[], { isFull, domainId, lanes }: ExportAsk): GiveOutPlan {
  const scope = domainId === undefined ? undefined : exchangeScope(reader, domainId)
  const known = isFull === true ? [] : peers.map(({ card }) => readReceipt(reader, card.masterId)?.receipt)
  const plans = (known.length === 0 ? [undefined] : known).map((receipt) =>
    planGiveOut(reader, { theirs: receipt === undefined ? [] : frontierOf(receipt), wants: receipt?.wants ?? [], scope, lanes }),
  )
  const [only] = plans
  if (only !== undefined && plans.length === 1) return only
  const runs = new Map<string, Run>()
  for (const run of plans.flatMap((plan) => plan.runs)) {
    const name = `${run.log} ${run.branch}`
    const other = runs.get(name)
    runs.set(name, other === undefined || run.from < other.from ? run : other)
  }
  const order = planGiveOut(reader, { theirs: [], scope, lanes }).runs
  const wanted = order.flatMap(({ log, branch }) => runs.get(`${log} ${branch}`) ?? [])
  return { runs: wanted, blobs: [...new Set(plans.flatMap(({ blobs }) => blobs))] }
}

/** Cards that were accepted here, so that who carries it on can be known; the own receipt and those of others, which travel on. */
function statementsOf(reader: Reader, masterId: string, card: Envelope, receipt: Envelope) {
  const peers = listPeers(reader)
  const receipts = peers.flatMap((peer) => {
    const kept = readReceipt(reader, peer.card.masterId)
    return kept === undefined ? [] : [{ name: `receipts/${peer.card.masterId}.dsse.json`, envelope: kept.envelope }]
  })
  return [
    { name: `grants/card-${masterId}.dsse.json`, envelope: card },
    ...peers.map((peer) => ({ name: `grants/card-${peer.card.masterId}.dsse.json`, envelope: peer.envelope })),
    { name: `receipts/${masterId}.dsse.json`, envelope: receipt },
    ...receipts,
  ]
}

function limitOf(
  budget: Budget | undefined,
  isEncrypted: boolean,
  statements: readonly { readonly envelope: Envelope }[],
): number | undefined {
  const bytes = budgetBytes(budget ?? {})
  if (!Number.isFinite(bytes)) return undefined
  const fixed = spareBytes + statements.reduce((sum, { envelope }) => sum + memberBytes(JSON.stringify(envelope).length + 1), 0)
  return Math.max(0, Math.floor(isEncrypted ? bytes * (1 - ageShare) - 4096 : bytes) - fixed)
}

type Trimmed = GiveOutPlan & { readonly left: Manifest['left'] }

/** Compresses to know what fits: a pack with a limit is small, and a guess would either waste the stick or not fit on it. */
function trim(reader: Reader, { runs, blobs }: GiveOutPlan, limit: number, { compression }: ServedMaster['ports']): Trimmed {
  const packer = createPacker(limit)
  const fitting: Run[] = []
  for (const run of runs) {
    // Its line in the manifest, and the beginning of a member.
    if (!packer.fits(260 + blockBytes)) break
    const cut = cutAt(reader, run, (bytes) => packer.fits(memberBytes(compression.zstd(bytes).length)))
    if (cut !== undefined) fitting.push(cut)
    if (cut === undefined || cut.to < run.to) break
  }
  const taken = blobs.filter((digest) => {
    let packed = 0
    for (const piece of streamBlob(reader, digest)?.pieces ?? []) packed += compression.zstd(piece).length
    return packer.fits(memberBytes(packed) + 100, true)
  })
  return { runs: fitting, blobs: taken, left: { events: eventsOf(runs) - eventsOf(fitting), blobs: blobs.length - taken.length } }
}

/** The run up to the last chunk that fits; undefined where not even the first one does. */
function cutAt(reader: Reader, run: Run, fits: (bytes: Uint8Array) => boolean): Run | undefined {
  let cut: Run | undefined
  let waiting: { readonly to: number; readonly bytes: Uint8Array }[] = []
  let waitingBytes = 0
  const flush = (): boolean => {
    const last = waiting.at(-1)
    if (last === undefined) return true
    if (!fits(joinSegments(waiting.map(({ bytes }) => bytes)))) return false
    const decoded = decodeSegment(last.bytes)
    if (decoded.ok) cut = { ...run, to: last.to, head: decoded.value.header.head }
    waiting = []
    waitingBytes = 0
    return true
  }
  for (const { to, bytes } of giveOut(reader, [run])) {
    if (waitingBytes + bytes.length > bundleLimits.chunkBytes && !flush()) return cut
    waiting.push({ to, bytes })
    waitingBytes += bytes.length
  }
  flush()
  return cut
}

function* segmentsOf(reader: Reader, runs: readonly Run[], declared: readonly ManifestRun[]): Generator<BundleSegment, void> {
  for (const [at, run] of runs.entries()) {
    const as = declared[at]
    if (as !== undefined) for (const { from, to, bytes } of giveOut(reader, [run])) yield { run: as, from, to, bytes }
  }
}

function* blobsOf(reader: Reader, { blobs }: Manifest): Generator<BundleBlob, void> {
  for (const { sha256, sizeBytes } of blobs) yield { sha256, sizeBytes, pieces: () => streamBlob(reader, sha256)?.pieces ?? [] }
}

function incarnationOf({ payload }: Envelope): string {
  return (JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as { readonly incarnation: string }).incarnation
}

function publicKeyOf(reader: Reader, masterId: string, keyId: string): string {
  const key = keysOfOrigin(reader, masterId as never).find((held) => held.keyId === keyId)
  if (key === undefined) throw new AppError('Bug', 'MASTER_KEY_MISSING', 'A master that runs has its key.')
  return toBase64(key.publicKey)
}
