/**
 * The airlock: a bundle is read through the parser process (inspect), its effect is worked out beside the store (preview), and only what a
 * person has seen is taken in (apply), with a receipt for the way back. Every step is written down: what a killed process was taking in
 * goes on by itself when the program starts again ([CU8], [CU10], [CU11]).
 */
import { join } from 'node:path'
import type { ImportView } from '../../contract/courier.ts'
import { AppError } from '../../kernel/app-error.ts'
import { createUlidSource, type OperatorId } from '../../kernel/ids.ts'
import type { Volumes } from '../../kernel/ports.ts'
import { lastPosition } from '../../store/read-events.ts'
import { requireOperator } from '../acts/act.ts'
import type { ServedMaster } from '../served-master.ts'
import { readAbsent } from '../sync/announced.ts'
import { applySpooled } from './apply.ts'
import { hasChangedSince, restsOn } from './freshness.ts'
import { createHeldImports } from './held-imports.ts'
import { beginImport } from './import-state.ts'
import { inspectInto } from './inspect.ts'
import { cardIn, inspectionOf } from './inspection.ts'
import { openBundleFile } from './open-bundle-file.ts'
import type { StartParser } from './parser.ts'
import { previewOf } from './preview.ts'
import { createRate } from './rate.ts'
import { writeReceipt } from './receipts.ts'
import { isCancelled, requireGoing, requireStage, stale } from './refusing.ts'
import { readSpooled, spooledSegments } from './spool.ts'
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
  const held = createHeldImports({ directory, ports, changed })
  const { placeOf, put, show, need, clear, requireIdle, run } = held
  let isClosing = false

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
        const inspection = master.moment(() => inspectionOf(master, spooled, opened))
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

  function open(): void {
    for (const { view } of held.readAll()) {
      const { importId, stage } = view
      if (stage === 'inspecting') {
        clear(importId)
        const problem = { code: 'INTERRUPTED', sentence: 'The program ended while the bundle was read; put it in again.' }
        show(importId, { stage: 'failed', problem })
      } else if (stage === 'previewing') show(importId, { stage: 'inspected' })
    }
    const interrupted = held.all().find(({ view }) => view.stage === 'applying')
    if (interrupted === undefined) return
    show(interrupted.view.importId, { isInterrupted: true })
    goOn(interrupted.view.importId, (interrupted.actor ?? undefined) as OperatorId | undefined)
  }

  open()
  return {
    imports: () =>
      held
        .all()
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
      if (held.isRunning(importId)) held.stop()
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
      held.stop()
      await held.ended()
    },
  }
}
