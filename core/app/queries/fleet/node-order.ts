/**
 * Nodes of the fleet in the order of [QY9], straight from an index: after a key, as many as are wanted. Several walks, one for each
 * domain or kind, are merged where that is quicker than leaving out most of one. What presence shows otherwise than the rows say is taken
 * out of the walk and put in where it belongs.
 */
import {
  connectivityModes,
  type Health,
  healths as knownHealths,
  nodeKinds,
  phases as knownPhases,
} from '../../../fleet/node/node-record.ts'
import type { Reader, SqlValue } from '../../../kernel/reader.ts'
import { rankOf } from '../../../projections/nodes.ts'
import { countCells, readCells } from './cells.ts'
import { countersOf, fewPlaces } from './few-places.ts'
import type { FleetMemory } from './fleet.ts'
import {
  beforeAll,
  comparePlaces,
  conditionsOf,
  type NamedPlace,
  type OddRow,
  type OrderFilter,
  type Place,
  textTest,
} from './order-filter.ts'

export type Walked = {
  readonly places: readonly Place[]
  /** Where it stopped looking, when there may be more that it did not reach. */
  readonly reached: Place | undefined
}

/** Rows looked at for one page: what is farther comes with the next. */
const lookedAtMost = 5000

/** What is read of each walk at a time. */
function shareOf(limit: number, walks: number): number {
  return walks === 1 ? limit : Math.max(8, Math.ceil((2 * limit) / walks))
}

export function walkInOrder(reader: Reader, fleet: FleetMemory, filter: OrderFilter, after: Place, limit: number): Walked {
  const few = fewPlaces(reader, fleet, filter)
  if (few !== undefined) return { places: few.filter((place) => comparePlaces(place, after) > 0).slice(0, limit), reached: undefined }
  const { odd, isOut } = oddNodes(fleet, filter)
  const own = odd.size === 0 ? [] : oddPlaces(reader, filter, odd).filter((place) => comparePlaces(place, after) > 0)
  const walks = walksFor(reader, fleet, filter, limit)
  const share = shareOf(limit, walks.length)
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

type Walk = {
  /** Equalities that an index begins with. */
  readonly start: Readonly<Record<string, string>>
  readonly filter: OrderFilter
  /** So few nodes begin like that that all of them may be looked at for one page. */
  readonly isShort: boolean
}

type Dimension = {
  readonly column: string
  readonly key: keyof OrderFilter
  readonly values: readonly string[]
  readonly count: (value: string) => number
  /** All its values together. */
  readonly nodes: number
}

/** By the dimension whose index leaves least to look at; merging several walks costs a page of each. */
function walksFor(reader: Reader, fleet: FleetMemory, filter: OrderFilter, limit: number): readonly Walk[] {
  const counts = totalsOf(reader)
  const all = Math.max(1, counts.get('nodes') ?? 0)
  const dimensions: Dimension[] = []
  const add = (column: string, key: keyof OrderFilter, values: readonly string[] | undefined, count: (value: string) => number): void => {
    if (values === undefined) return
    dimensions.push({ column, key, values, count, nodes: values.reduce((sum, value) => sum + count(value), 0) })
  }
  const withNodes = filter.domainIds?.filter((id) => fleet.domains.has(id))
  add('domain', 'domainIds', withNodes, (id) => fleet.domains.get(id)?.figures.sums.nodes ?? 0)
  add('shown_mode', 'modes', filter.modes, (mode) => counts.get(`mode:${mode}`) ?? 0)
  add('phase', 'phases', filter.phases, (phase) => counts.get(`phase:${phase}`) ?? 0)
  add('shown_health', 'healths', filter.healths, (health) => counts.get(`health:${health}`) ?? 0)
  add('kind', 'kinds', filter.kinds, (kind) => counts.get(`kind:${kind}`) ?? 0)
  const found = dimensions.reduce((share, { nodes }) => share * (nodes / all), all)
  const costOf = (walks: number, nodes: number): number =>
    walks * (shareOf(limit, walks) + 10) + Math.min(nodes, (limit * nodes) / Math.max(1, found))
  let best: { readonly cost: number; readonly dimension: Dimension | undefined } = { cost: costOf(1, all), dimension: undefined }
  for (const dimension of dimensions) {
    const cost = costOf(dimension.values.length, dimension.nodes)
    if (cost < best.cost) best = { cost, dimension }
  }
  const { dimension } = best
  if (dimension === undefined) return [{ start: {}, filter, isShort: all <= lookedAtMost }]
  const { [dimension.key]: _walked, ...rest } = filter
  const { column, values, count } = dimension
  return values.map((value) => ({ start: { [column]: value }, filter: rest, isShort: count(value) <= lookedAtMost }))
}

const totalKeys = [
  'nodes',
  ...connectivityModes.map((mode) => `mode:${mode}`),
  ...knownPhases.map((phase) => `phase:${phase}`),
  ...knownHealths.map((health) => `health:${health}`),
  ...nodeKinds.map((kind) => `kind:${kind}`),
]

/** Of the whole fleet, by one thing at a time. */
function totalsOf(reader: Reader): ReadonlyMap<string, number> {
  return countersOf(reader, totalKeys)
}

function follow(
  reader: Reader,
  { start, filter, isShort }: Walk,
  after: Place,
  limit: number,
  isOut: (subject: string) => boolean,
): Walked {
  const places: Place[] = []
  const equalities = Object.keys(start).map((column) => `${column} = ?`)
  const { texts, values } = conditionsOf(filter)
  const fits = textTest(filter)
  const within = [...equalities, '(rank, name, subject) > (?, ?, ?)'].join(' AND ')
  const ordered = `FROM nodes WHERE ${within} ORDER BY rank, name, subject LIMIT ?`
  const columns = 'subject, rank, name, domain, shown_mode, phase, shown_health, kind, serial, moved_ms'
  const isPlain = texts.length === 0 && fits === undefined
  const isDirect = isPlain || (isShort && fits === undefined)
  const conditions = texts.map((condition) => ` AND ${condition}`).join('')
  const text = isDirect
    ? `SELECT subject, rank, name, serial FROM nodes WHERE ${within}${conditions} ORDER BY rank, name, subject LIMIT ?`
    : `SELECT subject, rank, name, serial FROM (SELECT ${columns} ${ordered}) AS nodes WHERE ${['1', ...texts].join(' AND ')} ORDER BY rank, name, subject LIMIT ?`
  for (let from = after; ; ) {
    const key = [...Object.values(start), from.rank, from.name, from.subject]
    const found = isDirect
      ? reader.all<NamedPlace>(text, ...key, ...values, limit)
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
      reached: isDirect ? undefined : endOfWindow(reader, `SELECT subject, rank, name ${ordered}`, key),
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
  const few = fewPlaces(reader, fleet, filter)
  if (few !== undefined) return { total: few.length, isExact: true }
  const counted = countedBy(reader, fleet, filter)
  if (counted !== undefined) return { total: counted, isExact: true }
  const { odd, isOut } = oddNodes(fleet, filter)
  let total = odd.size === 0 ? 0 : oddPlaces(reader, filter, odd).length
  let isExact = true
  for (const walk of walksFor(reader, fleet, filter, countedAtMost)) {
    if (total >= countedAtMost) return { total, isExact: false }
    const walked = follow(reader, walk, beforeAll, countedAtMost + 1 - total, isOut)
    total += walked.places.length
    if (walked.reached !== undefined || total > countedAtMost) isExact = false
  }
  return { total: Math.min(total, countedAtMost), isExact }
}

/** By the figures of the domains, and by the counters of several things at once; neither knows tags, texts and times. */
function countedBy(reader: Reader, fleet: FleetMemory, filter: OrderFilter): number | undefined {
  const { domainIds, modes, phases, healths, kinds } = filter
  if (!isCounted(filter)) return undefined
  const others = [modes, phases, healths, kinds].filter((wanted) => wanted !== undefined)
  if (others.length > 1) return countCells(readCells(reader, fleet, domainIds), filter)
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

/** Nothing is asked for that only rows tell. */
export function isCounted({ governed, tags, anyTags, text, fromMs, toMs }: OrderFilter): boolean {
  const rowsOnly = [governed, anyTags, text, fromMs, toMs].some((part) => part !== undefined)
  return !rowsOnly && (tags === undefined || tags.length === 0)
}
