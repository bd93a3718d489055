/**
 * The figures of every domain as of now: what events give, from the counters, with what presence changes of it. Kept between questions
 * and brought up to date at each of them by what changed since; losing it costs time and changes no answer ([QY16]).
 */
import type { NodeId } from '../../../kernel/ids.ts'
import { hasBlob } from '../../../store/blobs.ts'
import type { AuthorityView } from '../../../contract/common.ts'
import type { DomainRow } from '../../../contract/domains.ts'
import type { ReadModel } from '../../read-model.ts'
import { desiredPolicies } from '../desired-policy.ts'
import { type DomainRule, noRule } from '../domain-rule.ts'
import { type DomainPlace, readDomainTree } from '../domain-tree.ts'
import type { QueryMemory } from '../query-memory.ts'
import { isAnythingWeighed, mostOverDefault } from '../attention-weights.ts'
import { nextWaiverEnd } from '../excuses.ts'
import { basisOf, changesSince, type Seen } from './changes.ts'
import {
  countedDomains,
  type DomainFigures,
  type Edge,
  type EdgeCursor,
  findEdge,
  findNewest,
  readFigures,
  startOfEdge,
} from './domain-figures.ts'
import { type ClassFigures, figuresOfClasses } from './drift-classes.ts'
import { type DomainState, least, type Lines, most, noState } from './domain-state.ts'
import { governedClasses } from './governed-classes.ts'
import { createInbox, forgetInbox, type Inbox, lookAgain } from './inbox.ts'
import { createHeardNodes, type HeardNodes } from './heard-nodes.ts'
import { createKeptNet, type KeptNet, takeForwarder } from './relay-net.ts'

/** Nodes of one evidence in a domain that are not as they should be: the points of that, and the most that one of them can score. */
export type DriftingClass = { readonly key: string; readonly points: number; readonly bound: number }
/** By evidence: what its nodes score for their drift. */
export type DriftPoints = ReadonlyMap<string, ReadonlySet<number>>
export type Drifting = { readonly bound: number; readonly classes: readonly DriftingClass[] }

/** What is kept of a domain's own nodes. */
export type KeptDomain = {
  figures: DomainFigures
  classes: ClassFigures | undefined
  drifting: Drifting | undefined
  /** See `driftPointsIn`; found anew with the classes. */
  worth: DriftPoints | undefined
  readonly edges: Readonly<Record<Edge, EdgeCursor>>
}

export type FleetMemory = {
  seen: Seen | undefined
  basis: string
  tree: readonly DomainPlace[]
  /** Of the tree, in its order: the same list until there is another tree. */
  treeIds: readonly string[]
  desiredIn: (domainId: string) => DomainRule
  /** The next instant at which a waiver ends, wall milliseconds. */
  waivedUntilMs: number
  /** See `mostOverDefault`. */
  weightShare: number
  /** Nothing sets weights of its own: points by default are the points that count. */
  isWeighedPlainly: boolean
  readonly domains: Map<string, KeptDomain>
  /** Without those that something moved since. */
  readonly states: Map<string, DomainState>
  readonly heard: HeardNodes
  /** Who may be among the worst. */
  readonly inbox: Inbox
  /** Parts that were announced and are not held yet, by digest: the domains that wait for them. */
  readonly awaited: Map<string, Set<string>>
  readonly net: KeptNet
  /** Raised whenever any figure may be another one. */
  revision: number
  /** Of the whole tree, as of a revision. */
  readonly lines: { revision: number; tree: readonly DomainPlace[] | undefined; readonly byDomain: Map<string, Lines> }
  /** As they were shown last. */
  readonly rows: Map<string, { readonly lines: Lines; readonly place: DomainPlace; readonly row: DomainRow }>
  /** Who holds each domain, as of a basis and between two instants. */
  readonly standings: { basis: string; sinceMs: number; untilMs: number; readonly byDomain: Map<string, AuthorityView> }
}

function createFleetMemory(): FleetMemory {
  return {
    seen: undefined,
    basis: '',
    tree: [],
    treeIds: [],
    desiredIn: () => noRule,
    waivedUntilMs: Number.POSITIVE_INFINITY,
    weightShare: 1,
    isWeighedPlainly: true,
    domains: new Map(),
    states: new Map(),
    heard: createHeardNodes(),
    inbox: createInbox(),
    awaited: new Map(),
    net: createKeptNet(),
    revision: 0,
    lines: { revision: -1, tree: undefined, byDomain: new Map() },
    rows: new Map(),
    standings: { basis: '', sinceMs: 0, untilMs: 0, byDomain: new Map() },
  }
}

/** Of each memory of queries its own. */
const memories = new WeakMap<QueryMemory, FleetMemory>()

function memoryOf({ memory }: ReadModel): FleetMemory {
  const known = memories.get(memory) ?? createFleetMemory()
  memories.set(memory, known)
  return known
}

/** To be called at the start of every question that rests on figures. */
export function fleetOf(model: ReadModel): FleetMemory {
  const memory = memoryOf(model)
  const before = memory.seen
  // Should this be cut off in between, the next question begins anew.
  memory.seen = undefined
  const { seen, changes } = changesSince(model.reader, before)
  const basis = basisOf(model.reader)
  const isOther = basis !== memory.basis || before === undefined || model.ports.clock.now() >= memory.waivedUntilMs
  if (isOther) takeBasis(model, memory, basis)
  if (isOther || changes.kind === 'everything') forgetInbox(memory.inbox)
  if (changes.kind === 'everything') {
    memory.domains.clear()
    memory.states.clear()
    memory.net.net = undefined
    for (const node of [...memory.heard.nodes()]) memory.heard.update(model, node, memory.desiredIn, false)
    for (const domainId of countedDomains(model.reader)) readDomainAnew(model, memory, domainId)
    memory.revision++
  } else {
    for (const domainId of changes.domains) if (domainId !== '') readDomainAnew(model, memory, domainId)
    for (const subject of changes.subjects) takeSubject(model, memory, subject as NodeId)
    if (isOther) for (const node of [...memory.heard.nodes()]) hear(model, memory, node, true)
    if (changes.subjects.size > 0 || isOther) memory.revision++
  }
  takeAwaited(model, memory)
  for (const node of model.memory.touched) hear(model, memory, node, true)
  for (const node of [...memory.heard.doubtful]) hear(model, memory, node, true)
  if (model.memory.touched.size > 0 || memory.heard.doubtful.size > 0) memory.revision++
  model.memory.touched.clear()
  memory.seen = seen
  return memory
}

/**
 * The first look at everything, a domain at a time; answers the domains of the tree. What changes between two steps is told as a change
 * since the first of them. A question in between finds all of it at once, and then nothing is left to do here.
 */
export function* warmFleet(model: ReadModel): Generator<void, readonly string[]> {
  const memory = memoryOf(model)
  if (memory.seen !== undefined) return memory.treeIds
  const { seen } = changesSince(model.reader, undefined)
  takeBasis(model, memory, basisOf(model.reader))
  yield
  for (const domainId of countedDomains(model.reader)) {
    if (memory.seen !== undefined) return memory.treeIds
    readDomainAnew(model, memory, domainId)
    stateOfDomain(model, memory, domainId)
    yield
  }
  if (memory.seen === undefined) memory.seen = seen
  return memory.treeIds
}

/** Of the nodes that are in this domain itself. */
export function stateOfDomain(model: ReadModel, memory: FleetMemory, domainId: string): DomainState {
  const known = memory.states.get(domainId)
  if (known !== undefined) return known
  const state = makeState(model, memory, domainId)
  memory.states.set(domainId, state)
  return state
}

/** Every domain that has nodes, known in the tree or not. */
export function domainsWithNodes(memory: FleetMemory): Iterable<string> {
  return memory.domains.keys()
}

function takeBasis(model: ReadModel, memory: FleetMemory, basis: string): void {
  memory.basis = basis
  memory.tree = readDomainTree(model)
  memory.treeIds = memory.tree.map(({ id }) => id)
  memory.desiredIn = desiredPolicies(model)
  memory.weightShare = mostOverDefault(model)
  memory.isWeighedPlainly = !isAnythingWeighed(model)
  memory.waivedUntilMs = nextWaiverEnd(model, model.ports.clock.now())
  memory.states.clear()
  for (const kept of memory.domains.values()) kept.classes = undefined
}

function readDomainAnew(model: ReadModel, memory: FleetMemory, domainId: string): void {
  const figures = readFigures(model.reader, domainId)
  const known = memory.domains.get(domainId)
  memory.states.delete(domainId)
  if (figures.classes.length === 0) {
    memory.domains.delete(domainId)
    return
  }
  if (known === undefined)
    memory.domains.set(domainId, {
      figures,
      classes: undefined,
      drifting: undefined,
      worth: undefined,
      edges: { last_seen_ms: startOfEdge(), due_ms: startOfEdge() },
    })
  else {
    known.figures = figures
    known.classes = undefined
    for (const edge of Object.values(known.edges)) edge.isFound = false
  }
}

type Standing = { readonly domain: string; readonly last_seen_ms: number | null; readonly due_ms: number | null }

/** Its row is another one. One that was not heard may stand before everybody that was looked at. */
function takeSubject(model: ReadModel, memory: FleetMemory, node: NodeId): void {
  lookAgain(memory.inbox, node)
  takeForwarder(model.reader, memory.net, node)
  if (model.presence.of(node) !== undefined) {
    hear(model, memory, node, false)
    return
  }
  const row = model.reader.get<Standing>('SELECT domain, last_seen_ms, due_ms FROM node_standings WHERE subject = ?', node)
  const kept = row === undefined ? undefined : memory.domains.get(row.domain)
  if (row === undefined || kept === undefined) return
  for (const name of ['last_seen_ms', 'due_ms'] as const) {
    const ms = row[name]
    const edge = kept.edges[name]
    if (ms === null || ms > edge.ms) continue
    edge.ms = ms
    edge.subject = ''
    edge.isFound = false
  }
}

function hear(model: ReadModel, memory: FleetMemory, node: NodeId, isSame: boolean): void {
  const { heard, domains, states } = memory
  const wasHeard = heard.has(node)
  const before = heard.domainOf(node)
  heard.update(model, node, memory.desiredIn, isSame)
  const after = heard.domainOf(node)
  if (memory.inbox.entries.has(node) || heard.urgent.has(node)) lookAgain(memory.inbox, node)
  for (const domainId of new Set([before, after])) {
    if (domainId === undefined) continue
    states.delete(domainId)
    const kept = domains.get(domainId)
    if (kept === undefined) continue
    // Nobody before the first one that was not heard becomes of interest again, unless presence forgets somebody.
    const isForgotten = wasHeard && !heard.has(node)
    for (const name of ['last_seen_ms', 'due_ms'] as const) {
      if (isForgotten) Object.assign(kept.edges[name], startOfEdge())
      else if (!wasHeard && kept.edges[name].subject === node) kept.edges[name].isFound = false
    }
  }
}

function takeAwaited(model: ReadModel, memory: FleetMemory): void {
  for (const [digest, domainIds] of memory.awaited) {
    if (!hasBlob(model.reader, digest)) continue
    memory.awaited.delete(digest)
    memory.revision++
    forgetInbox(memory.inbox)
    for (const domainId of domainIds) {
      memory.states.delete(domainId)
      const kept = memory.domains.get(domainId)
      if (kept !== undefined) kept.classes = undefined
      for (const node of [...(memory.heard.of(domainId)?.heardAt.nodes() ?? [])]) hear(model, memory, node, true)
    }
  }
}

function makeState(model: ReadModel, memory: FleetMemory, domainId: string): DomainState {
  const kept = memory.domains.get(domainId)
  if (kept === undefined) return noState
  if (kept.classes === undefined) {
    kept.classes = classesOf(model, memory, domainId, kept)
    kept.drifting = undefined
    kept.worth = undefined
  }
  const { reader } = model
  const { figures, classes, edges } = kept
  for (const [name, edge] of Object.entries(edges) as [Edge, EdgeCursor][])
    if (!edge.isFound) findEdge(reader, domainId, name, edge, memory.heard.has)
  const heard = memory.heard.of(domainId)
  const others = [...(heard?.others.values() ?? [])]
  const more = (key: 'driftTotal' | 'driftKnown' | 'unknownVersion' | 'onTarget'): number =>
    others.reduce((sum, other) => sum + other[key], classes[key])
  const { sums } = figures
  const newestHeard = heard?.heardAt.newest() ?? null
  return {
    nodes: sums.nodes,
    modes: sums.modes,
    phases: sums.phases,
    healths: heard === undefined ? sums.healths : addUp(sums.healths, heard.healths),
    backlogMessages: sums.backlogMessages + (heard?.backlog ?? 0),
    driftTotal: more('driftTotal'),
    driftKnown: more('driftKnown'),
    oldestMs: least(edges.last_seen_ms.found, heard?.heardAt.oldest() ?? null),
    newestMs: most(findNewest(reader, domainId, newestHeard, memory.heard.has), newestHeard),
    dueMs: least(edges.due_ms.found, heard === undefined ? null : smallest(heard.dueAt)),
    unknownVersion: more('unknownVersion'),
    onTarget: more('onTarget'),
  }
}

function classesOf(model: ReadModel, memory: FleetMemory, domainId: string, { figures }: KeptDomain): ClassFigures {
  const governed = governedClasses(model, domainId, memory.desiredIn(domainId), figures.classes)
  const classes = figuresOfClasses(model, governed, model.ports.clock.now())
  for (const digest of classes.awaited) memory.awaited.set(digest, (memory.awaited.get(digest) ?? new Set()).add(domainId))
  return classes
}

function addUp<Name extends string>(a: Readonly<Record<Name, number>>, b: Readonly<Record<Name, number>>): Record<Name, number> {
  const sum: Record<Name, number> = { ...a }
  for (const name of Object.keys(b) as Name[]) sum[name] += b[name]
  return sum
}

function smallest(instants: ReadonlyMap<NodeId, number>): number | null {
  let least: number | null = null
  for (const ms of instants.values()) if (least === null || ms < least) least = ms
  return least
}
