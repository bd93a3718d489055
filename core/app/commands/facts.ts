/** What commands to a node are judged by, as this master knows it now. */
import { type Effect, mayDecide } from '../../fleet/authority/may-decide.ts'
import type { BatchRow } from '../../fleet/command/batch.ts'
import type { IssueFacts } from '../../fleet/command/decide.ts'
import type { LedgerEntry } from '../../fleet/command/ledger.ts'
import type { NodeId } from '../../kernel/ids.ts'
import { parseLogId } from '../../log/log-id.ts'
import type { NodesRow } from '../../projections/nodes.ts'
import { readFrontier } from '../../store/frontier.ts'
import { authorityOf, epochFor } from '../queries/authority-view.ts'
import { incarnationOf } from '../queries/incarnation.ts'
import { lineageOf } from '../queries/lineage.ts'
import type { ReadModel } from '../read-model.ts'
import { commandIds } from './known-command.ts'

/** Whether what this master decides in the domain now has effect, by the rules that judge it everywhere ([AU9]). */
export function effectIn(model: ReadModel, domainId: string, nodeId?: string): Effect {
  const { masterId, book } = model
  return mayDecide(book, {
    masterId,
    incarnation: incarnationOf(model) ?? '',
    epoch: epochFor(model, domainId, nodeId),
    domainId,
    nodeId,
    kind: 'other',
  })
}

/** What the ledger of this master has under a key of the node; without any window of time ([CM6]). */
export function ledgerEntry(model: ReadModel, nodeId: string, key: string): LedgerEntry | undefined {
  const [held] = commandIds(model.reader, 'WHERE node = ? AND idempotency_key = ? ORDER BY subject LIMIT 1', nodeId, key)
  const issued = held === undefined ? undefined : model.command(held)?.issued
  return issued === undefined || issued === null ? undefined : { nodeId, key, commandId: issued.commandId, bodyDigest: issued.bodyDigest }
}

/** Undefined for a node that is not known here. */
export function issueFacts(model: ReadModel, nodeId: string, idempotencyKey: string): IssueFacts | undefined {
  const lifecycle = model.lifecycle(nodeId)
  if (lifecycle === undefined) return undefined
  const mode = model.connectivity(nodeId)?.mode ?? null
  const authority = { placement: model.placement(nodeId), epoch: epochFor(model, lifecycle.domainId, nodeId) }
  return {
    nodeId,
    phase: lifecycle.phase,
    mode,
    incarnation: lifeOf(model, nodeId),
    effect: effectIn(model, lifecycle.domainId, nodeId),
    ledger: ledgerEntry(model, nodeId, idempotencyKey),
    twoOperatorKinds: twoOperatorKindsIn(model, lifecycle.domainId),
    constraintFacts: {
      nowMs: model.ports.clock.now(),
      isOnline: isInContact(mode),
      batteryPct: model.presence.of(nodeId as NodeId)?.batteryPct ?? null,
      heardAtMs: heardAtOf(model, nodeId),
      runningVersion: model.presence.of(nodeId as NodeId)?.version ?? null,
      authority,
      knownAuthority: authority,
    },
  }
}

/** What the nearest domain that says so asks two people for, besides what always takes two ([CM24]). */
export function twoOperatorKindsIn(model: Pick<ReadModel, 'domain'>, domainId: string): readonly string[] {
  const setting = lineageOf(model, domainId).find(({ state }) => state.twoOperatorKinds !== null)
  return setting?.state.twoOperatorKinds ?? []
}

/** By presence, or by what is recorded of it where this run has not heard it. */
export function heardAtOf(model: ReadModel, nodeId: string): number | null {
  const heardAt = model.presence.of(nodeId as NodeId)?.heardAt
  if (heardAt !== undefined) return heardAt
  const lastSeen = model.connectivity(nodeId)?.lastSeen ?? null
  return lastSeen === null ? null : Date.parse(lastSeen)
}

export function isInContact(mode: string | null): boolean {
  return mode === 'LIVE' || mode === 'DELAYED'
}

/** The newest incarnation that it was heard of in; ids sort by age. */
function lifeOf({ reader }: ReadModel, nodeId: string): string | null {
  const lives = readFrontier(reader, { origin: nodeId as NodeId }).map(({ log }) => parseLogId(log).incarnation as string)
  return lives.toSorted().at(-1) ?? null
}

/** The fleet, or one subtree of it, by name, for a selector to choose from. */
export function batchRows(model: ReadModel, domainIds: readonly string[] | undefined): readonly BatchRow[] {
  const within = domainIds === undefined ? '' : 'AND domain IN (SELECT value FROM json_each(?))'
  const rows = model.reader.all<NodesRow & { readonly subject: string }>(
    `SELECT * FROM nodes WHERE rank IS NOT NULL ${within} ORDER BY name, subject`,
    ...(domainIds === undefined ? [] : [JSON.stringify(domainIds)]),
  )
  const ofDomain = new Map<string, Pick<BatchRow, 'domainLine'> & { readonly effect: Effect; readonly epoch: number }>()
  return rows.map((row) => {
    const domain = row.domain ?? ''
    const known = ofDomain.get(domain) ?? {
      domainLine: lineageOf(model, domain).map(({ id }) => id),
      effect: effectIn(model, domain),
      epoch: authorityOf(model, domain).epoch ?? 0,
    }
    ofDomain.set(domain, known)
    const heard = model.presence.of(row.subject as NodeId)
    return {
      id: row.subject,
      name: row.name ?? row.subject,
      kind: row.kind as BatchRow['kind'],
      tags: JSON.parse(row.tags ?? '[]') as string[],
      domainLine: known.domainLine,
      policyBundleId: row.adopted_policy,
      phase: row.phase as BatchRow['phase'],
      mode: row.mode as BatchRow['mode'],
      health: row.shown_health as BatchRow['health'],
      batteryPct: heard?.batteryPct ?? null,
      heardAtMs: heard?.heardAt ?? (row.last_seen === null ? null : Date.parse(row.last_seen)),
      runningVersion: heard?.version ?? null,
      authority: { effect: known.effect, placement: model.placement(row.subject), epoch: known.epoch },
    }
  })
}
