/** What a list of nodes is narrowed by, as conditions on the rows of the view `nodes`, and the place of a node in the order of [QY9]. */
import type { ConnectivityMode, Health, Phase } from '../../../fleet/node/node-record.ts'
import type { SqlValue } from '../../../kernel/reader.ts'
import type { Governed } from './governed-nodes.ts'

/** Its place in the order; smaller comes first. */
export type Place = { readonly rank: number; readonly name: string; readonly subject: string }

export type OrderFilter = {
  readonly domainIds?: readonly string[] | undefined
  /** Beside the domains: only nodes of these, or these. */
  readonly governed?: Governed | undefined
  readonly modes?: readonly ConnectivityMode[] | undefined
  readonly phases?: readonly Phase[] | undefined
  readonly healths?: readonly Health[] | undefined
  readonly kinds?: readonly string[] | undefined
  /** All of them. */
  readonly tags?: readonly string[] | undefined
  /** Any of them. */
  readonly anyTags?: readonly string[] | undefined
  /** Its phase or mode changed at or after, and before; wall milliseconds. */
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
  /** Lower case, not empty. */
  readonly text?: string | undefined
}

export const beforeAll: Place = { rank: -1, name: '', subject: '' }

/** As far as presence may move it in the order. */
export type OddRow = Place & { readonly phase: Phase; readonly shown_mode: ConnectivityMode }

/** The filter as a condition on the rows of the view `nodes`, in order. */
export function conditionsOf(filter: OrderFilter): { readonly texts: readonly string[]; readonly values: readonly SqlValue[] } {
  const texts: string[] = []
  const values: SqlValue[] = []
  // The sign keeps an index over one of these from being chosen over the order.
  const among = (column: string, wanted: readonly string[] | undefined): void => {
    if (wanted === undefined) return
    texts.push(`+${column} IN (SELECT value FROM json_each(?))`)
    values.push(JSON.stringify(wanted))
  }
  among('domain', filter.domainIds)
  if (filter.governed !== undefined) {
    texts.push('(+domain IN (SELECT value FROM json_each(?)) OR +subject IN (SELECT value FROM json_each(?)))')
    values.push(JSON.stringify(filter.governed.domainIds), JSON.stringify(filter.governed.subjects))
  }
  among('shown_mode', filter.modes)
  among('phase', filter.phases)
  among('shown_health', filter.healths)
  among('kind', filter.kinds)
  for (const tag of filter.tags ?? []) {
    texts.push('EXISTS (SELECT 1 FROM node_tags WHERE node_tags.text = ? AND node_tags.subject = nodes.subject)')
    values.push(tag)
  }
  if (filter.anyTags !== undefined) {
    texts.push(
      'EXISTS (SELECT 1 FROM node_tags WHERE node_tags.text IN (SELECT value FROM json_each(?)) AND node_tags.subject = nodes.subject)',
    )
    values.push(JSON.stringify(filter.anyTags))
  }
  if (filter.fromMs !== undefined) {
    texts.push('+moved_ms >= ?')
    values.push(filter.fromMs)
  }
  if (filter.toMs !== undefined) {
    texts.push('+moved_ms < ?')
    values.push(filter.toMs)
  }
  if (filter.text !== undefined && isAscii(filter.text)) {
    texts.push("(instr(lower(name), ?) > 0 OR instr(lower(subject), ?) > 0 OR instr(lower(coalesce(serial, '')), ?) > 0)")
    values.push(filter.text, filter.text, filter.text)
  }
  return { texts, values }
}

export function comparePlaces(a: Place, b: Place): number {
  return a.rank - b.rank || compareText(a.name, b.name) || compareText(a.subject, b.subject)
}

export type NamedPlace = Place & { readonly serial: string | null }

/** What SQLite cannot do by itself: it knows upper and lower case of ASCII only. */
export function textTest({ text }: OrderFilter): ((row: NamedPlace) => boolean) | undefined {
  if (text === undefined || isAscii(text)) return undefined
  return ({ name, subject, serial }) => [name, subject, serial ?? ''].some((field) => field.toLowerCase().includes(text))
}

function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text)
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
