/**
 * CommandProjection, the half of the nodes: what each node reported of the commands that it was given ([CM15]). A node speaks of nobody
 * but itself, so the subject is the node, and what it says of somebody else's command counts for nothing there.
 */
import { type CommandEnd, type CommandFacts, evolveFacts, noFacts } from '../fleet/command/command-state.ts'
import { commandFacts } from '../fleet/command/events.ts'
import { type Count, defineReadTable } from './read-table.ts'
import { defineProjection, foldsNothing, type FoldInput } from './projection.ts'
import type { LifecycleState } from './lifecycle.ts'

/** By command, in the order of their ids, so that equal events make equal states. */
export type CommandReports = Readonly<Record<string, CommandFacts>>

export const commandReportsProjection = defineProjection<CommandReports, null>({
  name: 'command_reports',
  version: 1,
  handles: Object.keys(commandFacts),
  facts: { initial: {}, apply, commutes: true },
  decisions: foldsNothing,
  table: { name: 'reporting_nodes', columns: { commands: 'INTEGER' }, indexes: [] },
  row: (_subject, state) => {
    const commands = Object.keys(state).length
    return commands === 0 ? undefined : { commands }
  },
})

type CommandedRow = {
  readonly domain: string
  readonly received: number
  readonly started: number
  readonly applied: number
  readonly rejected: number
  readonly unsure: number
}

/** Of each node, how far its commands came by its own word; added up by domain. */
export const commandedTable = defineReadTable<CommandedRow>({
  name: 'commanded_nodes',
  version: 1,
  restsOn: ['lifecycle', 'command_reports'],
  columns: { domain: 'TEXT', received: 'INTEGER', started: 'INTEGER', applied: 'INTEGER', rejected: 'INTEGER', unsure: 'INTEGER' },
  indexes: [['unsure']],
  row: (_subject, states) => {
    const reports = Object.values((states('command_reports')?.facts ?? {}) as CommandReports)
    if (reports.length === 0) return undefined
    const ended = (kind: CommandEnd['kind']): number => reports.filter(({ end }) => end?.kind === kind).length
    return {
      domain: ((states('lifecycle')?.decisions ?? null) as LifecycleState | null)?.domainId ?? '',
      received: reports.length,
      started: reports.filter(({ attempts }) => attempts > 0).length,
      applied: ended('applied'),
      rejected: ended('rejected'),
      unsure: ended('unsure'),
    }
  },
  counts: ({ domain, ...figures }) =>
    Object.entries(figures).flatMap(([key, amount]): Count[] =>
      amount === 0
        ? []
        : [
            { scope: '', key, amount },
            { scope: domain === '' ? '-' : domain, key, amount },
          ],
    ),
  lists: {},
})

function apply(state: CommandReports, { event }: FoldInput): CommandReports {
  const commandId = String(event.data['commandId'])
  const all = { ...state, [commandId]: evolveFacts(state[commandId] ?? noFacts, event) }
  return Object.fromEntries(Object.entries(all).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
