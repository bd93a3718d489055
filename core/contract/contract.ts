/**
 * Everything the console and the command line can ask of a master, once: names, inputs, outputs, errors. Types and schemas only.
 * Served at `/rpc/<workspace>/<procedure>` and, for programs, as OpenAPI 3.1 at `/openapi.json`.
 */
import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { archiveRequest, archiveView, retentionRequest, sealingState, sealRequest, sealView } from './archives.ts'
import { contactScheduleSchema } from '../fleet/connectivity/connectivity-events.ts'
import { id, instant, pageOf, pageRequest } from './common.ts'
import {
  approveCommandRequest,
  artifactPiece,
  artifactProgress,
  artifactView,
  cancelCommandRequest,
  commandDetail,
  commandListRequest,
  commandPage,
  commandPreview,
  issueBatchRequest,
  issueCommandRequest,
  issuedBatch,
  issuedCommand,
  previewCommandRequest,
  publishArtifactRequest,
  settleCommandRequest,
} from './commands.ts'
import { demoFaultAnswer, demoFaultRequest, demoView } from './demo.ts'
import { attentionItem, configureDomainRequest, createDomainRequest, domainDetail, domainRow, fleetOverview } from './domains.ts'
import {
  breakGlassRequest,
  claimRequest,
  delegateRequest,
  domainAuthority,
  grantRequest,
  releaseRequest,
  resolveAuthorityRequest,
  reviewRequest,
} from './authority.ts'
import { incarnationView } from './incarnation.ts'
import { changeTick } from './live.ts'
import {
  desiredActual,
  evidenceView,
  nodeDetail,
  nodeListRequest,
  nodeMoment,
  nodePage,
  observationEntry,
  sessionView,
  snapshotView,
  timelineEntry,
} from './nodes.ts'
import { createOperatorRequest, enrolmentView, masterView, operatorView, workspaceView } from './people.ts'
import { backupList, backupRequest, backupState, storeView } from './store.ts'
import {
  assignedPolicy,
  assignmentView,
  assignPolicyRequest,
  policyView,
  publishPolicyRequest,
  rollBackPolicyRequest,
  withdrawPolicyRequest,
} from './policies.ts'
import { openGateRequest, planRolloutRequest, rolloutAct, rolloutDetail, rolloutView } from './rollouts.ts'
import { acknowledgeRequest, assignItemRequest, resolveRequest, snoozeRequest, weighRequest } from './attention.ts'
import { registerRelayRequest, rerouteRelayRequest, retireRelayRequest } from './relays.ts'
import { grantWaiverRequest, listedWaiver, revokeWaiverRequest } from './waivers.ts'
import { nodeAsOf, parkedEvent, powerlessEvent, projectionList } from './projections.ts'

/** What a failure tells: `message` is one sentence for a person, `data.code` is stable and is what is read over the radio. */
const problem = z.object({ code: z.string(), facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])) })
const base = oc.errors({
  REJECTED: { status: 422, data: problem },
  INVALID: { status: 400, data: problem },
  CONFLICT: { status: 409, data: problem },
  UNAUTHORISED: { status: 401, data: problem },
  INCOMPATIBLE: { status: 409, data: problem },
  NOT_FOUND: { status: 404, data: problem },
  UNAVAILABLE: { status: 503, data: problem },
  CORRUPT: { status: 500, data: problem },
  BUG: { status: 500, data: problem },
})

const nothing = z.object({})
const done = z.object({ eventIds: z.array(id) })
const byNode = z.object({ nodeId: id })

export const masterContract = {
  master: {
    get: base
      .route({ method: 'GET', path: '/master', summary: 'This master: identity, time, what it holds' })
      .input(nothing)
      .output(masterView),
    incarnation: base
      .route({ method: 'GET', path: '/master/incarnation', summary: 'Its present life, and what an earlier one left to it' })
      .input(nothing)
      .output(incarnationView),
    rename: base
      .route({ method: 'POST', path: '/master/name', summary: 'Name this master and its island' })
      .input(z.object({ name: z.string().trim().min(1).max(200), rootDomainName: z.string().trim().min(1).max(200) }))
      .output(done),
    listen: base
      .route({ method: 'POST', path: '/master/listener', summary: 'Let nodes reach this master at an address of this machine, or stop' })
      /** `HOST:PORT`, port 0 for any free one; null stops. Kept over restarts. */
      .input(z.object({ address: z.string().max(200).nullable() }))
      .output(masterView),
  },
  operator: {
    list: base
      .route({ method: 'GET', path: '/operators', summary: 'Who may act here' })
      .input(nothing)
      .output(z.object({ items: z.array(operatorView), currentId: id.nullable() })),
    create: base
      .route({ method: 'POST', path: '/operators', summary: 'Make an operator with a key of their own' })
      .input(createOperatorRequest)
      .output(operatorView),
    signIn: base
      .route({ method: 'POST', path: '/operators/current', summary: 'Act as this operator from now on, in this console' })
      .input(z.object({ operatorId: id }))
      .output(operatorView),
  },
  fleet: {
    overview: base.route({ method: 'GET', path: '/fleet', summary: 'Layer 0: the whole fleet' }).input(nothing).output(fleetOverview),
  },
  domain: {
    list: base
      .route({ method: 'GET', path: '/domains', summary: 'The tree of domains, in tree order' })
      .input(nothing)
      .output(z.object({ at: instant, items: z.array(domainRow) })),
    get: base
      .route({ method: 'GET', path: '/domains/{domainId}', summary: 'Layer 1: a domain with all below it' })
      .input(z.object({ domainId: id }))
      .output(domainDetail),
    authority: base
      .route({ method: 'GET', path: '/domains/{domainId}/authority', summary: 'Who is master here, by what right, and who disagrees' })
      .input(z.object({ domainId: id }))
      .output(domainAuthority),
    create: base
      .route({ method: 'POST', path: '/domains', summary: 'Make a domain below another' })
      .input(createDomainRequest)
      .output(z.object({ domainId: id })),
    configure: base
      .route({ method: 'POST', path: '/domains/{domainId}/thresholds', summary: 'Set when a silent node counts as late, cached, alone' })
      .input(configureDomainRequest)
      .output(done),
  },
  node: {
    list: base
      .route({ method: 'POST', path: '/nodes/query', summary: 'Nodes by filter, worst first, a page at a time' })
      .input(nodeListRequest)
      .output(nodePage),
    get: base
      .route({ method: 'GET', path: '/nodes/{nodeId}', summary: 'Layer 2: one node, now or as of a past instant' })
      .input(nodeMoment)
      .output(nodeDetail),
    asOf: base
      .route({ method: 'GET', path: '/nodes/{nodeId}/as-of', summary: 'What was so at a past instant, as it is known today' })
      .input(byNode.extend({ at: instant }))
      .output(nodeAsOf.nullable()),
    timeline: base
      .route({ method: 'GET', path: '/nodes/{nodeId}/timeline', summary: 'Its transitions, newest first' })
      .input(byNode.extend(pageRequest))
      .output(pageOf(timelineEntry)),
    observations: base
      .route({ method: 'GET', path: '/nodes/{nodeId}/observations', summary: 'What it recorded, newest first' })
      .input(byNode.extend(pageRequest))
      .output(pageOf(observationEntry)),
    desiredActual: base
      .route({ method: 'GET', path: '/nodes/{nodeId}/desired-actual', summary: 'Desired against actual, line by line' })
      .input(nodeMoment)
      .output(desiredActual),
    snapshot: base
      .route({ method: 'GET', path: '/nodes/{nodeId}/snapshot', summary: 'Its last snapshot with its parts' })
      .input(byNode)
      .output(snapshotView.nullable()),
    activate: base
      .route({ method: 'POST', path: '/nodes/{nodeId}/activate', summary: 'ENROLLED -> ACTIVE' })
      .input(byNode.extend({ reason: z.string().max(1000) }))
      .output(done),
    quarantine: base
      .route({ method: 'POST', path: '/nodes/{nodeId}/quarantine', summary: 'Put it in QUARANTINED' })
      .input(byNode.extend({ reason: z.string().trim().min(1).max(1000) }))
      .output(done),
    remediate: base
      .route({ method: 'POST', path: '/nodes/{nodeId}/remediate', summary: 'QUARANTINED -> ACTIVE once remedied' })
      .input(byNode.extend({ reason: z.string().trim().min(1).max(1000) }))
      .output(done),
    decommission: base
      .route({ method: 'POST', path: '/nodes/{nodeId}/decommission', summary: 'Begin to take it out of service' })
      .input(byNode.extend({ reason: z.string().trim().min(1).max(1000) }))
      .output(done),
    retire: base
      .route({ method: 'POST', path: '/nodes/{nodeId}/retire', summary: 'DECOMMISSIONING -> RETIRED, for good' })
      .input(byNode.extend({ reason: z.string().trim().min(1).max(1000) }))
      .output(done),
    schedule: base
      .route({ method: 'POST', path: '/nodes/{nodeId}/schedule', summary: 'Say when it is expected to be heard' })
      .input(byNode.extend({ schedule: contactScheduleSchema.nullable(), reason: z.string().trim().min(1).max(1000) }))
      .output(done),
    revokeKey: base
      .route({ method: 'POST', path: '/nodes/{nodeId}/revoke-key', summary: 'Cut its key here and quarantine it' })
      .input(byNode.extend({ reason: z.string().trim().min(1).max(1000) }))
      .output(done),
  },
  enrolment: {
    list: base
      .route({ method: 'GET', path: '/enrolments', summary: 'Requests to join' })
      .input(z.object({ status: z.enum(['PENDING', 'APPROVED', 'REFUSED']).optional() }))
      .output(z.object({ items: z.array(enrolmentView) })),
    approve: base
      .route({ method: 'POST', path: '/enrolments/{requestId}/approve', summary: 'Let it in, into this domain' })
      .input(
        z.object({
          requestId: id,
          domainId: id.optional(),
          activate: z.boolean().default(true),
          contactSchedule: contactScheduleSchema.optional(),
        }),
      )
      .output(z.object({ nodeId: id })),
    refuse: base
      .route({ method: 'POST', path: '/enrolments/{requestId}/refuse', summary: 'Turn it away' })
      .input(z.object({ requestId: id, reason: z.string().trim().min(1).max(1000) }))
      .output(done),
  },
  session: {
    list: base
      .route({ method: 'GET', path: '/sessions', summary: 'Returns, open ones first' })
      .input(
        z.object({
          domainId: id.optional(),
          onlyOpen: z.coerce.boolean().default(false),
          limit: z.coerce.number().int().min(1).max(500).default(100),
        }),
      )
      .output(z.object({ items: z.array(sessionView) })),
    get: base
      .route({ method: 'GET', path: '/sessions/{sessionId}', summary: 'One return, with its progress' })
      .input(z.object({ sessionId: id }))
      .output(sessionView),
  },
  evidence: {
    list: base
      .route({ method: 'GET', path: '/evidence', summary: 'What was refused and kept' })
      .input(z.object({ nodeId: id.optional() }))
      .output(z.object({ items: z.array(evidenceView) })),
  },
  command: {
    list: base
      .route({ method: 'POST', path: '/commands/query', summary: 'Commands by filter, newest first, a page at a time' })
      .input(commandListRequest)
      .output(commandPage),
    get: base
      .route({ method: 'GET', path: '/commands/{commandId}', summary: 'One command: what was decided, what its node reported' })
      .input(z.object({ commandId: id }))
      .output(commandDetail),
    preview: base
      .route({ method: 'POST', path: '/commands/preview', summary: 'Who a batch would hit, and who is left out and why' })
      .input(previewCommandRequest)
      .output(commandPreview),
    issue: base
      .route({ method: 'POST', path: '/commands', summary: 'Tell one node to do something' })
      .input(issueCommandRequest)
      .output(issuedCommand),
    issueBatch: base
      .route({ method: 'POST', path: '/commands/batch', summary: 'Tell every node that the preview hit' })
      .input(issueBatchRequest)
      .output(issuedBatch),
    approve: base
      .route({ method: 'POST', path: '/commands/{commandId}/approve', summary: 'Agree, as the second person, to this very body' })
      .input(approveCommandRequest)
      .output(done),
    cancel: base
      .route({ method: 'POST', path: '/commands/{commandId}/cancel', summary: 'Take it back, where the node has not begun' })
      .input(cancelCommandRequest)
      .output(done),
    settle: base
      .route({ method: 'POST', path: '/commands/{commandId}/settle', summary: 'Say what came of one whose outcome is unknown' })
      .input(settleCommandRequest)
      .output(done),
  },
  artifact: {
    put: base
      .route({ method: 'PUT', path: '/artifacts/content', summary: 'A piece of what nodes are to install' })
      .input(artifactPiece)
      .output(artifactProgress),
    publish: base
      .route({ method: 'POST', path: '/artifacts', summary: 'Name bytes that are held here, and sign for them' })
      .input(publishArtifactRequest)
      .output(artifactView),
  },
  policy: {
    list: base
      .route({ method: 'GET', path: '/policies', summary: 'Policy bundles' })
      .input(nothing)
      .output(z.object({ items: z.array(policyView) })),
    publish: base
      .route({ method: 'POST', path: '/policies', summary: 'Publish an immutable policy bundle' })
      .input(publishPolicyRequest)
      .output(policyView),
    assign: base
      .route({
        method: 'POST',
        path: '/policies/{policyBundleId}/assign',
        summary: 'Make it what a domain, or a selection of its nodes, is to be',
      })
      .input(assignPolicyRequest)
      .output(assignedPolicy),
    assignments: base
      .route({ method: 'GET', path: '/policy-assignments', summary: 'Where policies are assigned, newest first' })
      .input(z.object({ domainId: id.optional() }))
      .output(z.object({ items: z.array(assignmentView) })),
    rollBack: base
      .route({ method: 'POST', path: '/domains/{domainId}/policy/roll-back', summary: 'Assign what those nodes had before' })
      .input(rollBackPolicyRequest)
      .output(assignedPolicy),
    withdraw: base
      .route({ method: 'POST', path: '/policy-assignments/{assignmentId}/withdraw', summary: 'Take an assignment back' })
      .input(withdrawPolicyRequest)
      .output(done),
  },
  rollout: {
    list: base
      .route({ method: 'GET', path: '/rollouts', summary: 'Rollouts with their verdicts, newest first' })
      .input(nothing)
      .output(z.object({ items: z.array(rolloutView) })),
    get: base
      .route({ method: 'GET', path: '/rollouts/{rolloutId}', summary: 'One rollout, with its nodes and its gantt' })
      .input(z.object({ rolloutId: id }))
      .output(rolloutDetail),
    plan: base
      .route({ method: 'POST', path: '/rollouts', summary: 'Plan a rollout in waves' })
      .input(planRolloutRequest)
      .output(rolloutDetail),
    start: base
      .route({ method: 'POST', path: '/rollouts/{rolloutId}/start', summary: 'PLANNED -> RUNNING' })
      .input(rolloutAct)
      .output(done),
    pause: base
      .route({ method: 'POST', path: '/rollouts/{rolloutId}/pause', summary: 'Start no more nodes' })
      .input(rolloutAct)
      .output(done),
    resume: base
      .route({ method: 'POST', path: '/rollouts/{rolloutId}/resume', summary: 'PAUSED -> RUNNING' })
      .input(rolloutAct)
      .output(done),
    advance: base
      .route({ method: 'POST', path: '/rollouts/{rolloutId}/advance', summary: 'Open the next wave, or end it, where that is safe' })
      .input(rolloutAct)
      .output(done),
    abort: base
      .route({
        method: 'POST',
        path: '/rollouts/{rolloutId}/abort',
        summary: 'End it; nodes that were told go back, where the plan says to what',
      })
      .input(rolloutAct)
      .output(done),
    rollBack: base
      .route({ method: 'POST', path: '/rollouts/{rolloutId}/roll-back', summary: 'Give its nodes what the plan names to go back to' })
      .input(rolloutAct)
      .output(done),
    openGate: base
      .route({ method: 'POST', path: '/rollouts/{rolloutId}/gates/open', summary: 'Let the wave begin once it is safe' })
      .input(openGateRequest)
      .output(done),
  },
  attention: {
    list: base
      .route({ method: 'GET', path: '/attention', summary: 'The inbox: what needs a person, worst first' })
      .input(nothing)
      .output(z.object({ items: z.array(attentionItem) })),
    acknowledge: base
      .route({ method: 'POST', path: '/attention/acknowledge', summary: 'Say that it was seen' })
      .input(acknowledgeRequest)
      .output(done),
    snooze: base
      .route({ method: 'POST', path: '/attention/snooze', summary: 'Put it off until an instant' })
      .input(snoozeRequest)
      .output(done),
    resolve: base
      .route({ method: 'POST', path: '/attention/resolve', summary: 'Say that it is settled' })
      .input(resolveRequest)
      .output(done),
    assign: base.route({ method: 'POST', path: '/attention/assign', summary: 'Say whose it is' }).input(assignItemRequest).output(done),
    weigh: base
      .route({ method: 'POST', path: '/attention/weigh', summary: 'Set how much each thing counts in a domain' })
      .input(weighRequest)
      .output(done),
  },
  relay: {
    register: base
      .route({ method: 'POST', path: '/relays', summary: 'Register what forwards for others' })
      .input(registerRelayRequest)
      .output(done.extend({ relayId: id })),
    reroute: base
      .route({ method: 'POST', path: '/relays/{relayId}/reroute', summary: 'Lead it another way' })
      .input(rerouteRelayRequest)
      .output(done),
    retire: base
      .route({ method: 'POST', path: '/relays/{relayId}/retire', summary: 'Take it out of the net' })
      .input(retireRelayRequest)
      .output(done),
  },
  waiver: {
    list: base
      .route({ method: 'GET', path: '/waivers', summary: 'Drift that people accepted, those that hold first' })
      .input(z.object({ subject: id.optional() }))
      .output(z.object({ items: z.array(listedWaiver) })),
    grant: base
      .route({ method: 'POST', path: '/waivers', summary: 'Accept drift at one place until a date' })
      .input(grantWaiverRequest)
      .output(done.extend({ waiverId: id })),
    revoke: base
      .route({ method: 'POST', path: '/waivers/{waiverId}/revoke', summary: 'Accept it no longer' })
      .input(revokeWaiverRequest)
      .output(done),
  },
  authority: {
    grant: base
      .route({ method: 'POST', path: '/domains/{domainId}/authority/grant', summary: 'Give the domain to a master, at the next epoch' })
      .input(grantRequest)
      .output(done),
    delegate: base
      .route({ method: 'POST', path: '/domains/{domainId}/authority/delegate', summary: 'Name who may claim it when its holder is away' })
      .input(delegateRequest)
      .output(done),
    claim: base
      .route({ method: 'POST', path: '/domains/{domainId}/authority/claim', summary: 'Take it over by delegation' })
      .input(claimRequest)
      .output(done),
    breakGlass: base
      .route({ method: 'POST', path: '/domains/{domainId}/authority/break-glass', summary: 'Take it without being asked; reviewed later' })
      .input(breakGlassRequest)
      .output(done),
    resolve: base
      .route({ method: 'POST', path: '/domains/{domainId}/authority/resolve', summary: 'Decide a contest' })
      .input(resolveAuthorityRequest)
      .output(done),
    release: base
      .route({ method: 'POST', path: '/domains/{domainId}/authority/release', summary: 'Give up what this master holds or claims' })
      .input(releaseRequest)
      .output(done),
    review: base
      .route({ method: 'POST', path: '/domains/{domainId}/authority/review', summary: 'Look into broken glass, as another person' })
      .input(reviewRequest)
      .output(done),
    reclaim: base
      .route({ method: 'POST', path: '/authority/reclaim', summary: 'Break-glass: take back what a restored master held' })
      .input(z.object({ reason: z.string().trim().min(1).max(1000) }))
      .output(done),
  },
  projection: {
    list: base
      .route({ method: 'GET', path: '/projections', summary: 'How the projections stand, and the state hash' })
      .input(nothing)
      .output(projectionList),
    rebuild: base
      .route({ method: 'POST', path: '/projections/rebuild', summary: 'Make them all anew beside what serves' })
      .input(z.object({ reason: z.string().trim().min(1).max(1000) }))
      .output(nothing),
    cancelRebuild: base
      .route({ method: 'POST', path: '/projections/rebuild/cancel', summary: 'End the rebuild; what serves goes on serving' })
      .input(nothing)
      .output(nothing),
    parked: base
      .route({ method: 'GET', path: '/projections/parked', summary: 'Events that could not be folded, newest first' })
      .input(z.object(pageRequest))
      .output(pageOf(parkedEvent)),
    retryParked: base
      .route({ method: 'POST', path: '/projections/parked/retry', summary: 'Fold them again, of one subject or all' })
      .input(z.object({ subjectId: id.optional() }))
      .output(z.object({ parked: z.number().int().nonnegative() })),
    powerless: base
      .route({ method: 'GET', path: '/projections/powerless', summary: 'Decisions without effect: their master did not hold the domain' })
      .input(z.object(pageRequest))
      .output(pageOf(powerlessEvent)),
  },
  store: {
    get: base
      .route({ method: 'GET', path: '/store', summary: 'The event store: its size, and when the disk will be full' })
      .input(nothing)
      .output(storeView),
    backup: base
      .route({ method: 'POST', path: '/store/backup', summary: 'Begin a backup into a file of this machine' })
      .input(backupRequest)
      .output(backupState),
    cancelBackup: base
      .route({ method: 'POST', path: '/store/backup/cancel', summary: 'Give up the backup that is being made' })
      .input(nothing)
      .output(backupState),
    backups: base
      .route({ method: 'GET', path: '/store/backups', summary: 'The backup that is being made, and those that were' })
      .input(nothing)
      .output(backupList),
    archive: base
      .route({ method: 'GET', path: '/store/archive', summary: 'Old bulk: how long it stays, what is sealed, what would be sealed now' })
      .input(archiveRequest)
      .output(archiveView),
    setRetention: base
      .route({ method: 'POST', path: '/store/retention', summary: 'Set how many days of bulk stay at hand' })
      .input(retentionRequest)
      .output(archiveView),
    seal: base
      .route({ method: 'POST', path: '/store/seal', summary: 'Begin to seal old bulk into archives' })
      .input(sealRequest)
      .output(sealingState),
    seals: base
      .route({ method: 'GET', path: '/store/seals', summary: 'What was sealed, newest first' })
      .input(z.object(pageRequest))
      .output(pageOf(sealView)),
  },
  live: {
    changes: base
      .route({ method: 'GET', path: '/changes', summary: 'Server-sent ticks of what changed' })
      .input(nothing)
      .output(eventIterator(changeTick)),
  },
  demo: {
    get: base.route({ method: 'GET', path: '/demo', summary: 'The simulated island' }).input(nothing).output(demoView),
    fault: base
      .route({ method: 'POST', path: '/demo/faults', summary: 'Turn a fault knob' })
      .input(demoFaultRequest)
      .output(demoFaultAnswer),
  },
}

/** Served at `/rpc/host`: which workspaces this process holds. */
export const hostContract = {
  workspaces: base
    .route({ method: 'GET', path: '/workspaces', summary: 'What this process can show' })
    .input(nothing)
    .output(z.object({ items: z.array(workspaceView), version: z.string(), node: z.string() })),
  openDemo: base
    .route({ method: 'POST', path: '/workspaces/demo', summary: 'Make and open a fresh demo island' })
    .input(nothing)
    .output(workspaceView),
  closeDemo: base
    .route({ method: 'POST', path: '/workspaces/demo/close', summary: 'Stop the demo island and remove it' })
    .input(nothing)
    .output(workspaceView),
}

export type MasterContract = typeof masterContract
export type HostContract = typeof hostContract
