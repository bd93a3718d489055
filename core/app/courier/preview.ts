/**
 * What taking segments in would change, worked out beside the store and written nowhere ([CU9], [CU10]): the nodes that change mode, phase
 * or place, commands, authority, policies, trust, drift, and what would be refused. Bulk is only counted.
 */
import type { z } from 'zod'
import type { previewView, PreviewView } from '../../contract/courier.ts'
import type { Ports } from '../../kernel/ports.ts'
import { toHex } from '../../kernel/hex.ts'
import { fits } from '../projecting/shapes.ts'
import { knownCommand } from '../commands/known-command.ts'
import { authorityOf } from '../queries/authority-view.ts'
import { driftOfNode } from '../queries/drift-of-node.ts'
import { actorName } from '../queries/names.ts'
import { isOfFleet, readNodeView } from '../queries/node-view.ts'
import { plainText, quoted } from '../queries/plain-text.ts'
import { isDecisionType, type Names, sentenceOfDecision } from '../queries/sentences.ts'
import type { ReadModel } from '../read-model.ts'
import type { Overlay } from './overlay.ts'
import { type Staged, stageSegments } from './staged-segments.ts'

type Moment = <Value>(read: () => Value) => Value
type NodeChange = PreviewView['nodes']['items'][number]
type NodeSide = NonNullable<NodeChange['before']>

const listedAtMost = 200
/** Subjects that are compared between two of which others are served. */
const atATime = 20

/**
 * `segments`: plain encoded ones in the order in which they came. `moment`: what it reads belongs together; it is asked many times, for a
 * short while each, so that nobody waits.
 */
export async function previewBundle(
  model: ReadModel,
  segments: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ports: Pick<Ports, 'crypto' | 'scheduler' | 'clock'>,
  moment: Moment = (read) => read(),
): Promise<PreviewView> {
  const staged = await stageSegments(model, segments, ports, moment)
  return previewOf(model, staged, ports, moment)
}

export async function previewOf(
  model: ReadModel,
  staged: Staged,
  ports: Pick<Ports, 'crypto' | 'scheduler' | 'clock'>,
  moment: Moment,
): Promise<PreviewView> {
  const { overlay, lanes, forks, refused, waiting, isWhole } = staged
  const touched = moment(() => touchedBy(model, overlay))
  const nodes = collect<NodeChange>()
  const drift = collect<PreviewView['drift']['items'][number]>()
  const commands = collect<PreviewView['commands']['items'][number]>()
  const authority = collect<PreviewView['authority']['items'][number]>()
  const compareEach = async (subjects: readonly string[], compare: (subject: string) => void): Promise<void> => {
    for (let at = 0; at < subjects.length; at += atATime) {
      moment(() => subjects.slice(at, at + atATime).forEach(compare))
      await ports.scheduler.yield()
    }
  }
  await compareEach(touched.nodes, (node) => {
    nodes.add(nodeChange(model, overlay.model, node))
    drift.add(driftChange(model, overlay.model, node))
  })
  await compareEach(touched.commands, (command) => commands.add(commandChange(model, overlay.model, command)))
  await compareEach(touched.domains, (domain) => authority.add(authorityChange(model, overlay.model, domain)))
  const told = moment(() => tell(overlay))
  const effect = {
    isWhole,
    newEvents: { control: lanes.control.events, fact: lanes.fact.events, bulk: lanes.bulk.events },
    knownSegments: lanes.control.known + lanes.fact.known + lanes.bulk.known,
    nodes: nodes.listed(),
    commands: commands.listed(),
    authority: authority.listed(),
    policies: told.policies,
    trust: told.trust,
    drift: drift.listed(),
    forks: [...forks],
    refused: [...refused],
    waiting: [...waiting],
  } satisfies Omit<z.infer<typeof previewView>, 'digest' | 'at'>
  const digest = toHex(ports.crypto.sha256(new TextEncoder().encode(JSON.stringify(effect))))
  return { digest, at: new Date(ports.clock.now()).toISOString(), ...effect }
}

type Touched = { readonly nodes: readonly string[]; readonly commands: readonly string[]; readonly domains: readonly string[] }

function touchedBy(model: ReadModel, { staged, model: after, changesAuthority }: Overlay): Touched {
  const nodes = new Set<string>()
  const commands = new Set<string>()
  const domains = new Set<string>()
  for (const [subject, events] of staged) {
    if (after.lifecycle(subject) !== undefined || model.lifecycle(subject) !== undefined) nodes.add(subject)
    for (const { event } of events) {
      if (event === undefined) continue
      if (event.type.startsWith('ibcf.command.')) {
        const { commandId } = event.data
        commands.add(typeof commandId === 'string' ? commandId : subject)
      }
      if (event.type.startsWith('ibcf.authority.') || event.type === 'ibcf.domain.created.v1') domains.add(subject)
    }
  }
  // A new life of a master takes its authority wherever it held any; who held nothing is compared for nothing.
  if (changesAuthority()) {
    for (const { subject } of model.reader.all<{ subject: string }>('SELECT subject FROM authority_domains ORDER BY subject LIMIT 1000'))
      domains.add(subject)
    for (const { subject } of model.reader.all<{ subject: string }>('SELECT DISTINCT subject FROM powerless_events LIMIT 1000'))
      if (model.lifecycle(subject) !== undefined) nodes.add(subject)
  }
  return { nodes: [...nodes].sort(), commands: [...commands].sort(), domains: [...domains].sort() }
}

function nodeChange(before: ReadModel, after: ReadModel, nodeId: string): NodeChange | undefined {
  const [was, becomes] = [sideOf(before, nodeId), sideOf(after, nodeId)]
  if (JSON.stringify(was) === JSON.stringify(becomes)) return undefined
  const name = after.lifecycle(nodeId)?.name ?? before.lifecycle(nodeId)?.name ?? nodeId
  return { nodeId, name: plainText(name), before: was, after: becomes }
}

function sideOf(model: ReadModel, nodeId: string): NodeSide | null {
  const view = readNodeView(model, nodeId)
  if (view === undefined || !isOfFleet(view)) return null
  const { mode, phase, domainId } = view
  return { mode, phase, domainId, domainName: plainText(model.domain(domainId)?.name ?? domainId) }
}

function driftChange(before: ReadModel, after: ReadModel, nodeId: string): PreviewView['drift']['items'][number] | undefined {
  const [was, becomes] = [driftOfNode(before, nodeId)?.score ?? null, driftOfNode(after, nodeId)?.score ?? null]
  if (was === becomes) return undefined
  return { nodeId, name: plainText(after.lifecycle(nodeId)?.name ?? nodeId), before: was, after: becomes }
}

function commandChange(before: ReadModel, after: ReadModel, commandId: string): PreviewView['commands']['items'][number] | undefined {
  const becomes = knownCommand(after, commandId)
  if (becomes === undefined) return undefined
  const was = knownCommand(before, commandId)?.stage ?? null
  if (was === becomes.stage) return undefined
  const { nodeId, kind, actor, expiresAt } = becomes.issued
  return {
    commandId,
    nodeId,
    nodeName: plainText(after.lifecycle(nodeId)?.name ?? nodeId),
    kind: plainText(kind, 60),
    before: was,
    after: becomes.stage,
    issuedBy: actorName(after, actor),
    expiresAt,
  }
}

function authorityChange(before: ReadModel, after: ReadModel, domainId: string): PreviewView['authority']['items'][number] | undefined {
  const [was, becomes] = [authorityOf(before, domainId), authorityOf(after, domainId)]
  if (JSON.stringify(was) === JSON.stringify(becomes)) return undefined
  return { domainId, domainName: plainText(after.domain(domainId)?.name ?? domainId), before: was, after: becomes }
}

const policyTypes = /^ibcf\.(policy|rollout|waiver)\./
const trustTypes = /^ibcf\.(enrolment|key|master|operator|incarnation|evidence)\./

/** What no state of a node shows, in the words of the timeline. */
function tell({ staged, model }: Overlay): Pick<PreviewView, 'policies' | 'trust'> {
  const policies = collect<PreviewView['policies']['items'][number]>()
  const trust = collect<PreviewView['trust']['items'][number]>()
  const names: Names = {
    master: (id) => quoted(model.master(id)?.name ?? id),
    domain: (id) => quoted(model.domain(id)?.name ?? id),
    policy: (id) => quoted(model.policy(id)?.name ?? id),
  }
  for (const [subject, events] of staged) {
    for (const { event, log } of events) {
      if (event === undefined || log.domain === '-' || !isDecisionType(event.type) || !fits(event.type, event.data)) continue
      const into = policyTypes.test(event.type) ? policies : trustTypes.test(event.type) ? trust : undefined
      into?.add({ subject, name: nameOf(model, subject), sentence: sentenceOfDecision(event.type, event.data as never, names) })
    }
  }
  return { policies: policies.listed(), trust: trust.listed() }
}

function nameOf(model: ReadModel, id: string): string {
  const name =
    model.lifecycle(id)?.name ?? model.domain(id)?.name ?? model.policy(id)?.name ?? model.master(id)?.name ?? model.operator(id)?.name
  return plainText(name ?? model.rollout(id)?.name ?? id)
}

function collect<Item>(): { add: (item: Item | undefined) => void; listed: () => { total: number; items: Item[] } } {
  const items: Item[] = []
  let total = 0
  return {
    add: (item) => {
      if (item === undefined) return
      total++
      if (items.length < listedAtMost) items.push(item)
    },
    listed: () => ({ total, items }),
  }
}
