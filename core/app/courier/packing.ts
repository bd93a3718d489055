/** Packs bundles: what would fit, then the writing of it onto a volume, with how far it is; one at a time ([CU13]). */
import { join } from 'node:path'
import type { PackJob, PackRequest, PlanRequest, PlanView } from '../../contract/courier.ts'
import type { BundleContents } from '../../fleet/courier/bundle-events.ts'
import { AppError, isAppError } from '../../kernel/app-error.ts'
import type { OperatorId } from '../../kernel/ids.ts'
import type { Volume, Volumes } from '../../kernel/ports.ts'
import type { Reader } from '../../kernel/reader.ts'
import { type Lane, lanes, parseLogId } from '../../log/log-id.ts'
import { blobSize } from '../../store/blobs.ts'
import { openStore } from '../../store/open.ts'
import { bundleEnding, type Manifest, readmeOf, sealedEnding } from '../../sync/bundle-format.ts'
import { budgetBytes } from '../../sync/exchange.ts'
import { frontierOf } from '../../sync/receipt.ts'
import { requireOperator } from '../acts/act.ts'
import type { ServedMaster } from '../served-master.ts'
import { writeBundleFile } from '../sync/bundle-files.ts'
import { openExport, type OpenedExport } from '../sync/export-bundle.ts'
import { planGiveOut } from '../sync/give-out.ts'
import { exchangeScope } from '../sync/scope.ts'
import { readReceipt } from '../sync/tables.ts'
import { createRate } from './rate.ts'

export type Packing = {
  /** Throws NotFound `DOMAIN_UNKNOWN`, `VOLUME_MISSING`, Rejected `NOTHING_KEPT`. */
  readonly plan: (request: PlanRequest) => Promise<PlanView>
  /** Begins. Throws Rejected `PACKING_RUNNING`, `PLAIN_NOT_CONFIRMED`, `NOTHING_KEPT`, Unavailable `VOLUME_READ_ONLY`. */
  readonly pack: (request: PackRequest, actor: OperatorId | undefined) => Promise<PackJob>
  readonly job: () => PackJob
  /** Throws Rejected `PACKING_NOT_RUNNING`. */
  readonly cancel: () => PackJob
  readonly close: () => Promise<void>
}

const none: PackJob = { state: 'none', directory: null, progress: null, bundleId: null, files: [], problem: null }

/** What an event takes up in a bundle before any was packed here; measured by `bench bundle`. */
const usualEventBytes = 115
/** Left free on a volume, for its own tables and for the receipt on the way back: a twentieth, this much at most. */
const spareBytesAtMost = 4 * 1024 * 1024
const reachesAtMost = 5000

export function createPacking(master: ServedMaster, volumes: Volumes, changed: () => void): Packing {
  const { ports, facts, model } = master
  let job = none
  let running: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined

  function show(next: PackJob): PackJob {
    job = next
    changed()
    return job
  }

  function requireKept(): string {
    if (facts.directory !== null) return facts.directory
    throw new AppError('Rejected', 'NOTHING_KEPT', 'The demo island is in memory only: nothing can be packed from it.')
  }

  async function plan(request: PlanRequest): Promise<PlanView> {
    requireKept()
    const volume = request.directory === null ? undefined : await volumes.look(request.directory)
    return master.moment(() => planOf(model.reader, request, limitOf(request, volume), eventBytes(model.reader, facts.masterId)))
  }

  async function pack(request: PackRequest, actor: OperatorId | undefined): Promise<PackJob> {
    const storeDirectory = requireKept()
    master.moment(() => requireOperator({ master, actor }, 'operator'))
    if (running !== undefined)
      throw new AppError('Rejected', 'PACKING_RUNNING', 'A bundle is being packed already.', { directory: job.directory ?? '' })
    const isPlain = request.encryption === 'plain' || request.forMasterId === null
    if (isPlain && !request.isPlainConfirmed)
      throw new AppError('Rejected', 'PLAIN_NOT_CONFIRMED', 'Whoever finds a plain bundle can read it. Say twice that this is wanted.')
    const volume = await volumes.look(request.directory)
    if (volume.isReadOnly)
      throw new AppError('Unavailable', 'VOLUME_READ_ONLY', `Nothing can be written there: ${volume.path}.`, { path: volume.path })
    const stop = new AbortController()
    show({ ...none, state: 'running', directory: volume.path })
    const ended = write(storeDirectory, request, volume, isPlain, actor, stop.signal)
      .then(
        ({ bundleId, files }) =>
          void show({ state: 'done', directory: volume.path, progress: null, bundleId, files: [...files], problem: null }),
      )
      .catch((error: unknown) => {
        if (!isAppError(error))
          ports.diagnostics.error('packing failed', { reason: error instanceof Error ? (error.stack ?? error.message) : String(error) })
        const problem = isAppError(error)
          ? { code: error.code, sentence: error.message }
          : { code: 'UNEXPECTED', sentence: 'The bundle could not be packed.' }
        show({ ...none, state: problem.code === 'CANCELLED' ? 'cancelled' : 'failed', directory: volume.path, problem })
      })
      .finally(() => {
        running = undefined
      })
    running = { stop, ended }
    return job
  }

  async function write(
    storeDirectory: string,
    request: PackRequest,
    volume: Volume,
    isPlain: boolean,
    actor: OperatorId | undefined,
    signal: AbortSignal,
  ) {
    const limit = limitOf(request, volume)
    // What is to go has to be signed before the moment that is read.
    await master.act('sync.sign', {}, actor)
    using store = await openStore({ directory: storeDirectory, mode: 'read-only', role: 'master', ports })
    const planned = planOf(store.reader, request, limit, eventBytes(store.reader, facts.masterId))
    if (isNothingFitting(planned))
      throw new AppError(
        'Unavailable',
        'DISK_SPACE_SHORT',
        'Not even the most urgent of it fits there. Make room, or take another stick.',
        {
          path: volume.path,
          freeBytes: volume.freeBytes,
        },
      )
    const opened = await openExport(master, store.reader, actor, {
      to: request.forMasterId === null ? [] : [request.forMasterId],
      isFull: request.isFull,
      lanes: request.lanes,
      isPlain,
      ...(request.scopeDomainId === null ? {} : { domainId: request.scopeDomainId }),
      // Only where it may not fit: with a limit everything is compressed twice, to know what does.
      ...(limit !== null && planned.estimatedBytes * 1.5 > limit ? { budget: { bytes: limit } } : {}),
    })
    const { manifest } = opened
    const name = nameOf(manifest, opened.isEncrypted)
    const rate = createRate(ports.clock)
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      let done = 0
      for await (const chunk of opened.chunks) {
        if (signal.aborted) throw new AppError('Unavailable', 'CANCELLED', 'It was cancelled; nothing is left of it.')
        done += chunk.length
        rate('packing', done, Math.max(done, planned.estimatedBytes), (progress) => show({ ...job, progress }))
        yield chunk
        // Packing is all computing: whoever else is served comes in between.
        await ports.scheduler.yield()
      }
      show({ ...job, progress: { stage: 'checking', done, total: done, perSecond: 0, etaSeconds: null } })
    }
    const written = await writeOut(volume, name, { ...opened, chunks: counted() }, planned.estimatedBytes, signal)
    await master.act('courier.notePacked', packedOf(manifest, request, written.sizeBytes, opened.isEncrypted, written.files), actor)
    return { bundleId: manifest.bundleId, files: written.files.map((file) => join(volume.path, file)) }
  }

  /** In parts where one file cannot hold it. README and receipt lie beside it in clear, so that whoever finds it knows what to do. */
  async function writeOut(volume: Volume, name: string, opened: OpenedExport, estimatedBytes: number, signal: AbortSignal) {
    const { largestFileBytes } = volume
    if (largestFileBytes !== null && estimatedBytes * 2 > largestFileBytes) {
      const path = join(volume.path, name)
      const { sizeBytes, parts } = await writeBundleFile(path, opened, { partBytes: largestFileBytes }, ports)
      return { sizeBytes, files: parts.length === 0 ? [name] : parts }
    }
    const { sizeBytes } = await volumes.writeAndVerify(volume.path, name, opened.chunks, { signal, largestFileBytes })
    const text = (value: string): Uint8Array[] => [new TextEncoder().encode(value)]
    await volumes.writeAndVerify(volume.path, `${name}.README.txt`, text(readmeOf(opened.manifest)), { signal })
    await volumes.writeAndVerify(volume.path, `${name}.receipt.dsse.json`, text(`${JSON.stringify(opened.receipt)}\n`), { signal })
    return { sizeBytes, files: [name] }
  }

  return {
    plan,
    pack,
    job: () => job,
    cancel: () => {
      if (running === undefined) throw new AppError('Rejected', 'PACKING_NOT_RUNNING', 'No bundle is being packed.')
      running.stop.abort()
      return job
    },
    close: async () => {
      running?.stop.abort()
      await running?.ended
    },
  }
}

/** Null: no limit. */
function limitOf({ budgetBytes: bytes, link }: Pick<PlanRequest, 'budgetBytes' | 'link'>, volume: Volume | undefined): number | null {
  const asked = budgetBytes({ ...(bytes === null ? {} : { bytes }), ...(link === null ? {} : { link }) })
  const there =
    volume === undefined ? Number.POSITIVE_INFINITY : volume.freeBytes - Math.min(spareBytesAtMost, Math.ceil(volume.freeBytes / 20))
  const limit = Math.min(asked, there)
  return Number.isFinite(limit) ? Math.floor(limit) : null
}

function planOf(
  reader: Reader,
  { forMasterId, scopeDomainId, lanes: wanted, isFull }: PlanRequest,
  limitBytes: number | null,
  perEvent: number,
): PlanView {
  const kept = forMasterId === null || isFull ? undefined : readReceipt(reader, forMasterId)
  const { runs, blobs } = planGiveOut(reader, {
    theirs: kept === undefined ? [] : frontierOf(kept.receipt),
    wants: kept?.receipt.wants ?? [],
    lanes: wanted,
    ...(scopeDomainId === null ? {} : { scope: exchangeScope(reader, scopeDomainId) }),
  })
  const fits = emptyContents()
  const behind = emptyContents()
  let left = limitBytes ?? Number.POSITIVE_INFINITY
  let used = 0
  let isFullNow = false
  for (const { lane, from, to } of runs) {
    const events = to - from + 1
    const going = isFullNow ? 0 : Math.min(events, Math.floor(left / perEvent))
    if (going < events) isFullNow = true
    left -= going * perEvent
    used += going * perEvent
    if (going > 0) addTo(fits[lane], going)
    if (going < events) addTo(behind[lane], events - going)
  }
  for (const digest of blobs) {
    const bytes = blobSize(reader, digest) ?? 0
    const into = bytes <= left ? fits.blobs : behind.blobs
    if (into === fits.blobs) {
      left -= bytes
      used += bytes
    }
    into.count++
    into.bytes += bytes
  }
  return { fits, staysBehind: behind, estimatedBytes: Math.ceil(used), limitBytes, since: kept?.receipt.at ?? null }
}

function isNothingFitting({ fits, staysBehind }: PlanView): boolean {
  const count = (contents: PlanView['fits']): number => lanes.reduce((sum, lane) => sum + contents[lane].events, contents.blobs.count)
  return count(fits) === 0 && count(staysBehind) > 0
}

/** By the bundles that were packed here last. */
function eventBytes(reader: Reader, masterId: string): number {
  const rows = reader.all<{ decisions: string }>(
    `SELECT decisions FROM projection_states JOIN bundles ON bundles.subject = projection_states.subject
      WHERE projection = 'bundles' AND bundles.packed_by = ? ORDER BY bundles.packed_at DESC LIMIT 5`,
    masterId,
  )
  let bytes = 0
  let events = 0
  for (const { decisions } of rows) {
    const { packed } = JSON.parse(decisions) as {
      readonly packed: { readonly sizeBytes: number; readonly contents: BundleContents } | null
    }
    const count = packed === null ? 0 : lanes.reduce((sum, lane) => sum + packed.contents[lane].events, 0)
    // A small bundle is mostly what is always in it, and one with content mostly content.
    if (packed === null || count < 2000 || packed.contents.blobs.count > 0) continue
    bytes += packed.sizeBytes
    events += count
  }
  return events === 0 ? usualEventBytes : bytes / events
}

function packedOf(
  manifest: Manifest,
  { carriedBy, dueAt, isFull, scopeDomainId, forMasterId }: PackRequest,
  sizeBytes: number,
  isEncrypted: boolean,
  files: readonly string[],
) {
  const contents = emptyContents()
  for (const { log, from, to } of manifest.runs) addTo(contents[parseLogId(log).lane], to - from + 1)
  for (const { sizeBytes: bytes } of manifest.blobs) {
    contents.blobs.count++
    contents.blobs.bytes += bytes
  }
  const reaches = manifest.runs.flatMap(({ log, to, fork }) => {
    const { lane, domain } = parseLogId(log)
    return lane === 'control' && domain !== '-' && !fork ? [{ log, seq: to }] : []
  })
  return {
    bundleId: manifest.bundleId,
    forMasterId,
    forName: manifest.to.map(({ name: to }) => to).join(', '),
    carriedBy,
    dueAt,
    files: [...files],
    sizeBytes,
    isEncrypted,
    isFull,
    scopeDomainId,
    contents,
    leftBehind: manifest.left,
    reaches: reaches.slice(0, reachesAtMost),
  }
}

/** For people who look at the stick: for whom, of which day, and a few letters that nobody mistakes. */
function nameOf({ to, createdAt, bundleId }: Manifest, isEncrypted: boolean): string {
  const whom = (to[0]?.name ?? 'anyone')
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
  return `${whom === '' ? 'station' : whom}-${createdAt.slice(0, 10)}-${bundleId.slice(-6)}${isEncrypted ? sealedEnding : bundleEnding}`
}

type Counted = { -readonly [L in Lane]: { logs: number; events: number } } & { blobs: { count: number; bytes: number } }

function emptyContents(): Counted {
  return { control: { logs: 0, events: 0 }, fact: { logs: 0, events: 0 }, bulk: { logs: 0, events: 0 }, blobs: { count: 0, bytes: 0 } }
}

function addTo(count: { logs: number; events: number }, events: number): void {
  count.logs++
  count.events += events
}
