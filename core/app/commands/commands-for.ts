/** What is handed to a node that asks: what is queued for it and may be handed over now, and what was taken back since ([CM20]). */
import type { CommandsDocument } from '../../contract/gateway.ts'
import { decideDelivery } from '../../fleet/command/decide.ts'
import { isExpired } from '../../fleet/command/expiry.ts'
import { compareIssue } from '../../fleet/command/supersession.ts'
import type { MasterPort } from '../../ingest/master-port.ts'
import type { NodeId } from '../../kernel/ids.ts'
import type { ReadModel } from '../read-model.ts'
import { noteSent } from './carriage.ts'
import { effectIn, issueFacts } from './facts.ts'
import { commandsOfNode, type KnownCommand } from './known-command.ts'

/** In one answer; the rest with the next one. */
const mostBytes = 128 * 1024
const mostWithdrawn = 1000

/** Notes what is handed over as sent, durably. Undefined when there is nothing. */
export function commandsFor(model: ReadModel, commit: MasterPort['commit'], node: NodeId): Omit<CommandsDocument, 'v' | 'at'> | undefined {
  const all = commandsOfNode(model, node, { withTakenBack: true })
  const effects = new Map<string, boolean>()
  const mayCommandIn = (domainId: string): boolean => {
    const known = effects.get(domainId) ?? effectIn(model, domainId).effect === 'yes'
    effects.set(domainId, known)
    return known
  }
  const commands = firstOf(all.filter((known) => isToBeHandedOver(model, known, mayCommandIn)).map(({ issued }) => issued))
  const withdrawn = all.flatMap(withdrawalOf).slice(0, mostWithdrawn)
  if (commands.length === 0 && withdrawn.length === 0) return undefined
  const unsent = all.filter(({ issued, carriage }) => !carriage.isSent && commands.includes(issued)).map(({ issued }) => issued.commandId)
  if (unsent.length > 0) commit(({ writer }) => noteSent(writer, unsent, model.ports.clock.now()))
  const { phase } = model.lifecycle(node) ?? { phase: 'RETIRED' as const }
  const mode = model.connectivity(node)?.mode ?? null
  return { nodeId: node, masterId: model.masterId, phase, mode, commands, withdrawn }
}

type Wire = CommandsDocument['commands'][number]

/** Oldest first, as much as fits, and one at least. */
function firstOf(issued: readonly KnownCommand['issued'][]): Wire[] {
  const taken: Wire[] = []
  let bytes = 0
  for (const command of issued.toSorted(compareIssue)) {
    bytes += JSON.stringify(command).length
    if (taken.length > 0 && bytes > mostBytes) break
    taken.push(command)
  }
  return taken
}

function isToBeHandedOver(
  model: ReadModel,
  { issued, decisions, stage }: KnownCommand,
  mayCommandIn: (domainId: string) => boolean,
): boolean {
  // What it reported as received it has; the ledger at the node keeps it.
  if (stage !== 'queued' && stage !== 'exported' && stage !== 'sent') return false
  // Another master's command travels with that master's signature, not with ours.
  if (issued.masterId !== model.masterId || !mayCommandIn(issued.domainId)) return false
  const facts = issueFacts(model, issued.nodeId, issued.idempotencyKey)
  if (facts === undefined || isExpired(issued.expiresAt, facts.constraintFacts)) return false
  const { placement, epoch } = issued
  const constraintFacts = { ...facts.constraintFacts, authority: { placement, epoch }, isOnline: true, path: 'link' } as const
  const judged = decideDelivery(decisions, stage, { phase: facts.phase, mode: facts.mode, constraintFacts })
  return judged.ok && judged.value === 'hand-over'
}

/** What the node may hold and has not begun. */
function withdrawalOf({ issued, decisions, facts, carriage }: KnownCommand): CommandsDocument['withdrawn'] {
  const isTakenBack = decisions.isCancelled || decisions.supersededBy !== null
  if (!isTakenBack || facts.attempts > 0 || facts.end !== null || !(carriage.isSent || facts.isReceived)) return []
  return [{ commandId: issued.commandId, why: decisions.isCancelled ? 'cancelled' : 'superseded' }]
}
