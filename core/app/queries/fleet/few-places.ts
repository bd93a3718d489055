/** Nodes that an index other than the order finds, where they are few: read and sorted at once rather than looked for in the order. */
import type { Health } from '../../../fleet/node/node-record.ts'
import type { NodeId } from '../../../kernel/ids.ts'
import type { Reader, SqlValue } from '../../../kernel/reader.ts'
import { rankOf } from '../../../projections/nodes.ts'
import type { FleetMemory } from './fleet.ts'
import { comparePlaces, conditionsOf, type NamedPlace, type OddRow, type OrderFilter, type Place, textTest } from './order-filter.ts'

const fewAtMost = 2000

/** All that the filter lets through, in order, where an index other than the order finds them and they are few; else undefined. */
export function fewPlaces(reader: Reader, fleet: FleetMemory, filter: OrderFilter): readonly Place[] | undefined {
  const candidates = candidatesFor(reader, filter)
  if (candidates === undefined) return undefined
  const { healths: wanted, ...rest } = filter
  const { texts, values } = conditionsOf(rest)
  const fits = textTest(filter)
  const rows = reader.all<OddRow & NamedPlace & { readonly shown_health: Health }>(
    `SELECT subject, name, serial, phase, shown_mode, shown_health FROM nodes WHERE subject IN (${candidates.text}) AND rank IS NOT NULL${texts.map((text) => ` AND ${text}`).join('')}`,
    ...candidates.values,
    ...values,
  )
  const places: Place[] = []
  for (const row of rows) {
    const health = fleet.heard.healths.get(row.subject as NodeId)?.live ?? row.shown_health
    if (fits?.(row) === false || wanted?.includes(health) === false) continue
    places.push({ subject: row.subject, name: row.name, rank: rankOf(row.phase, health, row.shown_mode) })
  }
  return places.sort(comparePlaces)
}

/** The rows of an index that every node of the answer is in, as a query of their subjects. */
function candidatesFor(reader: Reader, filter: OrderFilter): { readonly text: string; readonly values: readonly SqlValue[] } | undefined {
  const { tags = [], anyTags, fromMs, toMs } = filter
  if (tags.length > 0 || anyTags !== undefined) {
    const counts = countersOf(
      reader,
      [...tags, ...(anyTags ?? [])].map((tag) => `tag:${tag}`),
    )
    const nodes = (tag: string): number => counts.get(`tag:${tag}`) ?? 0
    const [rarest] = tags.toSorted((a, b) => nodes(a) - nodes(b))
    if (rarest !== undefined && nodes(rarest) <= fewAtMost)
      return { text: 'SELECT subject FROM node_tags WHERE text IN (?)', values: [rarest] }
    if (anyTags !== undefined && anyTags.reduce((sum, tag) => sum + nodes(tag), 0) <= fewAtMost)
      return { text: 'SELECT subject FROM node_tags WHERE text IN (SELECT value FROM json_each(?))', values: [JSON.stringify(anyTags)] }
  }
  if (fromMs !== undefined || toMs !== undefined) {
    const window = [fromMs ?? Number.MIN_SAFE_INTEGER, toMs ?? Number.MAX_SAFE_INTEGER]
    const text = 'SELECT subject FROM nodes WHERE moved_ms >= ? AND moved_ms < ?'
    const found = reader.get<{ nodes: number }>(`SELECT count(*) AS nodes FROM (${text} LIMIT ?)`, ...window, fewAtMost + 1)
    if ((found?.nodes ?? 0) <= fewAtMost) return { text, values: window }
  }
  return undefined
}

/** Figures of the whole fleet by their keys. */
export function countersOf(reader: Reader, keys: readonly string[]): ReadonlyMap<string, number> {
  const rows = reader.all<{ key: string; amount: number }>(
    "SELECT key, amount FROM projection_counters WHERE read_table = 'nodes' AND scope = '' AND key IN (SELECT value FROM json_each(?))",
    JSON.stringify(keys),
  )
  return new Map(rows.map(({ key, amount }) => [key, amount]))
}
