/** What queries see: the projections, the live presence over them, and the clock that ages are counted from. */
import type { Presence } from '../ingest/presence.ts'
import type { CommandDecisions } from '../fleet/command/command-state.ts'
import type { CommandReports } from '../projections/command-reports.ts'
import type { ConnectivityState } from '../projections/connectivity.ts'
import type { LifecycleState } from '../projections/lifecycle.ts'
import type { ActualState } from '../projections/actual.ts'
import type { AssignmentState } from '../projections/assignments.ts'
import type { AuthorityState } from '../projections/authority.ts'
import type { NodesRow } from '../projections/nodes.ts'
import type { LocalDecisionState } from '../projections/local-decisions.ts'
import type { Waiver } from '../fleet/drift/waiver.ts'
import type { DomainState } from '../projections/domains.ts'
import type { MasterState, OperatorState } from '../projections/people.ts'
import type { ProofState } from '../projections/proofs.ts'
import type { HardwareState } from '../projections/hardware.ts'
import type { ReconciliationState } from '../projections/reconciliation.ts'
import type { RelayState } from '../projections/relays.ts'
import type { RolloutState } from '../projections/rollouts.ts'
import type { Bundle } from '../fleet/courier/bundle.ts'
import type { CareState } from '../projections/attention.ts'
import type { NotesState } from '../projections/log-book.ts'
import type { MaintenanceState } from '../projections/maintenance.ts'
import type { AttentionWeightsSet } from '../fleet/attention/weights.ts'
import type { PolicyState } from '../projections/policies.ts'
import type { Holder } from '../fleet/authority/holder.ts'
import type { AuthorityBook } from '../fleet/authority/types.ts'
import type { MasterLevel } from '../fleet/node/node-record.ts'
import type { DomainId, MasterId } from '../kernel/ids.ts'
import type { Ports } from '../kernel/ports.ts'
import type { Reader } from '../kernel/reader.ts'
import type { KeptFingerprint } from './held/fingerprint-keeper.ts'
import type { ProjectionEngine } from './projecting/engine.ts'
import { readFreezers } from './projecting/read-states.ts'
import { createHolders } from './queries/holders.ts'
import { createQueryMemory, type QueryMemory } from './queries/query-memory.ts'

export type ReadModel = {
  readonly reader: Reader
  readonly ports: Pick<Ports, 'clock' | 'crypto' | 'compression'>
  readonly presence: Pick<Presence, 'of' | 'follow'>
  readonly masterId: MasterId
  readonly level: MasterLevel
  readonly rootDomainId: DomainId
  /** When this run began: silence before it was not observed. */
  readonly startedAtMs: number
  /** Refused input of this run, by code. */
  readonly refusals: () => readonly { readonly code: string; readonly count: number; readonly lastAt: number; readonly sentence: string }[]
  readonly lifecycle: (node: string) => LifecycleState | undefined
  /** The placement number of a node; 0 of what is no node ([AU14]). */
  readonly placement: (node: string) => number
  /** How often a domain, or one above it, changed its inheritance. */
  readonly inheritanceChanges: (domain: string) => number
  readonly connectivity: (node: string) => ConnectivityState | undefined
  readonly actual: (node: string) => ActualState | undefined
  readonly domain: (domain: string) => DomainState | undefined
  readonly authority: (domain: string) => AuthorityState | undefined
  /** What the rules of authority are asked with. */
  readonly book: AuthorityBook
  /** Who is master of a domain, since when, by what right, and who disagrees. */
  readonly holder: (domain: string) => Holder
  readonly holderAt: (domain: string, node: string) => Holder
  readonly operator: (operator: string) => OperatorState | undefined
  readonly master: (master: string) => MasterState | undefined
  readonly policy: (policy: string) => PolicyState | undefined
  /** What masters decided about a command. */
  readonly command: (command: string) => CommandDecisions | undefined
  /** What a node reported of its commands. */
  readonly commandReports: (node: string) => CommandReports | undefined
  /** What is assigned in a domain itself. */
  readonly assignments: (domain: string) => AssignmentState | undefined
  /** Granted to this very node or domain, ended ones too. */
  readonly waivers: (subject: string) => readonly Waiver[] | undefined
  readonly localDecisions: (node: string) => LocalDecisionState | undefined
  readonly proofs: (node: string) => ProofState | undefined
  /** What was done about items of the inbox, by the node or domain they are about. */
  readonly cares: (subject: string) => CareState | undefined
  /** What a domain itself sets. */
  /** What was and is being worked on: of this very node, relay or domain. */
  readonly maintenance: (subject: string) => MaintenanceState | undefined
  /** The log book of this very object. */
  readonly notes: (subject: string) => NotesState | undefined
  readonly attentionWeights: (domain: string) => AttentionWeightsSet | undefined
  /** The machines that were a node, those that ask to be it, and which tellings of its logs count. */
  readonly hardware: (node: string) => HardwareState | undefined
  /** What a domain itself says of how strictly it reconciles. */
  readonly reconciliation: (domain: string) => ReconciliationState | undefined
  readonly relay: (relay: string) => RelayState | undefined
  readonly rollout: (rollout: string) => RolloutState | undefined
  readonly bundle: (bundle: string) => Bundle | undefined
  /** Its row in the read table of nodes, where the model is of a past instant. */
  readonly pastRowOf?: (node: string) => NodesRow | undefined
  /** Where finding it must hold nobody up: the last one found. Absent where it is found whenever it is asked for. */
  readonly keptFingerprint?: () => KeptFingerprint | undefined
  /** What queries found out and need not find out again; it changes no answer. */
  readonly memory: QueryMemory
}

export type ReadModelParts = Omit<
  ReadModel,
  | 'lifecycle'
  | 'placement'
  | 'inheritanceChanges'
  | 'connectivity'
  | 'actual'
  | 'domain'
  | 'authority'
  | 'book'
  | 'holder'
  | 'holderAt'
  | 'operator'
  | 'master'
  | 'policy'
  | 'command'
  | 'commandReports'
  | 'assignments'
  | 'waivers'
  | 'localDecisions'
  | 'proofs'
  | 'rollout'
  | 'relay'
  | 'bundle'
  | 'cares'
  | 'attentionWeights'
  | 'reconciliation'
  | 'maintenance'
  | 'notes'
  | 'hardware'
  | 'memory'
>

export function createReadModel(parts: ReadModelParts, engine: Pick<ProjectionEngine, 'read'>): ReadModel {
  const decided =
    <State>(projection: string) =>
    (subject: string): State | undefined =>
      (engine.read(parts.reader, projection, subject)?.decisions ?? undefined) as State | undefined
  const memory = createQueryMemory()
  parts.presence.follow((node) => {
    memory.touched.add(node)
    memory.clocks.take(node, parts.presence.of(node))
  })
  const lifecycle = decided<LifecycleState>('lifecycle')
  const holders = createHolders({
    authority: decided('authority'),
    domain: decided('domains'),
    lives: decided('lives'),
    place: decided('places'),
    freezers: () => readFreezers(parts.reader),
  })
  return {
    ...parts,
    lifecycle,
    placement: (node) => {
      const place = lifecycle(node)?.place ?? null
      return place === null ? 0 : place.base + holders.inheritanceChanges(place.domainId)
    },
    connectivity: decided<ConnectivityState>('connectivity'),
    actual: (node) => (engine.read(parts.reader, 'actual', node)?.facts ?? undefined) as ActualState | undefined,
    domain: decided<DomainState>('domains'),
    authority: decided<AuthorityState>('authority'),
    ...holders,
    operator: decided<OperatorState>('operators'),
    master: decided<MasterState>('masters'),
    policy: decided<PolicyState>('policies'),
    command: decided<CommandDecisions>('commands'),
    commandReports: (node) => (engine.read(parts.reader, 'command_reports', node)?.facts ?? undefined) as CommandReports | undefined,
    assignments: decided<AssignmentState>('assignments'),
    waivers: decided<readonly Waiver[]>('waivers'),
    proofs: (node) => (engine.read(parts.reader, 'proofs', node)?.facts ?? undefined) as ProofState | undefined,
    rollout: decided<RolloutState>('rollouts'),
    relay: decided<RelayState>('relays'),
    bundle: decided<Bundle>('bundles'),
    cares: decided<CareState>('attention'),
    hardware: decided<HardwareState>('hardware'),
    reconciliation: decided<ReconciliationState>('reconciliation'),
    attentionWeights: decided<AttentionWeightsSet>('attention_weights'),
    maintenance: decided<MaintenanceState>('maintenance'),
    notes: decided<NotesState>('log_book'),
    localDecisions: (node) => (engine.read(parts.reader, 'local_decisions', node)?.facts ?? undefined) as LocalDecisionState | undefined,
    memory,
  }
}
