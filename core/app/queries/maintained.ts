/** What is being worked on, and which nodes and domains that covers ([SF1], [SF3]). */
import type { z } from 'zod'
import type { MaintenanceView, maintenanceListRequest } from '../../contract/shift.ts'
import { type Maintenance, maintenanceAt } from '../../fleet/shift/maintenance.ts'
import type { NodeId } from '../../kernel/ids.ts'
import type { ReadModel } from '../read-model.ts'
import { isWithin } from './list-page.ts'
import { type FleetMemory, fleetOf } from './fleet/fleet.ts'
import { relayNet } from './fleet/relay-net.ts'
import { actorName } from './names.ts'
import { type NodeView, readNodeView } from './node-view.ts'
import { subjectOf } from './subject.ts'

/** More are not under way at once; were they, the rest would merely be put aside by nobody. */
const lookedAtMost = 1000

type Held = { readonly subject: string; readonly maintenance: Maintenance }

/** What holds at one moment, read once for all who are looked at. */
export type Maintained = {
  /** The same text: the same maintenance. */
  readonly signature: string
  /** No node and no relay is being worked on by itself. */
  readonly isOfDomainsAlone: boolean
  readonly overNode: (node: Pick<NodeView, 'id' | 'domainId' | 'viaId'>) => readonly Held[]
  readonly overDomain: (domainId: string) => readonly Held[]
}

const nothingHeld: Maintained = { signature: '', isOfDomainsAlone: true, overNode: () => [], overDomain: () => [] }

export function maintainedNow(model: ReadModel, fleet: FleetMemory): Maintained {
  const held = heldNow(model)
  if (held.length === 0) return nothingHeld
  const byId = new Map<string, Held[]>()
  const byDomain = new Map<string, Held[]>()
  const byRelay = new Map<string, Held[]>()
  const put = (into: Map<string, Held[]>, id: string, one: Held): void => {
    const known = into.get(id)
    if (known === undefined) into.set(id, [one])
    else known.push(one)
  }
  for (const one of held) {
    const { subject } = one
    put(byId, subject, one)
    for (const id of fleet.tree.find((place) => place.id === subject)?.subtreeIds ?? []) put(byDomain, id, one)
    const net = relayNet(model.reader, fleet.net)
    if (net.relays.has(subject)) for (const id of [subject, ...(net.hides.get(subject) ?? [])]) put(byRelay, id, one)
  }
  return {
    isOfDomainsAlone: held.every(({ subject }) => fleet.tree.some((place) => place.id === subject)),
    signature: held.map(({ maintenance }) => maintenance.maintenanceId).join(),
    // What is hidden by the relay is the relays behind it, and of nodes those that come by one of them.
    overNode: ({ id, domainId, viaId }) => [
      ...new Set([
        ...(byId.get(id) ?? []),
        ...(byRelay.get(id) ?? []),
        ...(viaId === null ? [] : (byRelay.get(viaId) ?? [])),
        ...(byDomain.get(domainId) ?? []),
      ]),
    ],
    overDomain: (domainId) => byDomain.get(domainId) ?? [],
  }
}

/** Those that hold, then the ones that ended last. */
export function listMaintenance(model: ReadModel, { over, from }: z.infer<typeof maintenanceListRequest>): { items: MaintenanceView[] } {
  const nowMs = model.ports.clock.now()
  const holding = over === undefined ? heldNow(model) : heldOver(model, over)
  const items = holding.map(({ subject, maintenance }) => viewOf(model, subject, maintenance, nowMs))
  if (from === undefined) return { items: items.toSorted((a, b) => (a.until < b.until ? -1 : 1)) }
  const subjects =
    over === undefined
      ? model.reader.all<{ subject: string }>(
          'SELECT subject FROM maintained WHERE touched >= ? ORDER BY touched DESC LIMIT ?',
          from,
          lookedAtMost,
        )
      : [{ subject: over }]
  const shown = new Set(items.map(({ maintenanceId }) => maintenanceId))
  const ended = subjects
    .flatMap(({ subject }) => (model.maintenance(subject) ?? []).map((maintenance) => viewOf(model, subject, maintenance, nowMs)))
    .filter((view) => !shown.has(view.maintenanceId) && isWithin(view.ended?.at ?? view.until, { from }))
  return { items: [...items, ...ended.toSorted((a, b) => ((b.ended?.at ?? b.until) < (a.ended?.at ?? a.until) ? -1 : 1))] }
}

function heldNow(model: ReadModel): readonly Held[] {
  const nowMs = model.ports.clock.now()
  return model.reader
    .all<{ subject: string }>('SELECT subject FROM maintained WHERE until IS NOT NULL ORDER BY until LIMIT ?', lookedAtMost)
    .flatMap(({ subject }) => {
      const maintenance = maintenanceAt(model.maintenance(subject) ?? [], nowMs)
      return maintenance === undefined ? [] : [{ subject, maintenance }]
    })
}

function heldOver(model: ReadModel, id: string): readonly Held[] {
  const maintained = maintainedNow(model, fleetOf(model))
  const node = readNodeView(model, id)
  if (node !== undefined) return maintained.overNode(node)
  if (model.domain(id) !== undefined) return maintained.overDomain(id)
  const domainId = model.relay(id)?.domainId ?? ''
  return maintained.overNode({ id: id as NodeId, domainId, viaId: null })
}

function viewOf(model: ReadModel, subject: string, maintenance: Maintenance, nowMs: number): MaintenanceView {
  const { maintenanceId, begunAt, begunBy, until, reason, ended } = maintenance
  const isOver = Date.parse(until) <= nowMs
  return {
    maintenanceId,
    subjectId: subject,
    ...subjectOf(model, subject),
    begunAt,
    begunBy: actorName(model, begunBy),
    until,
    reason,
    state: ended !== null ? 'ended' : isOver ? 'over' : 'holds',
    ended: ended === null ? null : { ...ended, by: actorName(model, ended.by) },
  }
}
