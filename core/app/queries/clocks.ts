/** How far clocks are off, and whose is to be doubted ([SF9]). Order never rests on a wall clock; what does is said beside it in the console. */
import type { ClocksView } from '../../contract/shift.ts'
import { maxAheadMs, readHlc } from '../../kernel/hlc.ts'
import { ulidToBytes } from '../../kernel/ids.ts'
import { readEventsAt } from '../../store/read-events.ts'
import type { ReadModel } from '../read-model.ts'
import { instantOf } from './instants.ts'

/** Fewer nodes than this say nothing of the machine that they are measured by. */
const nodesForVerdict = 3
const shownAtMost = 20
const mastersAtMost = 100
/** A logical clock goes with the wall clock; by less than this it may run ahead in a burst. */
const burstMs = 1000

export function readClocks(model: ReadModel): ClocksView {
  const nowMs = model.ports.clock.now()
  const { recent, doubtful } = model.memory.clocks
  const all = new Map([...recent, ...doubtful])
  const offsets = [...recent.values()].map(({ offsetMs }) => offsetMs).toSorted((a, b) => a - b)
  const medianNodeOffsetMs = offsets.length < nodesForVerdict ? null : (offsets[Math.floor(offsets.length / 2)] ?? null)
  const own = lastWritten(model, model.masterId)
  const behindOwnLogMs = own === undefined ? 0 : Math.max(0, own.hlcMs - nowMs)
  return {
    at: instantOf(nowMs),
    laptop: { behindOwnLogMs, medianNodeOffsetMs, verdict: verdictOf(behindOwnLogMs, medianNodeOffsetMs) },
    nodes: {
      known: all.size,
      doubtful: doubtful.size,
      worst: [...all]
        .toSorted(([, a], [, b]) => Math.abs(b.offsetMs) - Math.abs(a.offsetMs))
        .slice(0, shownAtMost)
        .map(([nodeId, { offsetMs, at }]) => {
          const node = model.lifecycle(nodeId)
          const domainName = model.domain(node?.domainId ?? '')?.name ?? null
          return { nodeId, nodeName: node?.name ?? nodeId, domainName, offsetMs, measuredAt: instantOf(at) }
        }),
    },
    masters: model.reader
      .all<{ subject: string }>('SELECT subject FROM masters WHERE subject <> ? LIMIT ?', model.masterId, mastersAtMost)
      .map(({ subject }) => {
        const last = lastWritten(model, subject)
        return {
          masterId: subject,
          masterName: model.master(subject)?.name ?? subject,
          aheadAtLeastMs: last === undefined ? null : Math.max(0, last.timeMs - last.recordedAt),
          wroteLast: last === undefined ? null : instantOf(last.timeMs),
        }
      }),
    toleranceMs: maxAheadMs,
  }
}

/** Most of those who were heard agree that it is this machine that is off. */
function verdictOf(behindOwnLogMs: number, median: number | null): ClocksView['laptop']['verdict'] {
  if (behindOwnLogMs > burstMs) return 'set-back'
  if (median === null) return 'unknown'
  return Math.abs(median) > maxAheadMs ? 'off' : 'right'
}

type Written = { readonly timeMs: number; readonly hlcMs: number; readonly recordedAt: number }

/** The last event of a master that is held, by its control logs. */
function lastWritten({ reader }: Pick<ReadModel, 'reader'>, master: string): Written | undefined {
  const logs = reader
    .all<{ number: number; name: string }>('SELECT number, name FROM logs WHERE origin = ?', ulidToBytes(master))
    .filter(({ name }) => name.includes('/control/'))
  const lasts = logs.flatMap(({ number }) => {
    const run = reader.get<{ position: number; count: number }>(
      'SELECT position, count FROM runs WHERE log = ? AND branch = 0 ORDER BY from_seq DESC LIMIT 1',
      number,
    )
    const stored = run === undefined ? undefined : readEventsAt(reader, [run.position + run.count - 1], true)[0]
    return stored?.event === undefined
      ? []
      : [{ timeMs: Date.parse(stored.event.time), hlcMs: readHlc(stored.event.hlc).ms, recordedAt: stored.recordedAt }]
  })
  return lasts.toSorted((a, b) => b.hlcMs - a.hlcMs)[0]
}
