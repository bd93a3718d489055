/** What masters decided, newest first, off their control logs alone: logs of nodes, which are nearly everything, are not looked at ([AD1]). */
import { ulidToBytes } from '../../kernel/ids.ts'
import { readEventsAt } from '../../store/read-events.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import type { ReadModel } from '../read-model.ts'

/** Runs that are taken from each log at a time. */
const runsAtATime = 64

/** Events of masters' control logs that came before a position, newest first; whoever asks says how far to go. */
export function* decisionsBefore(model: ReadModel, before: number): Generator<StoredEvent, void> {
  const logs = controlLogs(model)
  for (let end = before; ; ) {
    const runs = logs.flatMap((log) => runsOf(model, log, end)).toSorted((a, b) => b.position - a.position)
    // Beyond the oldest that a log which may hold more was asked for, another log may have something in between.
    const taken = runs.slice(0, runsAtATime)
    const oldest = taken.at(-1)
    if (oldest === undefined) return
    for (const { position, count } of taken) {
      const upTo = Math.min(end, position + count)
      const positions = Array.from({ length: Math.max(0, upTo - position) }, (_, at) => upTo - 1 - at)
      yield* readEventsAt(model.reader, positions, true)
    }
    end = oldest.position
  }
}

type RunPlace = { readonly position: number; readonly count: number }

function runsOf({ reader }: Pick<ReadModel, 'reader'>, log: number, end: number): readonly RunPlace[] {
  return reader.all<RunPlace>(
    `SELECT position, count FROM runs WHERE log = ? AND branch = 0 AND position < ? ORDER BY from_seq DESC LIMIT ?`,
    log,
    end,
    runsAtATime,
  )
}

/** Of every life of every master that is known. */
function controlLogs({ reader }: Pick<ReadModel, 'reader'>): readonly number[] {
  const masters = reader.all<{ subject: string }>('SELECT subject FROM masters')
  return masters.flatMap(({ subject }) =>
    reader
      .all<{ number: number; name: string }>('SELECT number, name FROM logs WHERE origin = ?', ulidToBytes(subject))
      .flatMap(({ number, name }) => (name.includes('/control/') ? [number] : [])),
  )
}
