/** What is handed to a node that asks: what is queued for it and may be handed over now, and what was taken back since ([CM20]). */
import type { CommandsDocument } from '../../contract/gateway/commands.ts'
import { decideDelivery } from '../../fleet/command/decide.ts'
import { signatureOf } from '../../fleet/command/command-state.ts'
import { isExpired } from '../../fleet/command/expiry.ts'
import { compareIssue } from '../../fleet/command/supersession.ts'
import type { MasterPort } from '../../ingest/master-port.ts'
import type { Envelope } from '../../fleet/authority/events.ts'
import type { DomainId, NodeId } from '../../kernel/ids.ts'
import { authorityOf } from '../queries/authority-view.ts'
import type { ReadModel } from '../read-model.ts'
import { noteSent } from './carriage.ts'
import { effectIn, issueFacts } from './facts.ts'
import { commandsOfNode, type KnownCommand } from './known-command.ts'

/** In one answer; the rest with the next one. */
const mostBytes = 128 * 1024
const mostWithdrawn = 1000

/**
 * Notes what is handed over as sent, durably. Undefined when there is nothing. What another master issued goes with its signature, and with
 * the chain of grants that says it may ([CM27]).
 */
export function commandsFor(
  model: ReadModel,
  commit: MasterPort['commit'],
  node: NodeId,
  chainOf: (domain: DomainId) => readonly Envelope[],
): Omit<CommandsDocument, 'v' | 'at'> | undefined {
  const all = commandsOfNode(model, node, { withTakenBack: true })
  const effects = new Map<string, boolean>()
  const mayCommandIn = (domainId: string): boolean => {
    const known = effects.get(domainId) ?? effectIn(model, domainId, node).effect === 'yes'
    effects.set(domainId, known)
    return known
  }
  const commands = firstOf(all.filter((known) => isToBeHandedOver(model, known, mayCommandIn)).map(onWire))
  const withdrawn = all.flatMap(withdrawalOf).slice(0, mostWithdrawn)
  if (commands.length === 0 && withdrawn.length === 0) return undefined
  const told = new Set(commands.map(({ commandId }) => commandId))
  const unsent = all.filter(({ issued, carriage }) => !carriage.isSent && told.has(issued.commandId)).map(({ issued }) => issued.commandId)
  if (unsent.length > 0) commit(({ writer }) => noteSent(writer, unsent, model.ports.clock.now()))
  const { phase } = model.lifecycle(node) ?? { phase: 'RETIRED' as const }
  const mode = model.connectivity(node)?.mode ?? null
  const foreign = commands.find(({ masterId }) => masterId !== model.masterId)
  const chain = foreign === undefined ? {} : { chain: [...chainOf(foreign.domainId as DomainId)] }
  return { nodeId: node, masterId: model.masterId, phase, mode, commands, ...chain, withdrawn }
}

type Wire = CommandsDocument['commands'][number]

/** With the signature of the master that issued it, where it has one. */
function onWire({ issued, decisions }: KnownCommand): Wire {
  const { signature: _, ...command } = issued
  const signature = signatureOf(decisions)
  return signature === undefined ? command : { ...command, signature }
}

/** Oldest first, as much as fits, and one at least. */
function firstOf(issued: readonly Wire[]): Wire[] {
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
  const mayBe = issued.masterId === model.masterId ? mayCommandIn(issued.domainId) : mayBeCarried(model, issued, decisions)
  if (!mayBe) return false
  const facts = issueFacts(model, issued.nodeId, issued.idempotencyKey)
  if (facts === undefined || isExpired(issued.expiresAt, facts.constraintFacts)) return false
  const { placement, epoch } = issued
  const constraintFacts = { ...facts.constraintFacts, authority: { placement, epoch }, isOnline: true, path: 'link' } as const
  const judged = decideDelivery(decisions, stage, { phase: facts.phase, mode: facts.mode, constraintFacts })
  return judged.ok && judged.value === 'hand-over'
}

/** Another master's, which holds the domain under the same epoch as far as is known here, and signed it: the node is shown both. */
function mayBeCarried(
  model: ReadModel,
  { masterId, domainId, epoch }: KnownCommand['issued'],
  decisions: KnownCommand['decisions'],
): boolean {
  const authority = authorityOf(model, domainId)
  const isTheirs = authority.standing === 'held-elsewhere' && authority.masterId === masterId && authority.epoch === epoch
  return isTheirs && signatureOf(decisions) !== undefined
}

/** What the node may hold and has not begun. */
function withdrawalOf({ issued, decisions, facts, carriage }: KnownCommand): CommandsDocument['withdrawn'] {
  const isTakenBack = decisions.isCancelled || decisions.supersededBy !== null
  if (!isTakenBack || facts.attempts > 0 || facts.end !== null || !(carriage.isSent || facts.isReceived)) return []
  return [{ commandId: issued.commandId, why: decisions.isCancelled ? 'cancelled' : 'superseded' }]
}
