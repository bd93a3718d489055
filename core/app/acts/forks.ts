/** Which telling of a log counts, of a node's and of a master's ([FK2], [FK5]). */
import { forksOf } from '../../ingest/returns/forks.ts'
import { AppError } from '../../kernel/app-error.ts'
import { toHex } from '../../kernel/hex.ts'
import type { DomainId, EventId, NodeId } from '../../kernel/ids.ts'
import { isLogId, type LogId, parseLogId } from '../../log/log-id.ts'
import { countingOf } from '../projecting/counting.ts'
import { authorityOf } from '../queries/authority-view.ts'
import { type Act, requireAuthority, requireOperator } from './act.ts'
import { resolveFork } from './hardware.ts'

export type AnyForkAct = {
  readonly log: string
  readonly at: number
  /** How far the telling that counts is held here: names it. */
  readonly keep: { readonly seq: number; readonly head: string }
  readonly reason: string
}

/**
 * Of a node's log the master of record of the node decides; of a master's log one that gave it the log's domain, or one above. Throws
 * NotFound `FORK_UNKNOWN`, Rejected `FORK_NOT_OURS` and what `requireAuthority` throws.
 */
export function resolveAnyFork(act: Act, choice: AnyForkAct): EventId[] {
  const log = isLogId(choice.log) ? parseLogId(choice.log) : undefined
  if (log?.domain === '-') return resolveFork(act, { ...choice, nodeId: log.origin as string as NodeId })
  return resolveForkOfMaster(act, log, choice)
}

function resolveForkOfMaster(act: Act, log: LogId | undefined, { log: name, at, keep, reason }: AnyForkAct): EventId[] {
  const actor = requireOperator(act, 'authority')
  const { model, port, store } = act.master
  const fork = log === undefined ? undefined : forksOf(store.reader, log).find((one) => one.at === at)
  if (log === undefined || fork === undefined || !fork.branches.some(({ seq, head }) => seq === keep.seq && toHex(head) === keep.head))
    throw new AppError('NotFound', 'FORK_UNKNOWN', 'No such telling of this log is held here.', { log: name, at, seq: keep.seq })
  const deciders = countingOf(model).decidersOf(log)
  if (!deciders.has(model.masterId)) {
    const who = [...deciders].map((id) => model.master(id)?.name ?? id).join(', ')
    throw new AppError(
      'Rejected',
      'FORK_NOT_OURS',
      who === ''
        ? 'Nobody gave this master its domain: only who holds its founding key can say which telling is true.'
        : `This master did not give that domain away; ${who} decides.`,
      { log: name },
    )
  }
  const domain = domainToDecideIn(act, log)
  requireAuthority(act, domain)
  return port.commit(({ decide }) => [
    decide({
      type: 'ibcf.fork.resolved.v1',
      subject: log.origin,
      domain,
      data: { log: name, at, keep: { log: name, ...keep }, reason },
      actor,
    }),
  ])
}

/** The nearest domain above that of the log which is held here, so that whoever is concerned hears of it; else the own root. */
function domainToDecideIn({ master: { model } }: Act, log: LogId): DomainId {
  const seen = new Set<string>()
  for (let domain: string | null = log.domain; domain !== null && !seen.has(domain); domain = model.domain(domain)?.parentId ?? null) {
    seen.add(domain)
    if (model.domain(domain) !== undefined && authorityOf(model, domain).standing === 'held-here') return domain as DomainId
  }
  return model.rootDomainId
}
