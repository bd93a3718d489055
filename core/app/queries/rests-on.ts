/**
 * Which changes the answer to a question may rest on: by topic, by the domain and by the node that it is about ([QY45]). A change that
 * cannot be told apart counts; one that counts in vain costs a question, one that is missed leaves a page wrong. What the clock alone moves
 * (a silence that grows, a waiver that runs out) is no change.
 */
import type { WatchedQuery } from '../../contract/live.ts'
import type { Change, Topic } from '../change-feed.ts'
import type { ReadModel } from '../read-model.ts'
import { lineageOf } from './lineage.ts'
import { subtreeOf } from './domain-tree.ts'

/** What nodes are shown by. */
const ofNodes: readonly Topic[] = ['nodes', 'presence', 'policies', 'domains', 'enrolments', 'sessions']

const topicsOf: Readonly<Record<WatchedQuery, readonly Topic[]>> = {
  'fleet.overview': [...ofNodes, 'attention', 'master', 'store'],
  'domain.list': ofNodes,
  'domain.get': [...ofNodes, 'attention'],
  'domain.topology': ofNodes,
  'domain.authority': ['domains', 'master'],
  'node.list': ofNodes,
  'node.facets': ofNodes,
  'node.get': [...ofNodes, 'attention'],
  'node.timeline': ['nodes', 'sessions', 'enrolments', 'attention', 'domains'],
  'node.observations': ['nodes'],
  'node.desiredActual': ['nodes', 'presence', 'policies', 'domains'],
  'node.snapshot': ['nodes'],
  'attention.list': [...ofNodes, 'attention'],
  'session.list': ['sessions'],
  'command.list': ['commands'],
  'rollout.list': ['rollouts', 'commands', ...ofNodes],
  'relay.list': ['domains', 'nodes', 'presence'],
  'enrolment.list': ['enrolments'],
  'waiver.list': ['domains'],
  'policy.list': ['policies'],
  'policy.assignments': ['policies'],
}

/** Said of a domain, they hold for all below it as well. */
const inherited: ReadonlySet<Topic> = new Set<Topic>(['policies', 'domains', 'attention', 'rollouts'])
/** Whatever they are about, everything may be another thing now. */
const ofEverything: ReadonlySet<Topic> = new Set<Topic>(['projections'])
/** Lists of things that belong to nodes rest on the nodes when they are narrowed by them. */
const nodeFields = ['tags', 'anyTags', 'policyBundleId', 'modes', 'phases', 'healths', 'text'] as const

/** `input` is that of the query, as its schema gives it. Throws NotFound `DOMAIN_UNKNOWN`. */
export function watcherOf(model: ReadModel, query: WatchedQuery, input: Readonly<Record<string, unknown>>): (change: Change) => boolean {
  const isNarrowed = nodeFields.some((field) => input[field] !== undefined)
  const topics = new Set<Topic>([...topicsOf[query], ...(isNarrowed ? ofNodes : [])])
  const scope = scopeOf(model, input)
  return (change) => {
    if (change.topics.some((topic) => ofEverything.has(topic))) return true
    const heard = change.topics.filter((topic) => topics.has(topic))
    if (heard.length === 0) return false
    return scope === undefined || scope(change, heard)
  }
}

type Scope = (change: Change, heard: readonly Topic[]) => boolean

/** Undefined for everything. */
function scopeOf(model: ReadModel, { nodeId, domainId }: Readonly<Record<string, unknown>>): Scope | undefined {
  if (typeof nodeId === 'string') return nodeScope(model, nodeId)
  return typeof domainId === 'string' ? domainScope(model, domainId) : undefined
}

function nodeScope(model: ReadModel, nodeId: string): Scope {
  return ({ nodeIds = [], domainIds = [] }, heard) => {
    if (nodeIds.includes(nodeId)) return true
    if (!heard.some((topic) => inherited.has(topic))) return false
    const above = new Set(lineageOf(model, model.lifecycle(nodeId)?.domainId ?? '').map(({ id }) => id))
    return domainIds.length === 0 || domainIds.some((id) => above.has(id))
  }
}

function domainScope(model: ReadModel, domainId: string): Scope {
  let within: ReadonlySet<string> = new Set(subtreeOf(model, domainId))
  let above: ReadonlySet<string> = new Set(lineageOf(model, domainId).map(({ id }) => id))
  return ({ nodeIds = [], domainIds = [], topics }, heard) => {
    // The tree may be another one now.
    if (topics.includes('domains')) {
      within = new Set(subtreeOf(model, domainId))
      above = new Set(lineageOf(model, domainId).map(({ id }) => id))
    }
    if (domainIds.length === 0 && nodeIds.length === 0) return true
    if (domainIds.some((id) => within.has(id))) return true
    if (heard.some((topic) => inherited.has(topic)) && domainIds.some((id) => above.has(id))) return true
    // Told of nodes alone, such as a piece of a return.
    return domainIds.length === 0 && nodeIds.some((id) => within.has(model.lifecycle(id)?.domainId ?? domainId))
  }
}
