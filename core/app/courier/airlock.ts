/**
 * The airlock: a bundle is read through the parser process (inspect), its effect is worked out beside the store (preview), and only what a
 * person has seen is taken in (apply), with a receipt for the way back. Every step is written down: what a killed process was taking in
 * goes on by itself when the program starts again ([CU8], [CU10], [CU11]).
 */
import { join } from 'node:path'
import type { ImportView, InspectionView } from '../../contract/courier.ts'
import type { Envelope } from '../../fleet/authority/events.ts'
import { AppError, isAppError } from '../../kernel/app-error.ts'
import { fromBase64 } from '../../kernel/hex.ts'
import { keyWordsOf } from '../../log/fingerprint.ts'
import { createUlidSource, type OperatorId, type OriginId } from '../../kernel/ids.ts'
import type { Volumes } from '../../kernel/ports.ts'
import { lastPosition } from '../../store/read-events.ts'
import { requireOperator } from '../acts/act.ts'
import type { ServedMaster } from '../served-master.ts'
import { readAbsent } from '../sync/announced.ts'
import { vouchedKey } from '../sync/known-key.ts'
import { readReceipt } from '../sync/tables.ts'
import { applySpooled } from './apply.ts'
import { hasChangedSince, restsOn } from './freshness.ts'
import { beginImport, type ImportState, readImport, writeImport } from './import-state.ts'
import { inspectInto } from './inspect.ts'
import { openBundleFile } from './open-bundle-file.ts'
import type { StartParser } from './parser.ts'
import { previewOf } from './preview.ts'
import { createRate } from './rate.ts'
import { writeReceipt } from './receipts.ts'
import { readSpooled, type Spooled, spooledSegments, type SpooledStatement } from './spool.ts'
import { stageSegments } from './staged-segments.ts'

export type Airlock = {
  /** Newest first. */
  readonly imports: () => readonly ImportView[]
  /** Throws NotFound `IMPORT_UNKNOWN`. */
  readonly get: (importId: string) => ImportView
  /** Begins; how it goes is told by `get`. Throws NotFound `FILE_MISSING`, Rejected `AIRLOCK_BUSY`. */
  readonly inspect: (file: string, actor: OperatorId | undefined) => ImportView
  /** Again, when it was previewed before. Throws NotFound `IMPORT_UNKNOWN`, Rejected `IMPORT_NOT_READY`, `AIRLOCK_BUSY`. */
  readonly preview: (importId: string) => ImportView
  /**
   * Throws as `preview`, and Conflict `PREVIEW_STALE` where the digest is not that of the last preview, Rejected `BUNDLE_FOREIGN`,
   * `PART_NOT_ACCEPTED` where something is refused or has to wait and nobody said that the rest is wanted all the same.
   */
  readonly apply: (request: { importId: string; digest: string; isPartAccepted: boolean }, actor: OperatorId | undefined) => ImportView
  /**
   * Accepts the card of whom the bundle is from, which is in it, and previews anew. Throws NotFound `CARD_MISSING`, and what `peer.accept`
   * throws: `WORDS_DIFFER` where the words are not those of its key.
   */
  readonly acceptSender: (request: { importId: string; words: string }, actor: OperatorId | undefined) => Promise<ImportView>
  /** Stops what runs, or puts away what lies there; what was taken in stays. Throws NotFound `IMPORT_UNKNOWN`. */
  readonly cancel: (importId: string) => ImportView
  readonly close: () => Promise<void>
}

export type AirlockParts = {
  /** Where it may keep what it reads. */
  readonly directory: string
  readonly master: ServedMaster
  readonly volumes: Volumes
  readonly startParser: StartParser
  readonly changed: () => void
}

const shownAtMost = 50
const absentAtMost = 200

export function createAirlock({ directory, master, volumes, startParser, changed }: AirlockParts): Airlock {
  const { ports } = master
  const { files, clock } = ports
  const states = new Map<string, ImportState>()
  let isClosing = false
  let running: { readonly importId: string; readonly stop: AbortController; readonly ended: Promise<void> } | undefined

  const placeOf = (importId: string): string => join(directory, importId)

  function put(state: ImportState, isKept = true): ImportState {
    states.set(state.view.importId, state)
    if (isKept) writeImport(placeOf(state.view.importId), state, files)
    changed()
    return state
  }

  function show(importId: string, change: Partial<ImportView>, isKept = true): ImportState {
    const state = need(importId)
    return put({ ...state, view: { ...state.view, ...change } }, isKept)
  }

  function need(importId: string): ImportState {
    const state = states.get(importId)
    if (state === undefined) throw new AppError('NotFound', 'IMPORT_UNKNOWN', 'Nothing of that id is in the airlock.', { importId })
    return state
  }

  function requireIdle(): void {
    if (running !== undefined)
      throw new AppError('Rejected', 'AIRLOCK_BUSY', 'Another bundle is in the airlock; wait for it, or stop it.', {
        importId: running.importId,
      })
  }

  /** One at a time: two stages of two bundles would preview what the other changes. */
  function run(
    importId: string,
    work: (signal: AbortSignal) => Promise<void>,
    onFailure: (problem: NonNullable<ImportView['problem']>, error: unknown) => void,
  ): void {
    const stop = new AbortController()
    const ended = work(stop.signal)
      .catch((error: unknown) => {
        if (!isAppError(error))
          ports.diagnostics.error('the airlock failed', { reason: error instanceof Error ? (error.stack ?? error.message) : String(error) })
        onFailure(problemOf(error), error)
      })
      .finally(() => {
        running = undefined
        changed()
      })
    running = { importId, stop, ended }
  }

  function inspect(file: string, actor: OperatorId | undefined): ImportView {
    master.moment(() => requireOperator({ master, actor }, 'operator'))
    requireIdle()
    const importId = createUlidSource(clock, ports.random)()
    const opened = openBundleFile(file, ports, () => master.act('sync.ageIdentity', {}, actor))
    files.makeDirectory(placeOf(importId))
    put({ ...beginImport(importId, opened.files, new Date(clock.now()).toISOString()), actor: actor ?? null })
    const rate = createRate(clock)
    run(
      importId,
      async (signal) => {
        const spooled = await inspectInto({
          source: opened.chunks(),
          directory: placeOf(importId),
          startParser,
          ports,
          signal,
          onProgress: (done) => rate('reading', done, Math.max(done, opened.sizeBytes), (progress) => show(importId, { progress }, false)),
        })
        const inspection = master.moment(() => inspectionOf(spooled, opened))
        show(importId, { stage: 'inspected', inspection, progress: null })
        // A person looks at the effect next anyway.
        await previewNow(importId, signal)
      },
      (problem, error) => {
        const { stage } = need(importId).view
        if (stage === 'inspecting') {
          clear(importId)
          show(importId, { stage: isCancelled(error) ? 'cancelled' : 'failed', problem, progress: null })
        } else show(importId, { stage: 'inspected', problem, progress: null })
      },
    )
    return need(importId).view
  }

  function inspectionOf(
    { manifest, statements, segments }: Spooled,
    opened: { readonly sizeBytes: number; readonly isEncrypted: () => boolean },
  ): InspectionView {
    const { model, facts } = master
    const { from, to } = manifest
    const known = readReceipt(model.reader, from.masterId)?.receipt
    const before = model.bundle(manifest.bundleId)?.imports.findLast(({ by }) => by === (facts.masterId as string))
    const own = statements.find(({ name }) => name === `receipts/${from.masterId}.dsse.json`)
    return {
      bundleId: manifest.bundleId,
      from: {
        masterId: from.masterId,
        name: from.name,
        isKnown: vouchedKey(model, model.reader, from.masterId as OriginId, from.keyId) !== undefined,
        keyWords: [...keyWordsOf(ports.crypto, fromBase64(from.publicKey))],
        hasCard: cardIn(statements, from.masterId) !== undefined,
      },
      forName: to.length === 0 ? null : to.map(({ name }) => name).join(', '),
      isForUs: to.length === 0 || to.some(({ masterId }) => masterId === (facts.masterId as string)),
      packedAt: manifest.createdAt,
      isEncrypted: opened.isEncrypted(),
      sizeBytes: opened.sizeBytes,
      pieces: {
        segments,
        blobs: manifest.blobs.length,
        receipts: statements.filter(({ name }) => name.startsWith('receipts/')).length,
        grants: statements.filter(({ name }) => name.startsWith('grants/')).length,
      },
      importedBefore: before?.at ?? null,
      isOlderThanKnown:
        known !== undefined &&
        (known.incarnation > from.incarnation || (known.incarnation === from.incarnation && known.n > numberIn(own?.envelope.payload))),
    }
  }

  async function previewNow(importId: string, signal: AbortSignal): Promise<void> {
    show(importId, { stage: 'previewing', problem: null })
    const { model } = master
    const rate = createRate(clock)
    const position = master.moment(() => lastPosition(model.reader))
    const total = need(importId).view.inspection?.pieces.segments ?? 0
    let done = 0
    const counted = function* (): Generator<Uint8Array> {
      for (const piece of spooledSegments(placeOf(importId))) {
        requireGoing(signal)
        rate('looking', ++done, Math.max(done, total), (progress) => show(importId, { progress }, false))
        yield piece
      }
    }
    const staged = await stageSegments(model, counted(), ports, master.moment)
    const preview = await previewOf(model, staged, ports, master.moment)
    requireGoing(signal)
    const state = need(importId)
    const rests = { position, subjects: master.moment(() => restsOn(model, staged.overlay)) }
    put({ ...state, rests, view: { ...state.view, stage: 'previewed', preview, progress: null } })
  }

  function preview(importId: string): ImportView {
    const { view } = need(importId)
    requireIdle()
    requireStage(view, 'inspected', 'previewed')
    run(
      importId,
      (signal) => previewNow(importId, signal),
      (problem) => show(importId, { stage: 'inspected', problem, progress: null }),
    )
    return need(importId).view
  }

  function apply({ importId, digest, isPartAccepted }: Parameters<Airlock['apply']>[0], actor: OperatorId | undefined): ImportView {
    master.moment(() => requireOperator({ master, actor }, 'operator'))
    const { view } = need(importId)
    requireIdle()
    requireStage(view, 'previewed')
    const { preview: seen, inspection } = view
    if (seen === null || seen.digest !== digest) throw stale()
    if (inspection?.from.isKnown === false)
      throw new AppError(
        'Rejected',
        'BUNDLE_FOREIGN',
        'Nobody here vouches for the master that this bundle is from; accept its card first.',
        {
          masterId: inspection.from.masterId,
        },
      )
    if (!isPartAccepted && (seen.refused.length > 0 || seen.waiting.length > 0))
      throw new AppError(
        'Rejected',
        'PART_NOT_ACCEPTED',
        'A part of it would stay out. Say that the good part is to be taken in all the same, or leave it.',
      )
    goOn(importId, actor, digest)
    return need(importId).view
  }

  async function acceptSender(
    { importId, words }: { importId: string; words: string },
    actor: OperatorId | undefined,
  ): Promise<ImportView> {
    const { view } = need(importId)
    requireIdle()
    requireStage(view, 'inspected', 'previewed')
    const { manifest, statements } = readSpooled(placeOf(importId), files)
    const envelope = cardIn(statements, manifest.from.masterId)
    if (envelope === undefined)
      throw new AppError('NotFound', 'CARD_MISSING', 'The card of its sender is not in this bundle.', { masterId: manifest.from.masterId })
    await master.act('peer.accept', { envelope, words }, actor)
    const { inspection } = need(importId).view
    if (inspection !== null) show(importId, { inspection: { ...inspection, from: { ...inspection.from, isKnown: true } } })
    return preview(importId)
  }

  /** `digest` absent: it was decided before, and goes on. */
  function goOn(importId: string, actor: OperatorId | undefined, digest?: string): void {
    const state = need(importId)
    run(
      importId,
      async (signal) => {
        const { rests } = state
        if (digest !== undefined && rests !== null && (await hasChangedSince(master, rests))) {
          await previewNow(importId, signal)
          if (need(importId).view.preview?.digest !== digest) throw stale()
        }
        const begun = need(importId)
        put({ ...begun, actor: actor ?? null, view: { ...begun.view, stage: 'applying', problem: null } })
        await applyNow(importId, actor, signal)
      },
      (problem, error) => {
        const { stage } = need(importId).view
        // When the program ends it goes on with the next start, as after a kill; what else stops it is for a person to try again.
        if (stage !== 'applying' || !isClosing) show(importId, { stage: 'previewed', problem, progress: null })
        if (stage === 'applying' && !isCancelled(error))
          ports.diagnostics.warn('a bundle was not taken in to its end', { code: problem.code })
      },
    )
  }

  async function applyNow(importId: string, actor: OperatorId | undefined, signal: AbortSignal): Promise<void> {
    const rate = createRate(clock)
    const total = need(importId).view.inspection?.pieces.segments ?? 0
    const applied = await applySpooled({
      master,
      files,
      directory: placeOf(importId),
      actor,
      from: need(importId).applied,
      signal,
      applied: (sofar) => {
        const state = need(importId)
        put({ ...state, applied: sofar })
        rate('taking-in', sofar.segments, Math.max(total, sofar.segments), (progress) => show(importId, { progress }, false))
      },
    })
    const { manifest } = readSpooled(placeOf(importId), files)
    const isWhole = applied.refused.length === 0 && applied.waitingPieces === 0
    const { outcome, receipt } = await writeReceipt({
      master,
      volumes,
      keptIn: join(directory, 'receipts'),
      besideFile: need(importId).view.files[0] ?? '',
      bundle: { bundleId: manifest.bundleId, from: manifest.from, packedAt: manifest.createdAt },
      applied,
      isWhole,
      actor,
    })
    const { segments: _, ...figures } = applied
    const absent = [...master.moment(() => readAbsent(master.model.reader, absentAtMost))]
    show(importId, { stage: 'applied', progress: null, isInterrupted: false, result: { outcome, ...figures, absent, ...receipt } })
    clear(importId)
  }

  /** What was read is not needed any more; what was found out stays. */
  function clear(importId: string): void {
    for (const name of ['segments.spool', 'segments.spool.part', 'blobs', 'statements.json', 'manifest.json'])
      files.remove(join(placeOf(importId), name))
  }

  function open(): void {
    for (const importId of files.list(directory)) {
      const state = readImport(placeOf(importId), files)
      if (state === undefined) continue
      states.set(importId, state)
      const { stage } = state.view
      if (stage === 'inspecting') {
        clear(importId)
        const problem = { code: 'INTERRUPTED', sentence: 'The program ended while the bundle was read; put it in again.' }
        show(importId, { stage: 'failed', problem })
      } else if (stage === 'previewing') show(importId, { stage: 'inspected' })
    }
    const interrupted = [...states.values()].find(({ view }) => view.stage === 'applying')
    if (interrupted === undefined) return
    show(interrupted.view.importId, { isInterrupted: true })
    goOn(interrupted.view.importId, (interrupted.actor ?? undefined) as OperatorId | undefined)
  }

  open()
  return {
    imports: () =>
      [...states.values()]
        .map(({ view }) => view)
        .toSorted((a, b) => (a.importId < b.importId ? 1 : -1))
        .slice(0, shownAtMost),
    get: (importId) => need(importId).view,
    inspect,
    preview,
    apply,
    acceptSender,
    cancel: (importId) => {
      const { view } = need(importId)
      if (running?.importId === importId) running.stop.abort()
      else if (view.stage === 'applied' || view.stage === 'failed') show(importId, { isPutAway: true })
      else {
        clear(importId)
        show(importId, { stage: 'cancelled', progress: null, isPutAway: true })
      }
      return need(importId).view
    },
    close: async () => {
      isClosing = true
      // What is being taken in goes on when the program starts again, as after a kill.
      running?.stop.abort()
      await running?.ended
    },
  }
}

function requireStage(view: ImportView, ...stages: readonly ImportView['stage'][]): void {
  if (stages.includes(view.stage)) return
  throw new AppError('Rejected', 'IMPORT_NOT_READY', 'That is not the next step of this bundle.', { stage: view.stage })
}

function requireGoing(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('Unavailable', 'CANCELLED', 'It was cancelled; nothing was taken in.')
}

function stale(): AppError {
  return new AppError(
    'Conflict',
    'PREVIEW_STALE',
    'What it would change is not what was shown: something happened here meanwhile. Look at it again.',
  )
}

function isCancelled(error: unknown): boolean {
  return isAppError(error) && error.code === 'CANCELLED'
}

function problemOf(error: unknown): NonNullable<ImportView['problem']> {
  return isAppError(error)
    ? { code: error.code, sentence: error.message }
    : { code: 'UNEXPECTED', sentence: 'The bundle could not be dealt with.' }
}

/** Whether it is one, and whose, is found out when it is accepted. */
function cardIn(statements: readonly SpooledStatement[], masterId: string): Envelope | undefined {
  return statements.find(({ name }) => name === `grants/card-${masterId}.dsse.json`)?.envelope
}

/** Not checked: it only says whether something newer is held. */
function numberIn(payload: string | undefined): number {
  if (payload === undefined) return 0
  try {
    const { n } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as { readonly n?: unknown }
    return typeof n === 'number' ? n : 0
  } catch {
    return 0
  }
}
