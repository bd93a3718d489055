/** Every question the console asks, with what its answer rests on, so that a tick of the live stream asks again only what it touches. */
import type { ChangeTick } from '../../core/contract/live.ts'
import type { Query } from './query-cache.ts'
import type { Answers, MasterClient, Requests } from './rpc.ts'

type Topic = ChangeTick['topics'][number]

/** The whole fleet changes all the time; a person reads it no faster than once a second. */
const calmPaceMs = 1_000
/** What every event changes a little, and nobody reads to the last digit. */
const slowPaceMs = 4_000

/** From one instant to another, ms since the epoch. */
type Stretch = { readonly from: number; readonly to: number }

/**
 * What happened in a stretch of time may have been recorded here any time after its beginning, so that is where the asking ends; who shows
 * it leaves out what happened later.
 */
export function sinceOf(window: Stretch | null): { readonly from?: string } {
  return window === null ? {} : { from: new Date(window.from).toISOString() }
}

export type Queries = ReturnType<typeof createQueries>

export function createQueries(client: MasterClient) {
  return {
    master: (): Query<Answers['master']['get']> => ({
      key: 'master',
      load: (signal) => client.master.get({}, { signal }),
      isTouchedBy: byTopic('master', 'operators'),
    }),
    operators: (): Query<Answers['operator']['list']> => ({
      key: 'operators',
      load: (signal) => client.operator.list({}, { signal }),
      isTouchedBy: byTopic('operators'),
    }),
    overview: (): Query<Answers['fleet']['overview']> => ({
      key: 'overview',
      load: (signal) => client.fleet.overview({}, { signal }),
      isTouchedBy: byTopic('nodes', 'domains', 'presence', 'attention', 'policies', 'sessions', 'enrolments', 'master'),
      paceMs: calmPaceMs,
    }),
    domains: (): Query<Answers['domain']['list']> => ({
      key: 'domains',
      load: (signal) => client.domain.list({}, { signal }),
      isTouchedBy: byTopic('domains', 'nodes', 'presence'),
      paceMs: calmPaceMs,
    }),
    domain: (domainId: string): Query<Answers['domain']['get']> => ({
      key: `domain ${domainId}`,
      load: (signal) => client.domain.get({ domainId }, { signal }),
      // Its figures are those of all below it, and a tick names only the domain that a node is in.
      isTouchedBy: byTopic('domains', 'nodes', 'presence', 'attention', 'enrolments', 'sessions', 'policies'),
      paceMs: calmPaceMs,
    }),
    /** Relays and nodes as they are drawn, up to so many. */
    topology: (domainId: string, limit: number): Query<Answers['domain']['topology']> => ({
      key: `topology ${domainId} ${String(limit)}`,
      load: (signal) => client.domain.topology({ domainId, limit }, { signal }),
      isTouchedBy: byTopic('domains', 'nodes', 'presence', 'enrolments'),
      paceMs: slowPaceMs,
    }),
    nodes: (request: Requests['node']['list']): Query<Answers['node']['list']> => ({
      key: `nodes ${JSON.stringify(request)}`,
      load: (signal) => client.node.list(request, { signal }),
      isTouchedBy: byTopic('nodes', 'presence'),
      paceMs: calmPaceMs,
    }),
    /** The past changes too, when something that happened then becomes known late. */
    node: (nodeId: string, asOf: string | null = null): Query<Answers['node']['get']> => ({
      key: `node ${nodeId} ${asOf ?? ''}`,
      load: (signal) => client.node.get(momentOf(nodeId, asOf), { signal }),
      isTouchedBy: byNode(nodeId, 'operators'),
    }),
    timeline: (nodeId: string): Query<Answers['node']['timeline']> => ({
      key: `timeline ${nodeId}`,
      load: (signal) => client.node.timeline({ nodeId, limit: 100 }, { signal }),
      isTouchedBy: byNode(nodeId),
    }),
    observations: (nodeId: string, limit: number, window: Stretch | null = null): Query<Answers['node']['observations']> => ({
      key: `observations ${nodeId} ${String(limit)} ${String(window?.from ?? '')}`,
      load: (signal) => client.node.observations({ nodeId, limit, ...sinceOf(window) }, { signal }),
      isTouchedBy: byNode(nodeId),
      paceMs: calmPaceMs,
    }),
    desiredActual: (nodeId: string, asOf: string | null = null): Query<Answers['node']['desiredActual']> => ({
      key: `desired-actual ${nodeId} ${asOf ?? ''}`,
      load: (signal) => client.node.desiredActual(momentOf(nodeId, asOf), { signal }),
      isTouchedBy: byNode(nodeId, 'policies'),
    }),
    snapshot: (nodeId: string): Query<Answers['node']['snapshot']> => ({
      key: `snapshot ${nodeId}`,
      load: (signal) => client.node.snapshot({ nodeId }, { signal }),
      isTouchedBy: byNode(nodeId),
    }),
    enrolments: (): Query<Answers['enrolment']['list']> => ({
      key: 'enrolments',
      load: (signal) => client.enrolment.list({}, { signal }),
      isTouchedBy: byTopic('enrolments'),
    }),
    sessions: (): Query<Answers['session']['list']> => ({
      key: 'sessions',
      load: (signal) => client.session.list({ limit: 300 }, { signal }),
      isTouchedBy: byTopic('sessions'),
    }),
    returnQueue: (): Query<Answers['session']['queue']> => ({
      key: 'return-queue',
      load: (signal) => client.session.queue({ limit: 50 }, { signal }),
      isTouchedBy: byTopic('sessions'),
      paceMs: calmPaceMs,
    }),
    /** The verdict as it would be now; judging reads all that came, so it is asked for slowly. */
    dryRun: (sessionId: string): Query<Answers['session']['dryRun']> => ({
      key: `dry-run ${sessionId}`,
      load: (signal) => client.session.dryRun({ sessionId }, { signal }),
      isTouchedBy: byTopic('sessions'),
      paceMs: slowPaceMs,
    }),
    hardware: (nodeId: string): Query<Answers['node']['hardware']> => ({
      key: `hardware ${nodeId}`,
      load: (signal) => client.node.hardware({ nodeId }, { signal }),
      isTouchedBy: byNode(nodeId),
    }),
    /** The returns of a domain, to find the last one of a node among them: the contract has no question for that. */
    sessionsOfDomain: (domainId: string): Query<Answers['session']['list']> => ({
      key: `sessions ${domainId}`,
      load: (signal) => client.session.list({ domainId, limit: 500 }, { signal }),
      isTouchedBy: byTopic('sessions'),
      paceMs: calmPaceMs,
    }),
    commands: (request: Requests['command']['list']): Query<Answers['command']['list']> => ({
      key: `commands ${JSON.stringify(request)}`,
      load: (signal) => client.command.list(request, { signal }),
      isTouchedBy: byTopic('commands'),
      paceMs: calmPaceMs,
    }),
    command: (commandId: string): Query<Answers['command']['get']> => ({
      key: `command ${commandId}`,
      load: (signal) => client.command.get({ commandId }, { signal }),
      isTouchedBy: byTopic('commands'),
    }),
    domainAuthority: (domainId: string): Query<Answers['domain']['authority']> => ({
      key: `authority ${domainId}`,
      load: (signal) => client.domain.authority({ domainId }, { signal }),
      isTouchedBy: byTopic('domains', 'operators', 'master'),
      paceMs: calmPaceMs,
    }),
    /** Set in any domain above, it holds here. */
    twoOperators: (domainId: string): Query<Answers['command']['twoOperators']> => ({
      key: `two-operators ${domainId}`,
      load: (signal) => client.command.twoOperators({ domainId }, { signal }),
      isTouchedBy: byTopic('domains'),
    }),
    artifacts: (): Query<Answers['artifact']['list']> => ({
      key: 'artifacts',
      load: (signal) => client.artifact.list({}, { signal }),
      isTouchedBy: byTopic('policies', 'nodes'),
      paceMs: calmPaceMs,
    }),
    relays: (domainId: string): Query<Answers['relay']['list']> => ({
      key: `relays ${domainId}`,
      load: (signal) => client.relay.list({ domainId, limit: 100 }, { signal }),
      isTouchedBy: byTopic('nodes', 'presence', 'domains'),
      paceMs: calmPaceMs,
    }),
    authorityDrafts: (): Query<Answers['authority']['drafts']> => ({
      key: 'authority-drafts',
      load: (signal) => client.authority.drafts({}, { signal }),
      isTouchedBy: byAnything,
      paceMs: calmPaceMs,
    }),
    reconciliation: (domainId: string): Query<Answers['reconciliation']['get']> => ({
      key: `reconciliation ${domainId}`,
      load: (signal) => client.reconciliation.get({ domainId }, { signal }),
      isTouchedBy: byAnything,
      paceMs: calmPaceMs,
    }),
    waivers: (subject: string): Query<Answers['waiver']['list']> => ({
      key: `waivers ${subject}`,
      load: (signal) => client.waiver.list({ subject }, { signal }),
      isTouchedBy: byAnything,
      paceMs: slowPaceMs,
    }),
    debt: (domainId: string, by: Requests['debt']['rank']['by']): Query<Answers['debt']['rank']> => ({
      key: `debt ${domainId} ${by}`,
      load: (signal) => client.debt.rank({ domainId, by }, { signal }),
      isTouchedBy: (tick) => tick.domainIds.includes(domainId) || tick.topics.includes('presence'),
      paceMs: slowPaceMs,
    }),
    lastGood: (nodeId: string): Query<Answers['lastGood']['get']> => ({
      key: `last-good ${nodeId}`,
      load: (signal) => client.lastGood.get({ nodeId }, { signal }),
      isTouchedBy: byNode(nodeId, 'policies'),
      paceMs: slowPaceMs,
    }),
    /** The inbox: the worst so many that are open, and behind them what people are at. */
    attention: (limit: number): Query<Answers['attention']['list']> => ({
      key: `attention ${String(limit)}`,
      load: (signal) => client.attention.list({ limit }, { signal }),
      isTouchedBy: byTopic('nodes', 'domains', 'presence', 'attention', 'policies', 'sessions'),
      paceMs: calmPaceMs,
    }),
    maintenance: (request: Requests['maintenance']['list']): Query<Answers['maintenance']['list']> => ({
      key: `maintenance ${JSON.stringify(request)}`,
      load: (signal) => client.maintenance.list(request, { signal }),
      isTouchedBy: byTopic('attention', 'domains'),
      paceMs: calmPaceMs,
    }),
    notes: (request: Requests['note']['list']): Query<Answers['note']['list']> => ({
      key: `notes ${JSON.stringify(request)}`,
      load: (signal) => client.note.list(request, { signal }),
      isTouchedBy: byTopic('attention'),
    }),
    /** Everything that happens is on it; it is read, not watched. */
    shiftSheet: (from: string): Query<Answers['shift']['sheet']> => ({
      key: `shift-sheet ${from}`,
      load: (signal) => client.shift.sheet({ from }, { signal }),
      isTouchedBy: byAnything,
      paceMs: slowPaceMs,
    }),
    clocks: (): Query<Answers['shift']['clocks']> => ({
      key: 'clocks',
      load: (signal) => client.shift.clocks({}, { signal }),
      isTouchedBy: byTopic('presence', 'nodes', 'master'),
      paceMs: slowPaceMs,
    }),
    rollouts: (): Query<Answers['rollout']['list']> => ({
      key: 'rollouts',
      load: (signal) => client.rollout.list({}, { signal }),
      isTouchedBy: byTopic('rollouts', 'policies', 'nodes'),
      paceMs: calmPaceMs,
    }),
    rollout: (rolloutId: string): Query<Answers['rollout']['get']> => ({
      key: `rollout ${rolloutId}`,
      load: (signal) => client.rollout.get({ rolloutId }, { signal }),
      isTouchedBy: byTopic('rollouts', 'policies', 'nodes'),
      paceMs: calmPaceMs,
    }),
    /** Any act of anybody may be one of these. */
    audit: (request: Requests['audit']['list']): Query<Answers['audit']['list']> => ({
      key: `audit ${JSON.stringify(request)}`,
      load: (signal) => client.audit.list(request, { signal }),
      isTouchedBy: byAnything,
      paceMs: slowPaceMs,
    }),
    forks: (): Query<Answers['fork']['list']> => ({
      key: 'forks',
      load: (signal) => client.fork.list({}, { signal }),
      isTouchedBy: byAnything,
      paceMs: slowPaceMs,
    }),
    forkPreview: (choice: Requests['fork']['preview']): Query<Answers['fork']['preview']> => ({
      key: `fork preview ${JSON.stringify(choice)}`,
      load: (signal) => client.fork.preview(choice, { signal }),
      isTouchedBy: byAnything,
      paceMs: slowPaceMs,
    }),
    policies: (): Query<Answers['policy']['list']> => ({
      key: 'policies',
      load: (signal) => client.policy.list({}, { signal }),
      isTouchedBy: byTopic('policies'),
    }),
    incarnation: (): Query<Answers['master']['incarnation']> => ({
      key: 'incarnation',
      load: (signal) => client.master.incarnation({}, { signal }),
      isTouchedBy: byTopic('domains', 'operators', 'master'),
      paceMs: calmPaceMs,
    }),
    store: (): Query<Answers['store']['get']> => ({
      key: 'store',
      load: (signal) => client.store.get({}, { signal }),
      isTouchedBy: byAnything,
      paceMs: slowPaceMs,
    }),
    /** Old bulk: the setting, how it goes, and what would be sealed; by other days than the setting where they are given. */
    archive: (keepBulkDays: number | null): Query<Answers['store']['archive']> => ({
      key: `archive ${String(keepBulkDays)}`,
      load: (signal) => client.store.archive(keepBulkDays === null ? {} : { keepBulkDays }, { signal }),
      isTouchedBy: byTopic('store'),
    }),
    backups: (): Query<Answers['store']['backups']> => ({
      key: 'backups',
      load: (signal) => client.store.backups({}, { signal }),
      isTouchedBy: byTopic('store'),
    }),
    /** An event that cannot be folded is told as whatever it is about, so any change may be such a one. */
    projections: (): Query<Answers['projection']['list']> => ({
      key: 'projections',
      load: (signal) => client.projection.list({}, { signal }),
      isTouchedBy: byAnything,
      paceMs: calmPaceMs,
    }),
    parked: (limit: number): Query<Answers['projection']['parked']> => ({
      key: `parked ${String(limit)}`,
      load: (signal) => client.projection.parked({ limit }, { signal }),
      isTouchedBy: byAnything,
      paceMs: slowPaceMs,
    }),
    drills: (): Query<Answers['demo']['drills']> => ({
      key: 'drills',
      load: (signal) => client.demo.drills({}, { signal }),
      isTouchedBy: () => false,
    }),
    demo: (): Query<Answers['demo']['get']> => ({
      key: 'demo',
      load: (signal) => client.demo.get({}, { signal }),
      isTouchedBy: byTopic('demo'),
    }),
  }
}

function momentOf(nodeId: string, asOf: string | null): Requests['node']['get'] {
  return asOf === null ? { nodeId } : { nodeId, asOf }
}

function byAnything(): boolean {
  return true
}

function byTopic(...topics: readonly Topic[]): (tick: ChangeTick) => boolean {
  return (tick) => tick.topics.some((topic) => topics.includes(topic))
}

function byNode(nodeId: string, ...topics: readonly Topic[]): (tick: ChangeTick) => boolean {
  return (tick) => tick.nodeIds.includes(nodeId) || tick.topics.some((topic) => topics.includes(topic))
}
