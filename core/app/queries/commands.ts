/** Commands by filter, newest first, and one by its id. */
import type { z } from 'zod'
import type { commandDetail, commandListRequest, commandPage, commandRow } from '../../contract/commands.ts'
import { drawCommandStages } from '../../fleet/command/diagram.ts'
import { commandIds, type KnownCommand, knownCommand } from '../commands/known-command.ts'
import { readJourney } from '../commands/journey.ts'
import { needsTwo } from '../../fleet/command/approval.ts'
import { defaultTwoOperatorKinds } from '../../fleet/command/kinds.ts'
import type { SqlValue } from '../../kernel/reader.ts'
import { readCounters } from '../projecting/read-states.ts'
import type { ReadModel } from '../read-model.ts'
import { nodeTest } from './among.ts'
import { cursorRefused } from './cursor.ts'
import { subtreeOf } from './domain-tree.ts'
import { isWithin, refuseAsOf } from './list-page.ts'
import { actorName } from './names.ts'

export type CommandListInput = z.infer<typeof commandListRequest>
export type CommandPage = z.infer<typeof commandPage>

/** Commands that one page looks at, where most of them are of other stages than the ones asked for ([QY19]). */
const lookedAtMost = 2000

/** Throws NotFound `DOMAIN_UNKNOWN`, Invalid `CURSOR_MALFORMED`, `AS_OF_UNSUPPORTED`. */
export function listCommands(
  model: ReadModel,
  { nodeId, domainId, kinds, stages, batchId, cursor, limit, from, to, asOf, ...ofNode }: CommandListInput,
): CommandPage {
  refuseAsOf('commands', asOf)
  const test = nodeTest(model, ofNode)
  const isNarrow = stages !== undefined || test !== undefined || from !== undefined || to !== undefined
  if (cursor !== undefined && model.command(cursor) === undefined) throw cursorRefused(cursor)
  const domainIds = domainId === undefined ? undefined : subtreeOf(model, domainId)
  const wanted: readonly (readonly [string, SqlValue | undefined])[] = [
    ['subject < ?', cursor],
    ['node = ?', nodeId],
    ['batch = ?', batchId],
    ['kind IN (SELECT value FROM json_each(?))', kinds === undefined ? undefined : JSON.stringify(kinds)],
    ['domain IN (SELECT value FROM json_each(?))', domainIds === undefined ? undefined : JSON.stringify(domainIds)],
  ]
  const asked = wanted.filter((part): part is readonly [string, SqlValue] => part[1] !== undefined)
  const where = asked.length === 0 ? '' : `WHERE ${asked.map(([text]) => text).join(' AND ')}`
  const ids = commandIds(
    model.reader,
    `${where} ORDER BY subject DESC LIMIT ?`,
    ...asked.map(([, value]) => value),
    isNarrow ? lookedAtMost : limit + 1,
  )
  const items: CommandPage['items'] = []
  let last: string | undefined
  const fits = createNodeMemo(test)
  for (const commandId of ids) {
    if (items.length === limit) break
    last = commandId
    const known = knownCommand(model, commandId)
    if (known === undefined || stages?.includes(known.stage) === false || !isWithin(known.issued.issuedAt, { from, to })) continue
    if (fits(known.issued.nodeId)) items.push(rowOf(model, known))
  }
  const hasMore = last !== undefined && (last !== ids.at(-1) || (isNarrow && ids.length === lookedAtMost))
  return { items, next: hasMore ? (last ?? null) : null, reported: reportedIn(model, domainIds) }
}

/** Many commands of a page are for the same few nodes. */
function createNodeMemo(test: ReturnType<typeof nodeTest>): (nodeId: string) => boolean {
  const known = new Map<string, boolean>()
  return (nodeId) => {
    const before = known.get(nodeId)
    if (before !== undefined) return before
    const isIn = test === undefined || test([nodeId]).has(nodeId)
    known.set(nodeId, isIn)
    return isIn
  }
}

/** Undefined while no master's word about it is held. */
export function readKnownCommand(model: ReadModel, commandId: string): z.infer<typeof commandDetail> | undefined {
  const known = knownCommand(model, commandId)
  if (known === undefined) return undefined
  const { issued, decisions, stage } = known
  return {
    ...rowOf(model, known),
    idempotencyKey: issued.idempotencyKey,
    bodyDigest: issued.bodyDigest,
    data: issued.body.sealed === null ? issued.body.data : null,
    constraints: issued.constraints,
    placement: issued.placement,
    epoch: issued.epoch,
    masterId: issued.masterId,
    eventId: issued.eventId,
    needsApproval: needsTwo(issued, defaultTwoOperatorKinds) && !known.isApproved,
    approvedBy: [...new Set(decisions.approvals.map(({ operatorId }) => actorName(model, operatorId) ?? operatorId))],
    supersededBy: decisions.supersededBy,
    diagram: drawCommandStages(stage),
    journey: readJourney(model, known),
  }
}

function rowOf(model: ReadModel, { issued, facts, stage }: KnownCommand): z.infer<typeof commandRow> {
  const { commandId, nodeId, domainId, kind, semantics, issuedAt, actor, expiresAt, batchId } = issued
  return {
    commandId,
    nodeId,
    nodeName: model.lifecycle(nodeId)?.name ?? nodeId,
    domainId,
    kind,
    semantics,
    stage,
    issuedAt,
    issuedBy: actorName(model, actor),
    expiresAt,
    batchId,
    attempts: facts.attempts,
    end: facts.end,
  }
}

function reportedIn({ reader }: ReadModel, domainIds: readonly string[] | undefined): CommandPage['reported'] {
  const figures = readCounters(reader, 'commanded_nodes', domainIds)
  const of = (key: string): number => figures.get(key) ?? 0
  return { received: of('received'), started: of('started'), applied: of('applied'), rejected: of('rejected'), unsure: of('unsure') }
}
