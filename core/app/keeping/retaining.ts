/**
 * Keeps the store small: bulk that was recorded long ago is sealed into archives, in the background of a master and in steps of some
 * milliseconds, so that no commit waits for it. It begins by itself, is asked for by a person, and goes on after a restart.
 */
import type { SealingState } from '../../contract/archives.ts'
import { AppError, isAppError } from '../../kernel/app-error.ts'
import type { Ports } from '../../kernel/ports.ts'
import { parseLogId } from '../../log/log-id.ts'
import type { Store } from '../../store/open.ts'
import { finishing, type Sealed, sealing, type SealStep } from '../../store/seal-bulk.ts'
import { bulkLogs, chooseSeal } from '../../store/seal-choice.ts'
import { readSettings } from '../settings.ts'
import type { Background } from '../writer/background.ts'

export type Retaining = {
  /** From now on, until the program ends; the file of settings is another's. */
  readonly keep: (days: number) => void
  /** Begins at once, with the setting or with other days this once. Throws Rejected `SEALING_RUNNING`, `NOTHING_KEPT`. */
  readonly seal: (days?: number) => void
  readonly state: () => SealingState
  readonly close: () => void
}

export type RetainingParts = {
  readonly store: Store
  readonly background: Pick<Background, 'register'>
  readonly ports: Pick<Ports, 'clock' | 'scheduler' | 'files' | 'diagnostics'>
  /** Undefined for a master in memory, which seals nothing. */
  readonly directory: string | undefined
  /** Progress was made, or a round begins or ends. */
  readonly told: () => void
  /** An archive that was missing may be back. */
  readonly lookForArchives: () => void
}

export const defaultKeepBulkDays = 90
/** A log with less old bulk than this is left until there is more: each archive is a file. */
export const leastSealBytes = 64 * 1024
export const dayMs = 24 * 60 * 60_000

/** Of events in one archive: what is done again when a run dies. */
const archiveBytes = 8 * 1024 * 1024
/** Of one log that is looked at ahead, so that looking stays a matter of milliseconds. */
const lookedAhead = 64 * 1024 * 1024
const logsAtOnce = 20
const lookEveryMs = 10_000
const roundEveryMs = 60 * 60_000
const retryAfterMs = 60_000
const tellEveryMs = 250

const idle: SealingState = { state: 'idle', done: 0, total: 0, startedAt: null, endedAt: null, events: 0, problem: null }

export function createRetaining({ store, background, ports, directory, told, lookForArchives }: RetainingParts): Retaining {
  const { clock, scheduler } = ports
  let keepBulkDays = (directory === undefined ? undefined : readSettings(ports.files, directory).keepBulkDays) ?? defaultKeepBulkDays
  let current = idle
  let round: Generator<void, void, void> | undefined
  let dueAt = 0
  let toldAt = Number.NEGATIVE_INFINITY

  function show(changes: Partial<SealingState>, isUrgent: boolean = true): void {
    current = { ...current, ...changes }
    const now = clock.monotonic()
    if (!isUrgent && now - toldAt < tellEveryMs) return
    toldAt = now
    told()
  }

  function begin(days: number): void {
    current = { ...idle, state: 'looking', startedAt: instantOf(clock.now()), endedAt: current.endedAt }
    round = roundOf(store, clock.now(), clock.now() - days * dayMs, show)
    wake()
  }

  function end(problem: SealingState['problem'], againAfterMs: number): void {
    round = undefined
    dueAt = clock.monotonic() + againAfterMs
    show({ state: problem === null ? 'idle' : 'problem', problem, endedAt: instantOf(clock.now()) })
  }

  /** One step; a disk that is full, or a log that is damaged, is a state that shows and is looked at again. */
  function step(): boolean {
    if (round === undefined) return false
    try {
      if (round.next().done !== true) return true
      end(current.problem, roundEveryMs)
    } catch (error) {
      if (!isAppError(error)) ports.diagnostics.error('sealing old bulk failed', { reason: String(error) })
      end(isAppError(error) ? problemOf(error) : { code: 'UNEXPECTED', sentence: 'Old bulk could not be sealed.' }, retryAfterMs)
    }
    return false
  }

  const wake = background.register('sealing old bulk', step)
  const lookSoon = background.register('looking for archives that were missing', () => {
    lookForArchives()
    return false
  })

  function look(): void {
    cancel = scheduler.after(lookEveryMs, look)
    lookSoon()
    if (round === undefined && clock.monotonic() >= dueAt) begin(keepBulkDays)
  }
  let cancel: () => void = () => undefined
  if (directory !== undefined) {
    cancel = scheduler.after(lookEveryMs, look)
    // What another run left half done is finished now, and the first round with it.
    begin(keepBulkDays)
  }

  return {
    keep: (days) => {
      keepBulkDays = days
      if (round === undefined && directory !== undefined) begin(days)
    },
    seal: (days) => {
      if (directory === undefined)
        throw new AppError('Rejected', 'NOTHING_KEPT', 'The demo island is in memory only: there is nothing to seal.')
      if (round !== undefined && current.state === 'sealing')
        throw new AppError('Rejected', 'SEALING_RUNNING', 'Old bulk is being sealed already.')
      round?.return()
      begin(days ?? keepBulkDays)
    },
    state: () => current,
    close: () => {
      cancel()
      round?.return()
      round = undefined
    },
  }
}

type Due = { readonly log: string; readonly to: number; readonly bytes: number }

/** Looks through all bulk logs first, so that it can be said how much there is to do. */
function* roundOf(
  store: Store,
  now: number,
  recordedBefore: number,
  show: (changes: Partial<SealingState>, isUrgent: boolean) => void,
): Generator<void, void, void> {
  yield* finishing(store)
  const due: Due[] = []
  for (let after = ''; ; ) {
    yield
    const names = bulkLogs(store.reader, after, logsAtOnce)
    const last = names.at(-1)
    if (last === undefined) break
    after = last
    for (const log of names) {
      const choice = chooseSeal(store.reader, parseLogId(log), { recordedBefore, leastBytes: leastSealBytes, atMostBytes: lookedAhead })
      if (choice !== undefined) due.push({ log, to: choice.to, bytes: choice.bytes })
    }
  }
  if (due.length === 0) return
  const total = due.reduce((sum, { bytes }) => sum + bytes, 0)
  show({ state: 'sealing', total }, true)
  let [done, events] = [0, 0]
  for (const { log, to, bytes } of due) {
    let isMore = true
    let doneOfLog = 0
    while (isMore) {
      try {
        const steps = sealing(store, parseLogId(log), { upTo: to, recordedBefore, atMostBytes: archiveBytes }, now)
        const sealed: Sealed | undefined = yield* following(steps, (step) =>
          show({ done: Math.min(total, done + doneOfLog + step.done) }, false),
        )
        isMore = sealed !== undefined && sealed.to < to
        doneOfLog += sealed?.bytes ?? 0
        events += sealed === undefined ? 0 : sealed.to - sealed.from + 1
        show({ events }, true)
      } catch (error) {
        if (!isAppError(error) || (error.kind !== 'Corrupt' && error.code !== 'SEAL_FORKED')) throw error
        // That log is left as it is; the others are not to wait for somebody to look at it.
        show({ problem: problemOf(error) }, true)
        isMore = false
      }
    }
    done += bytes
    show({ done: Math.min(total, done) }, false)
  }
}

function* following(
  steps: Generator<SealStep, Sealed | undefined, void>,
  hear: (step: SealStep) => void,
): Generator<void, Sealed | undefined, void> {
  try {
    for (;;) {
      const { done, value } = steps.next()
      if (done === true) return value
      hear(value)
      yield
    }
  } finally {
    // Given up: nothing half written is left.
    steps.return(undefined)
  }
}

function problemOf({ code, message }: AppError): NonNullable<SealingState['problem']> {
  return { code, sentence: message }
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString()
}
