/**
 * Nodes of the fleet in the order of [QY9], straight from an index: after a key, as many as are wanted. Several walks, one for each
 * domain or kind, are merged where that is quicker than leaving out most of one. What presence shows otherwise than the rows say is taken
 * out of the walk and put in where it belongs.
 */
import type { ConnectivityMode, Health, Phase } from '../../../fleet/node/node-record.ts'
import type { Reader, SqlValue } from '../../../kernel/reader.ts'
import { rankOf } from '../../../projections/nodes.ts'
import type { FleetMemory } from './fleet.ts'
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
  readonly tags?: readonly string[] | undefined
  /** Lower case, not empty. */
  readonly text?: string | undefined
}

export type Walked = {
  readonly places: readonly Place[]
  /** Where it stopped looking, when there may be more that it did not reach. */
  readonly reached: Place | undefined
}

export const beforeAll: Place = { rank: -1, name: '', subject: '' }

/** Rows looked at for one page: what is farther comes with the next. */
const lookedAtMost = 5000

export function walkInOrder(reader: Reader, fleet: FleetMemory, filter: OrderFilter, after: Place, limit: number): Walked {
  const { odd, isOut } = oddNodes(fleet, filter)
  const own = odd.size === 0 ? [] : oddPlaces(reader, filter, odd).filter((place) => comparePlaces(place, after) > 0)
  const walks = walksFor(reader, fleet, filter, limit)
  const share = walks.length === 1 ? limit : Math.max(8, Math.ceil((2 * limit) / walks.length))
  const streams = walks.map((walk) => read(startOf(walk, after)))

  function startOf(walk: Walk, from: Place): Stream {
    return { walk, from, places: [], isOver: false, reached: undefined }
  }
  function read(stream: Stream): Stream {
    const { places, reached } = follow(reader, stream.walk, stream.from, share, isOut)
    stream.places.push(...places)
    stream.from = places.at(-1) ?? stream.from
    stream.reached = reached
    stream.isOver = places.length < share
    return stream
  }

  for (;;) {
    // Nothing beyond the place that one of them has come to is certain yet.
    const open = streams.filter(({ isOver, reached }) => !isOver || reached !== undefined)
    const hindmost = open.sort((a, b) => comparePlaces(endOf(a), endOf(b)))[0]
    const end = hindmost === undefined ? undefined : endOf(hindmost)
    const certain = [...streams.flatMap(({ places }) => places), ...own].filter(
      (place) => end === undefined || comparePlaces(place, end) <= 0,
    )
    if (certain.length < limit && hindmost !== undefined && !hindmost.isOver) {
      read(hindmost)
      continue
    }
    return { places: certain.sort(comparePlaces).slice(0, limit), reached: certain.length >= limit ? undefined : end }
  }
}

type Stream = { readonly walk: Walk; readonly places: Place[]; from: Place; isOver: boolean; reached: Place | undefined }

function endOf({ reached, from }: Stream): Place {
  return reached ?? from
}

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
  if (filter.text !== undefined && isAscii(filter.text)) {
    texts.push("(instr(lower(name), ?) > 0 OR instr(lower(subject), ?) > 0 OR instr(lower(coalesce(serial, '')), ?) > 0)")
    values.push(filter.text, filter.text, filter.text)
  }
  return { texts, values }
}

export function comparePlaces(a: Place, b: Place): number {
  return a.rank - b.rank || compareText(a.name, b.name) || compareText(a.subject, b.subject)
}

type Walk = {
  /** Equalities that an index begins with. */
  readonly start: Readonly<Record<string, string>>
  readonly filter: OrderFilter
}

type Dimension = { readonly column: string; readonly key: keyof OrderFilter; readonly values: readonly string[]; readonly nodes: number }

/** By the dimension whose index leaves least to look at; merging several walks costs a page of each. */
function walksFor(reader: Reader, fleet: FleetMemory, filter: OrderFilter, limit: number): readonly Walk[] {
  const counts = new Map(
    reader
      .all<{ key: string; amount: number }>("SELECT key, amount FROM projection_counters WHERE read_table = 'nodes' AND scope = ''")
      .map(({ key, amount }) => [key, amount]),
  )
  const all = Math.max(1, counts.get('nodes') ?? 0)
  const dimensions: Dimension[] = []
  const add = (column: string, key: keyof OrderFilter, values: readonly string[] | undefined, count: (value: string) => number): void => {
    if (values !== undefined) dimensions.push({ column, key, values, nodes: values.reduce((sum, value) => sum + count(value), 0) })
  }
  const withNodes = filter.domainIds?.filter((id) => fleet.domains.has(id))
  add('domain', 'domainIds', withNodes, (id) => fleet.domains.get(id)?.figures.sums.nodes ?? 0)
  add('shown_mode', 'modes', filter.modes, (mode) => counts.get(`mode:${mode}`) ?? 0)
  add('phase', 'phases', filter.phases, (phase) => counts.get(`phase:${phase}`) ?? 0)
  add('shown_health', 'healths', filter.healths, (health) => counts.get(`health:${health}`) ?? 0)
  add('kind', 'kinds', filter.kinds, (kind) => counts.get(`kind:${kind}`) ?? 0)
  const found = dimensions.reduce((share, { nodes }) => share * (nodes / all), all)
  const costOf = (walks: number, nodes: number): number => walks * (limit + 10) + Math.min(nodes, (limit * nodes) / Math.max(1, found))
  let best: { readonly cost: number; readonly dimension: Dimension | undefined } = { cost: costOf(1, all), dimension: undefined }
  for (const dimension of dimensions) {
    const cost = costOf(dimension.values.length, dimension.nodes)
    if (cost < best.cost) best = { cost, dimension }
  }
  const { dimension } = best
  if (dimension === undefined) return [{ start: {}, filter }]
  const { [dimension.key]: _walked, ...rest } = filter
  return dimension.values.map((value) => ({ start: { [dimension.column]: value }, filter: rest }))
}

function follow(reader: Reader, { start, filter }: Walk, after: Place, limit: number, isOut: (subject: string) => boolean): Walked {
  const places: Place[] = []
  const equalities = Object.keys(start).map((column) => `${column} = ?`)
  const { texts, values } = conditionsOf(filter)
  const fits = textTest(filter)
  const within = [...equalities, '(rank, name, subject) > (?, ?, ?)'].join(' AND ')
  const ordered = `FROM nodes WHERE ${within} ORDER BY rank, name, subject LIMIT ?`
  const columns = 'subject, rank, name, domain, shown_mode, phase, shown_health, kind, serial'
  const text =
    texts.length === 0 && fits === undefined
      ? `SELECT subject, rank, name, serial ${ordered}`
      : `SELECT subject, rank, name, serial FROM (SELECT ${columns} ${ordered}) AS nodes WHERE ${['1', ...texts].join(' AND ')} ORDER BY rank, name, subject LIMIT ?`
  for (let from = after; ; ) {
    const key = [...Object.values(start), from.rank, from.name, from.subject]
    const found =
      texts.length === 0 && fits === undefined
        ? reader.all<NamedPlace>(text, ...key, limit)
        : reader.all<NamedPlace>(text, ...key, lookedAtMost, ...values, fits === undefined ? limit : lookedAtMost)
    const rows = fits === undefined ? found : found.filter(fits).slice(0, limit)
    for (const { subject, rank, name } of rows) if (!isOut(subject) && places.length < limit) places.push({ subject, rank, name })
    const last = rows.at(-1)
    if (rows.length === limit && last !== undefined) {
      if (places.length === limit) return { places, reached: undefined }
      from = last
      continue
    }
    return {
      places,
      reached: texts.length === 0 && fits === undefined ? undefined : endOfWindow(reader, `SELECT subject, rank, name ${ordered}`, key),
    }
  }
}

/** The last that was looked at; undefined when that was the last there is. */
function endOfWindow(reader: Reader, text: string, key: readonly SqlValue[]): Place | undefined {
  const end = reader.get<Place & { readonly looked: number }>(
    `SELECT subject, rank, name, count(*) OVER () AS looked FROM (${text}) ORDER BY rank DESC, name DESC, subject DESC LIMIT 1`,
    ...key,
    lookedAtMost,
  )
  return end === undefined || end.looked < lookedAtMost ? undefined : { subject: end.subject, rank: end.rank, name: end.name }
}

type Odd = { readonly odd: ReadonlyMap<string, Health>; readonly isOut: (subject: string) => boolean }

/** Nodes whose health as it is heard moves them in the order, or in or out of the filter. */
function oddNodes({ heard }: FleetMemory, { healths }: OrderFilter): Odd {
  const odd = new Map<string, Health>()
  const out = new Set<string>()
  for (const [node, { stored, live }] of heard.healths) {
    const isMoved = (stored === 'FAILED') !== (live === 'FAILED')
    const isFiltered = healths !== undefined && healths.includes(stored) !== healths.includes(live)
    if (!isMoved && !isFiltered) continue
    out.add(node)
    if (healths === undefined || healths.includes(live)) odd.set(node, live)
  }
  return { odd, isOut: (subject) => out.has(subject) }
}

type OddRow = Place & { readonly phase: Phase; readonly shown_mode: ConnectivityMode }

function oddPlaces(reader: Reader, { healths: _healths, ...filter }: OrderFilter, odd: ReadonlyMap<string, Health>): Place[] {
  const { texts, values } = conditionsOf(filter)
  const fits = textTest(filter)
  const rows = reader.all<OddRow & NamedPlace>(
    `SELECT subject, name, serial, phase, shown_mode FROM nodes WHERE subject IN (SELECT value FROM json_each(?)) AND rank IS NOT NULL${texts.map((text) => ` AND ${text}`).join('')}`,
    JSON.stringify([...odd.keys()]),
    ...values,
  )
  return rows
    .filter(fits ?? (() => true))
    .map(({ subject, name, phase, shown_mode }) => ({ subject, name, rank: rankOf(phase, odd.get(subject) ?? 'UNKNOWN', shown_mode) }))
}

const countedAtMost = 2000

/** How many the filter lets through: exact where counters say it, else counted up to a bound, and then at least that many. */
export function countInOrder(
  reader: Reader,
  fleet: FleetMemory,
  filter: OrderFilter,
): { readonly total: number; readonly isExact: boolean } {
  const counted = countedBy(fleet, filter)
  if (counted !== undefined) return { total: counted, isExact: true }
  const { odd, isOut } = oddNodes(fleet, filter)
  let total = odd.size === 0 ? 0 : oddPlaces(reader, filter, odd).length
  let isExact = true
  for (const { start, filter: rest } of walksFor(reader, fleet, filter, countedAtMost)) {
    if (total >= countedAtMost) return { total, isExact: false }
    const walked = follow(reader, { start, filter: rest }, beforeAll, countedAtMost + 1 - total, isOut)
    total += walked.places.length
    if (walked.reached !== undefined || total > countedAtMost) isExact = false
  }
  return { total: Math.min(total, countedAtMost), isExact }
}

/** By the figures of the domains, when at most one thing beside the domain is asked for. */
function countedBy(
  fleet: FleetMemory,
  { domainIds, governed, modes, phases, healths, kinds, tags, text }: OrderFilter,
): number | undefined {
  const others = [modes, phases, healths, kinds].filter((wanted) => wanted !== undefined)
  if (governed !== undefined || others.length > 1 || (tags !== undefined && tags.length > 0) || text !== undefined) return undefined
  let total = 0
  for (const id of domainIds ?? fleet.domains.keys()) {
    const figures = fleet.domains.get(id)?.figures
    if (figures === undefined) continue
    const { sums } = figures
    if (modes !== undefined) for (const mode of new Set(modes)) total += sums.modes[mode]
    else if (phases !== undefined) for (const phase of new Set(phases)) total += sums.phases[phase]
    else if (healths !== undefined)
      for (const health of new Set(healths)) total += sums.healths[health] + (fleet.heard.of(id)?.healths[health] ?? 0)
    else if (kinds !== undefined) for (const kind of new Set(kinds)) total += figures.kinds.get(kind) ?? 0
    else total += sums.nodes
  }
  return total
}

type NamedPlace = Place & { readonly serial: string | null }

/** What SQLite cannot do by itself: it knows upper and lower case of ASCII only. */
function textTest({ text }: OrderFilter): ((row: NamedPlace) => boolean) | undefined {
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
