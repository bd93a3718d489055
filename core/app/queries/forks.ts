/** Every log that was told in several ways: both tellings, what counts of each, who decides, and what a decision would change ([FK3]). */
import type { z } from 'zod'
import type { forkChoice, forkList, forkPreview } from '../../contract/forks.ts'
import { forksOf } from '../../ingest/returns/forks.ts'
import { AppError } from '../../kernel/app-error.ts'
import { toHex } from '../../kernel/hex.ts'
import { formatLogId, isLogId, type LogId, parseLogId } from '../../log/log-id.ts'
import { readLogTree } from '../../store/branches.ts'
import { readLogEvents } from '../../store/read-events.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import { type Counting, countingOf } from '../projecting/counting.ts'
import { firstForkOf } from '../projecting/fork-paths.ts'
import { fits } from '../projecting/shapes.ts'
import type { ReadModel } from '../read-model.ts'
import { authorityOf } from './authority-view.ts'
import { namesOf } from './names.ts'
import { sentenceOf } from './node-timeline.ts'
import type { Names } from './sentences.ts'

export type ForkList = z.infer<typeof forkList>
export type ForkChoice = z.infer<typeof forkChoice>
export type ForkPreview = z.infer<typeof forkPreview>
type Line = ForkPreview['gains'][number]

const shownAtMost = 20
/** Behind a fork, of each telling; beyond it nothing is looked at for a preview. */
const lookedAtMost = 5000

export function listForks(model: ReadModel): ForkList {
  const counting = countingOf(model)
  const names = namesOf(model)
  return { items: counting.forkedLogs().flatMap((log) => forksIn(model, counting, names, log)) }
}

function forksIn(model: ReadModel, counting: Counting, names: Names, log: LogId): ForkList['items'] {
  const isOfNode = log.domain === '-'
  const domainId = isOfNode ? (model.lifecycle(log.origin)?.domainId ?? null) : log.domain
  const authority = domainId === null ? undefined : authorityOf(model, domainId)
  const deciders = isOfNode ? [authority?.masterId ?? null].filter((id) => id !== null) : [...counting.decidersOf(log)]
  const decisions = model.hardware(log.origin)?.forks ?? []
  const name = formatLogId(log)
  return forksOf(model.reader, log).map(({ at, branches }) => {
    const decision = decisions.find((one) => one.log === name && one.at === at)
    return {
      log: name,
      lane: log.lane,
      at,
      origin: {
        id: log.origin,
        kind: isOfNode ? ('node' as const) : ('master' as const),
        name: (isOfNode ? model.lifecycle(log.origin)?.name : model.master(log.origin)?.name) ?? log.origin,
      },
      domainId,
      domainName: domainId === null ? null : (model.domain(domainId)?.name ?? null),
      tellings: branches.map(({ number, seq, head }) => {
        const events = readLogEvents(model.reader, log, at, Math.min(seq, at + lookedAtMost - 1), number)
        const isCounting = (stored: StoredEvent): boolean => counting.markOf(stored) !== null
        return {
          seq,
          head: toHex(head),
          total: seq - at + 1,
          counting: events.filter(isCounting).length,
          events: events.slice(0, shownAtMost).flatMap((stored) => {
            const line = lineOf(stored, names)
            return line === undefined ? [] : [{ ...line, counts: isCounting(stored) }]
          }),
        }
      }),
      decided: decision === undefined ? null : { at: decision.decidedAt, seq: decision.keep.seq, head: decision.keep.head },
      deciders: deciders.map((id) => model.master(id)?.name ?? id),
      isDecidedHere: isOfNode ? authority?.standing === 'held-here' : deciders.includes(model.masterId),
    }
  })
}

/** Throws NotFound `FORK_UNKNOWN`. */
export function previewFork(model: ReadModel, { log: name, at, keep }: ForkChoice): ForkPreview {
  const log = isLogId(name) ? parseLogId(name) : undefined
  const tree = log === undefined ? undefined : readLogTree(model.reader, log)
  if (log === undefined || tree === undefined || tree.branches.length < 2)
    throw new AppError('NotFound', 'FORK_UNKNOWN', 'No such telling of this log is held here.', { log: name, at, seq: keep.seq })
  const names = namesOf(model)
  const [now, then] = [countingOf(model), countingOf(model, { log: name, at, keep })]
  const start = firstForkOf(tree)
  const changes = { gains: [] as Line[], loses: [] as Line[] }
  let isWhole = true
  for (const branch of tree.branches) {
    const from = Math.max(start, branch.from)
    if (branch.seq - from >= lookedAtMost) isWhole = false
    for (const stored of readLogEvents(model.reader, log, from, Math.min(branch.seq, from + lookedAtMost - 1), branch.number)) {
      const [before, after] = [now.markOf(stored) !== null, then.markOf(stored) !== null]
      const line = before === after ? undefined : lineOf(stored, names)
      if (line !== undefined) changes[after ? 'gains' : 'loses'].push(line)
    }
  }
  return {
    gains: changes.gains.slice(0, shownAtMost),
    loses: changes.loses.slice(0, shownAtMost),
    gainsTotal: changes.gains.length,
    losesTotal: changes.loses.length,
    isWhole,
  }
}

function lineOf({ event, log, seq }: StoredEvent, names: Names): Line | undefined {
  if (event === undefined) return undefined
  const sentence = fits(event.type, event.data) ? sentenceOf(event, log.domain === '-', names) : ''
  return { eventId: event.id, seq, type: event.type, sentence, time: event.time }
}
