/** All queries over one read model, for whoever serves them. */
import { type AuditInput, listActs } from '../audit/list-acts.ts'
import { type DebtInput, rankDebt } from '../debt/rank-debt.ts'
import type { ReadModel } from '../read-model.ts'
import { readLastGood } from '../snapshots/last-good.ts'
import { type AssignmentListInput, listAssignments } from './assignments.ts'
import { previewOf } from '../commands/preview.ts'
import { modelAsOf } from './as-of.ts'
import { listAttention } from './attention.ts'
import { type AttentionListInput, listAttentionPage } from './attention-page.ts'
import { type CommandListInput, listCommands, readKnownCommand } from './commands.ts'
import { fleetOf } from './fleet/fleet.ts'
import { readDesiredActual } from './desired-actual.ts'
import { readAuthorityDrafts } from './authority-drafts.ts'
import { readDomainAuthority } from './domain-authority.ts'
import { readDomain } from './domain-detail.ts'
import { type DomainListInput, listDomains } from './domain-list.ts'
import { type EnrolmentListInput, listEnrolments } from './enrolments.ts'
import { listEvidenceOf } from './evidence.ts'
import { facetsOf, type FacetsInput } from './facets.ts'
import { type ForkChoice, listForks, previewFork } from './forks.ts'
import { readOverview } from './fleet-overview.ts'
import { readHeldFrontier } from './held.ts'
import { readIncarnation } from './incarnation.ts'
import { readNode, readNodeAsOf } from './node-detail.ts'
import { readClocks } from './clocks.ts'
import { listNotes } from './log-book.ts'
import { listMaintenance } from './maintained.ts'
import { readShiftSheet } from './shift-sheet.ts'
import { listNodes, type NodeListInput } from './node-list.ts'
import { readObservations } from './node-observations.ts'
import { readSnapshot } from './node-snapshot.ts'
import { type HistoryInput, readTimeline } from './node-timeline.ts'
import { listOperators } from './operators.ts'
import { listPolicies, readPolicy } from './policies.ts'
import { listRelays, type RelayListInput } from './relays.ts'
import { listRollouts, readRollout, type RolloutListInput } from './rollouts.ts'
import { readNodeHardware } from './node-hardware.ts'
import { readReturnQueue } from './return-queue.ts'
import { readReconciliation } from './judging.ts'
import { listSessions, type SessionListInput } from './session-list.ts'
import { dryRunReturn, readReturn } from './sessions.ts'
import { readTopology } from './topology.ts'
import { listWaivers, type WaiverListInput } from './waivers.ts'

export type Queries = ReturnType<typeof createQueries>

/** Each reads and changes nothing. What is asked for and not known is NotFound, by the code that each function names. */
export function createQueries(model: ReadModel) {
  return {
    /** Of everything that is held. */
    fingerprint: () => readHeldFrontier(model),
    /** The present life of this master. */
    incarnation: () => readIncarnation(model),
    overview: () => readOverview(model),
    /** The inbox alone, of everything. */
    attention: () => listAttention(model, fleetOf(model), { kind: 'everything' }),
    attentionPage: (input: Partial<AttentionListInput>) => listAttentionPage(model, fleetOf(model), input),
    /** Every act of a person, with what proves it. */
    audit: (input: AuditInput) => listActs(model, input),
    /** Who is behind. */
    debt: (input: DebtInput) => rankDebt(model, input),
    maintenance: (input: Parameters<typeof listMaintenance>[1]) => listMaintenance(model, input),
    notes: (input: Parameters<typeof listNotes>[1]) => listNotes(model, input),
    shiftSheet: (input: Parameters<typeof readShiftSheet>[1]) => readShiftSheet(model, input),
    clocks: () => readClocks(model),
    lastGood: (nodeId: string) => readLastGood(model, nodeId),
    domains: (input: Partial<DomainListInput> = {}) => listDomains(model, input),
    domain: (domainId: string) => readDomain(model, domainId),
    /** As a drawing of it: relays first, then the worst nodes, up to so many. */
    topology: (domainId: string, limit?: number) => readTopology(model, domainId, limit),
    nodes: (input: NodeListInput) => listNodes(model, input),
    facets: (input: FacetsInput) => facetsOf(model, input),
    authorityDrafts: () => readAuthorityDrafts(model),
    domainAuthority: (domainId: string) => readDomainAuthority(model, domainId),
    /** `asOf`: as it was at that instant. */
    node: (nodeId: string, asOf?: string) => (asOf === undefined ? readNode(model, nodeId) : readNodeAsOf(model, nodeId, asOf)),
    timeline: (input: HistoryInput) => readTimeline(model, input),
    observations: (input: HistoryInput) => readObservations(model, input),
    desiredActual: (nodeId: string, asOf?: string) => readDesiredActual(asOf === undefined ? model : modelAsOf(model, asOf), nodeId),
    snapshot: (nodeId: string) => readSnapshot(model, nodeId),
    enrolments: (input: Partial<EnrolmentListInput> = {}) => listEnrolments(model, input),
    sessions: (input: Partial<SessionListInput>) => listSessions(model, input),
    session: (sessionId: string) => readReturn(model, sessionId),
    reconciliation: (domainId: string) => readReconciliation(model, domainId),
    returnQueue: (input: { readonly limit: number }) => readReturnQueue(model, input),
    forks: () => listForks(model),
    forkPreview: (choice: ForkChoice) => previewFork(model, choice),
    nodeHardware: (nodeId: string) => readNodeHardware(model, nodeId),
    dryRun: (sessionId: string) => dryRunReturn(model, sessionId),
    evidence: (nodeId?: string) => listEvidenceOf(model, { nodeId }).items,
    assignments: (input: Partial<AssignmentListInput>) => listAssignments(model, input),
    waivers: (input: Partial<WaiverListInput>) => listWaivers(model, input),
    rollouts: (input: Partial<RolloutListInput> = {}) => listRollouts(model, input),
    relays: (input: Partial<RelayListInput>) => listRelays(model, input),
    rollout: (rolloutId: string) => readRollout(model, rolloutId),
    commands: (input: CommandListInput) => listCommands(model, input),
    command: (commandId: string) => readKnownCommand(model, commandId),
    /** Who a batch would hit, and who is left out and why. */
    commandPreview: (input: Parameters<typeof previewOf>[1]) => previewOf(model, input),
    policies: () => listPolicies(model).items,
    policy: (policyBundleId: string) => readPolicy(model, policyBundleId),
    operators: () => listOperators(model),
    operator: (operatorId: string) => listOperators(model).find(({ id }) => id === operatorId),
  }
}
