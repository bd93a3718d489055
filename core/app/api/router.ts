/** The procedures of the contract, each handed to the query or act that does it. */
import { implement } from '@orpc/server'
import type { ArchiveView } from '../../contract/archives.ts'
import { hostContract, masterContract } from '../../contract/contract.ts'
import { AppError } from '../../kernel/app-error.ts'
import type { DomainId, NodeId, OperatorId, RequestId } from '../../kernel/ids.ts'
import { requireOperator } from '../acts/act.ts'
import type { ActInput, ActName, ActOutput } from '../acts/acts.ts'
import { parseAddress } from '../node-listener.ts'
import { projections, readTables } from '../../projections/all.ts'
import { listParked, listPowerless, listProjections, nodeAt } from '../projecting/answers.ts'
import type { Queries } from '../queries/queries.ts'
import type { Served, Workspaces } from '../workspaces.ts'
import type { ConsoleSession } from './sessions.ts'

/** Who calls, and which workspace they look at. */
export type MasterContext = { readonly served: Served; readonly session: ConsoleSession }

const os = implement(masterContract).$context<MasterContext>()

function actorOf({ served, session }: MasterContext): OperatorId | undefined {
  return session.operatorOf(served) as OperatorId | undefined
}

function act<Name extends ActName>(context: MasterContext, name: Name, input: ActInput<Name>): Promise<ActOutput<Name>> {
  return context.served.master.act(name, input, actorOf(context))
}

function found<Value>(value: Value | undefined, code: string, sentence: string): Value {
  if (value === undefined) throw new AppError('NotFound', code, sentence)
  return value
}

function queriesOf(context: MasterContext): Queries {
  return context.served.master.queries
}

function demoOf({ served }: MasterContext): NonNullable<Served['demo']> {
  return found(served.demo, 'NOT_A_DEMO', 'This is a real fleet: it has no fault knobs.')
}

const noRollout = ['ROLLOUT_UNKNOWN', 'No such rollout is known here.'] as const
async function archiveOf(context: MasterContext, keepBulkDays?: number): Promise<ArchiveView> {
  const { master, archive } = context.served
  const sealing = await act(context, 'store.sealing', {})
  return master.moment(() => archive.view(master.model.reader, sealing, keepBulkDays))
}

const noNode = ['NODE_UNKNOWN', 'No such node is known here.'] as const

export const masterRouter = os.router({
  master: {
    get: os.master.get.handler(({ context }) => context.served.view()),
    incarnation: os.master.incarnation.handler(({ context }) => queriesOf(context).incarnation()),
    rename: os.master.rename.handler(async ({ input, context }) => ({ eventIds: await act(context, 'master.rename', input) })),
    listen: os.master.listen.handler(async ({ input, context }) => {
      const { master } = context.served
      master.moment(() => requireOperator({ master, actor: actorOf(context) }, 'engineer'))
      await context.served.gateway.set(input.address === null ? null : parseAddress(input.address))
      return context.served.view()
    }),
  },
  operator: {
    list: os.operator.list.handler(({ context }) => ({
      items: queriesOf(context).operators(),
      currentId: context.session.operatorOf(context.served) ?? null,
    })),
    create: os.operator.create.handler(async ({ input, context }) => {
      const operatorId = await act(context, 'operator.create', input)
      if (context.session.operatorOf(context.served) === undefined) context.session.signIn(context.served, operatorId)
      return found(queriesOf(context).operator(operatorId), 'OPERATOR_UNKNOWN', 'The operator could not be read back.')
    }),
    signIn: os.operator.signIn.handler(({ input, context }) => {
      const operator = found(queriesOf(context).operator(input.operatorId), 'OPERATOR_UNKNOWN', 'No such operator is known here.')
      context.session.signIn(context.served, operator.id as OperatorId)
      return operator
    }),
  },
  fleet: { overview: os.fleet.overview.handler(({ context }) => queriesOf(context).overview()) },
  domain: {
    list: os.domain.list.handler(({ context }) => queriesOf(context).domains()),
    get: os.domain.get.handler(({ input, context }) =>
      found(queriesOf(context).domain(input.domainId), 'DOMAIN_UNKNOWN', 'No such domain is known here.'),
    ),
    authority: os.domain.authority.handler(({ input, context }) =>
      found(queriesOf(context).domainAuthority(input.domainId), 'DOMAIN_UNKNOWN', 'No such domain is known here.'),
    ),
    create: os.domain.create.handler(async ({ input, context }) => ({ domainId: await act(context, 'domain.create', input) })),
    configure: os.domain.configure.handler(async ({ input, context }) => ({ eventIds: await act(context, 'domain.configure', input) })),
  },
  node: {
    list: os.node.list.handler(({ input, context }) => queriesOf(context).nodes(input)),
    get: os.node.get.handler(({ input, context }) => found(queriesOf(context).node(input.nodeId, input.asOf), ...noNode)),
    asOf: os.node.asOf.handler(({ input, context: { served } }) =>
      served.master.moment(() =>
        nodeAt(served.master.model.reader, served.master.model.ports.crypto, { projections, readTables }, input.nodeId, input.at),
      ),
    ),
    timeline: os.node.timeline.handler(({ input, context }) => found(queriesOf(context).timeline(input), ...noNode)),
    observations: os.node.observations.handler(({ input, context }) => found(queriesOf(context).observations(input), ...noNode)),
    desiredActual: os.node.desiredActual.handler(({ input, context }) =>
      found(queriesOf(context).desiredActual(input.nodeId, input.asOf), ...noNode),
    ),
    snapshot: os.node.snapshot.handler(({ input, context }) => queriesOf(context).snapshot(input.nodeId)),
    activate: os.node.activate.handler(async ({ input, context }) => ({
      eventIds: await act(context, 'node.activate', { ...input, nodeId: input.nodeId as NodeId }),
    })),
    quarantine: os.node.quarantine.handler(async ({ input, context }) => ({
      eventIds: await act(context, 'node.quarantine', { ...input, nodeId: input.nodeId as NodeId }),
    })),
    remediate: os.node.remediate.handler(async ({ input, context }) => ({
      eventIds: await act(context, 'node.remediate', { ...input, nodeId: input.nodeId as NodeId }),
    })),
    decommission: os.node.decommission.handler(async ({ input, context }) => ({
      eventIds: await act(context, 'node.decommission', { ...input, nodeId: input.nodeId as NodeId }),
    })),
    retire: os.node.retire.handler(async ({ input, context }) => ({
      eventIds: await act(context, 'node.retire', { ...input, nodeId: input.nodeId as NodeId }),
    })),
    schedule: os.node.schedule.handler(async ({ input, context }) => ({
      eventIds: await act(context, 'node.schedule', { ...input, nodeId: input.nodeId as NodeId }),
    })),
    revokeKey: os.node.revokeKey.handler(async ({ input, context }) => ({
      eventIds: await act(context, 'node.revokeKey', { ...input, nodeId: input.nodeId as NodeId }),
    })),
  },
  enrolment: {
    list: os.enrolment.list.handler(({ input, context }) => ({ items: queriesOf(context).enrolments(input.status) })),
    approve: os.enrolment.approve.handler(async ({ input, context }) => ({
      nodeId: await act(context, 'enrolment.approve', {
        requestId: input.requestId as RequestId,
        domainId: input.domainId as DomainId | undefined,
        activate: input.activate,
        contactSchedule: input.contactSchedule,
      }),
    })),
    refuse: os.enrolment.refuse.handler(async ({ input, context }) => ({
      eventIds: await act(context, 'enrolment.refuse', { ...input, requestId: input.requestId as RequestId }),
    })),
  },
  session: {
    list: os.session.list.handler(({ input, context }) => ({ items: queriesOf(context).sessions(input) })),
    get: os.session.get.handler(({ input, context }) =>
      found(queriesOf(context).session(input.sessionId), 'SESSION_UNKNOWN', 'No such return is known here.'),
    ),
  },
  evidence: { list: os.evidence.list.handler(({ input, context }) => ({ items: queriesOf(context).evidence(input.nodeId) })) },
  command: {
    list: os.command.list.handler(({ input, context }) => queriesOf(context).commands(input)),
    get: os.command.get.handler(({ input, context }) =>
      found(queriesOf(context).command(input.commandId), 'COMMAND_UNKNOWN', 'No such command is known here.'),
    ),
    preview: os.command.preview.handler(({ input, context }) => queriesOf(context).commandPreview(input)),
    issue: os.command.issue.handler(({ input, context }) => act(context, 'command.issue', input)),
    issueBatch: os.command.issueBatch.handler(({ input, context }) => act(context, 'command.issueBatch', input)),
    approve: os.command.approve.handler(async ({ input, context }) => ({ eventIds: await act(context, 'command.approve', input) })),
    cancel: os.command.cancel.handler(async ({ input, context }) => ({ eventIds: await act(context, 'command.cancel', input) })),
    settle: os.command.settle.handler(async ({ input, context }) => ({ eventIds: await act(context, 'command.settle', input) })),
  },
  artifact: {
    put: os.artifact.put.handler(({ input, context }) => act(context, 'artifact.put', input)),
    publish: os.artifact.publish.handler(({ input, context }) => act(context, 'artifact.publish', input)),
  },
  policy: {
    list: os.policy.list.handler(({ context }) => ({ items: queriesOf(context).policies() })),
    publish: os.policy.publish.handler(async ({ input, context }) => {
      const policyBundleId = await act(context, 'policy.publish', input)
      return found(
        queriesOf(context)
          .policies()
          .find(({ id }) => id === policyBundleId),
        'POLICY_UNKNOWN',
        'The policy bundle could not be read back.',
      )
    }),
    assign: os.policy.assign.handler(({ input, context }) => act(context, 'policy.assign', input)),
    assignments: os.policy.assignments.handler(({ input, context }) => ({ items: queriesOf(context).assignments(input) })),
    rollBack: os.policy.rollBack.handler(({ input, context }) => act(context, 'policy.rollBack', input)),
    withdraw: os.policy.withdraw.handler(async ({ input, context }) => ({ eventIds: await act(context, 'policy.withdraw', input) })),
  },
  rollout: {
    list: os.rollout.list.handler(({ context }) => ({ items: queriesOf(context).rollouts() })),
    get: os.rollout.get.handler(({ input, context }) => found(queriesOf(context).rollout(input.rolloutId), ...noRollout)),
    plan: os.rollout.plan.handler(async ({ input, context }) => {
      const rolloutId = await act(context, 'rollout.plan', input)
      return found(queriesOf(context).rollout(rolloutId), ...noRollout)
    }),
    start: os.rollout.start.handler(async ({ input, context }) => ({ eventIds: await act(context, 'rollout.start', input) })),
    pause: os.rollout.pause.handler(async ({ input, context }) => ({ eventIds: await act(context, 'rollout.pause', input) })),
    resume: os.rollout.resume.handler(async ({ input, context }) => ({ eventIds: await act(context, 'rollout.resume', input) })),
    advance: os.rollout.advance.handler(async ({ input, context }) => ({ eventIds: await act(context, 'rollout.advance', input) })),
    abort: os.rollout.abort.handler(async ({ input, context }) => ({ eventIds: await act(context, 'rollout.abort', input) })),
    rollBack: os.rollout.rollBack.handler(async ({ input, context }) => ({ eventIds: await act(context, 'rollout.rollBack', input) })),
    openGate: os.rollout.openGate.handler(async ({ input, context }) => ({ eventIds: await act(context, 'rollout.openGate', input) })),
  },
  attention: {
    list: os.attention.list.handler(({ context }) => ({ items: queriesOf(context).attention() })),
    acknowledge: os.attention.acknowledge.handler(async ({ input, context }) => ({
      eventIds: await act(context, 'attention.acknowledge', input),
    })),
    snooze: os.attention.snooze.handler(async ({ input, context }) => ({ eventIds: await act(context, 'attention.snooze', input) })),
    resolve: os.attention.resolve.handler(async ({ input, context }) => ({ eventIds: await act(context, 'attention.resolve', input) })),
    assign: os.attention.assign.handler(async ({ input, context }) => ({ eventIds: await act(context, 'attention.assign', input) })),
    weigh: os.attention.weigh.handler(async ({ input, context }) => ({ eventIds: await act(context, 'attention.weigh', input) })),
  },
  relay: {
    register: os.relay.register.handler(({ input, context }) => act(context, 'relay.register', input)),
    reroute: os.relay.reroute.handler(async ({ input, context }) => ({ eventIds: await act(context, 'relay.reroute', input) })),
    retire: os.relay.retire.handler(async ({ input, context }) => ({ eventIds: await act(context, 'relay.retire', input) })),
  },
  waiver: {
    list: os.waiver.list.handler(({ input, context }) => ({ items: queriesOf(context).waivers(input) })),
    grant: os.waiver.grant.handler(({ input, context }) => act(context, 'waiver.grant', input)),
    revoke: os.waiver.revoke.handler(async ({ input, context }) => ({ eventIds: await act(context, 'waiver.revoke', input) })),
  },
  authority: {
    grant: os.authority.grant.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.grant', input) })),
    delegate: os.authority.delegate.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.delegate', input) })),
    claim: os.authority.claim.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.claim', input) })),
    breakGlass: os.authority.breakGlass.handler(async ({ input, context }) => ({
      eventIds: await act(context, 'authority.breakGlass', input),
    })),
    resolve: os.authority.resolve.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.resolve', input) })),
    release: os.authority.release.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.release', input) })),
    review: os.authority.review.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.review', input) })),
    reclaim: os.authority.reclaim.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.reclaim', input) })),
  },
  projection: {
    list: os.projection.list.handler(({ context: { served } }) => {
      const { model, ports, moment } = served.master
      return moment(() => listProjections(model.reader, { projections, readTables }, ports.crypto, ports.clock.now()))
    }),
    rebuild: os.projection.rebuild.handler(async ({ input, context }) => {
      await act(context, 'projection.rebuild', input)
      return {}
    }),
    cancelRebuild: os.projection.cancelRebuild.handler(async ({ context }) => {
      await act(context, 'projection.cancelRebuild', {})
      return {}
    }),
    parked: os.projection.parked.handler(({ input, context: { served } }) =>
      served.master.moment(() => listParked(served.master.model.reader, input)),
    ),
    retryParked: os.projection.retryParked.handler(async ({ input, context }) => ({
      parked: await act(context, 'projection.retryParked', input),
    })),
    powerless: os.projection.powerless.handler(({ input, context: { served } }) =>
      served.master.moment(() => listPowerless(served.master.model.reader, input)),
    ),
  },
  store: {
    get: os.store.get.handler(({ context: { served } }) => served.master.moment(() => served.keeping.store(served.master.model.reader))),
    backup: os.store.backup.handler(({ input, context }) => {
      const { master, keeping } = context.served
      master.moment(() => requireOperator({ master, actor: actorOf(context) }, 'authority'))
      return keeping.begin(input)
    }),
    cancelBackup: os.store.cancelBackup.handler(({ context }) => {
      const { master, keeping } = context.served
      master.moment(() => requireOperator({ master, actor: actorOf(context) }, 'authority'))
      return keeping.cancel()
    }),
    backups: os.store.backups.handler(({ context: { served } }) => ({
      items: [...served.keeping.backups()],
      current: served.keeping.backup(),
    })),
    archive: os.store.archive.handler(({ input, context }) => archiveOf(context, input.keepBulkDays)),
    setRetention: os.store.setRetention.handler(async ({ input, context }) => {
      const { master, archive } = context.served
      master.moment(() => requireOperator({ master, actor: actorOf(context) }, 'engineer'))
      archive.remember(input.keepBulkDays)
      await act(context, 'store.setRetention', input)
      master.feed.tell({ topics: ['store'] })
      return archiveOf(context)
    }),
    seal: os.store.seal.handler(({ input, context }) => act(context, 'store.seal', input)),
    seals: os.store.seals.handler(({ input, context: { served } }) =>
      served.master.moment(() => served.archive.seals(served.master.model.reader, input)),
    ),
  },
  live: { changes: os.live.changes.handler(({ context, signal }) => context.served.master.feed.subscribe(signal)) },
  demo: {
    get: os.demo.get.handler(({ context }) => demoOf(context).view()),
    fault: os.demo.fault.handler(({ input, context }) => {
      const answer = demoOf(context).fault(input)
      context.served.master.feed.tell({ topics: ['demo'], nodeIds: [input.nodeId] })
      return answer
    }),
  },
})

export type HostContext = { readonly workspaces: Workspaces; readonly version: string; readonly nodeVersion: string }

const host = implement(hostContract).$context<HostContext>()

export const hostRouter = host.router({
  workspaces: host.workspaces.handler(({ context }) => ({
    items: context.workspaces.list(),
    version: context.version,
    node: context.nodeVersion,
  })),
  openDemo: host.openDemo.handler(({ context }) => context.workspaces.openDemo()),
  closeDemo: host.closeDemo.handler(({ context }) => context.workspaces.closeDemo()),
})
