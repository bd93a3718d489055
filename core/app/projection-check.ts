/** Proves what the projections keep: a hash that two places can compare, and a rebuild from the first event to hold it against. */
import { toHex } from '../kernel/hex.ts'
import type { Crypto } from '../kernel/ports.ts'
import type { Reader, Row } from '../kernel/reader.ts'
import type { Projection } from '../projections/projection.ts'
import { readEventsAfter } from '../store/read-events.ts'
import { effective, type Effective, foldAll, projectionsByType } from './fold.ts'

type StateRow = Row & { readonly projection: string; readonly subject: string; readonly facts: string; readonly decisions: string }

/** SHA-256 over every state of every projection, hex. Live presence and local ids are not in it (design 3, Frontier). */
export function stateHashOf(reader: Reader, projections: readonly Projection[], crypto: Crypto): string {
  const lines = projections.flatMap(({ name, version }) => [
    `${name}@${version}`,
    ...reader
      .all<StateRow>('SELECT subject, facts, decisions FROM projection_states WHERE projection = ? ORDER BY subject', name)
      .map(({ subject, facts, decisions }) => `${subject}\n${facts}\n${decisions}`),
  ])
  return toHex(crypto.sha256(new TextEncoder().encode(lines.join('\n'))))
}

export type ProjectionCheck = { readonly isEqual: boolean; readonly differing: readonly string[]; readonly stateHash: string }

/** Folds everything again from the first event and holds it against what is kept; names what differs. Reads only. */
export function checkProjections(reader: Reader, projections: readonly Projection[], crypto: Crypto): ProjectionCheck {
  const byType = projectionsByType(projections)
  const inputs = new Map<string, { readonly projection: Projection; readonly items: Effective[] }>()
  for (let position = 0; ; ) {
    const batch = readEventsAfter(reader, position, 2000)
    const last = batch.at(-1)
    if (last === undefined) break
    position = last.position
    for (const item of batch.map(effective)) {
      if (item === undefined) continue
      for (const projection of byType.get(item.event.type) ?? []) {
        const name = `${projection.name}/${item.event.subject}`
        const entry = inputs.get(name) ?? { projection, items: [] }
        entry.items.push(item)
        inputs.set(name, entry)
      }
    }
  }
  const differing: string[] = []
  const names = new Set(projections.map(({ name }) => name))
  for (const row of reader.iterate<StateRow>('SELECT projection, subject, facts, decisions FROM projection_states')) {
    const name = `${row.projection}/${row.subject}`
    const entry = inputs.get(name)
    inputs.delete(name)
    if (!names.has(row.projection)) continue
    if (entry === undefined) {
      differing.push(name)
      continue
    }
    const { facts, decisions } = foldAll(entry.projection, entry.items)
    if (JSON.stringify(facts.state) !== row.facts || JSON.stringify(decisions.state) !== row.decisions) differing.push(name)
  }
  differing.push(...inputs.keys())
  return { isEqual: differing.length === 0, differing, stateHash: stateHashOf(reader, projections, crypto) }
}
