/** The procedures of the contract, each handed to the query or act that does it, a file for each area. */
import { implement } from '@orpc/server'
import { hostContract } from '../../contract/contract.ts'
import type { Workspaces } from '../workspaces.ts'
import { artifactHandlers } from './procedures/artifacts.ts'
import { attentionHandlers } from './procedures/attention.ts'
import { auditHandlers } from './procedures/audit.ts'
import { authorityHandlers } from './procedures/authority.ts'
import { bundleHandlers, volumeHandlers } from './procedures/courier.ts'
import { commandHandlers } from './procedures/commands.ts'
import { debtHandlers } from './procedures/debt.ts'
import { demoHandlers } from './procedures/demo.ts'
import { domainHandlers } from './procedures/domains.ts'
import { enrolmentHandlers } from './procedures/enrolments.ts'
import { evidenceHandlers } from './procedures/evidence.ts'
import { fleetHandlers } from './procedures/fleet.ts'
import { forkHandlers } from './procedures/forks.ts'
import { lastGoodHandlers } from './procedures/last-good.ts'
import { liveHandlers } from './procedures/live.ts'
import { masterHandlers } from './procedures/master.ts'
import { nodeHandlers } from './procedures/nodes.ts'
import { operatorHandlers } from './procedures/operators.ts'
import { policyHandlers } from './procedures/policies.ts'
import { projectionHandlers } from './procedures/projections.ts'
import { reconciliationHandlers } from './procedures/reconciliation.ts'
import { relayHandlers } from './procedures/relays.ts'
import { rolloutHandlers } from './procedures/rollouts.ts'
import { sessionHandlers } from './procedures/sessions.ts'
import { maintenanceHandlers, noteHandlers, shiftHandlers } from './procedures/shift.ts'
import { storeHandlers } from './procedures/store.ts'
import { syncHandlers } from './procedures/sync.ts'
import { waiverHandlers } from './procedures/waivers.ts'
import { os } from './procedures/implementing.ts'

export type { MasterContext } from './procedures/implementing.ts'

export const masterRouter = os.router({
  master: masterHandlers,
  operator: operatorHandlers,
  fleet: fleetHandlers,
  domain: domainHandlers,
  node: nodeHandlers,
  enrolment: enrolmentHandlers,
  session: sessionHandlers,
  evidence: evidenceHandlers,
  fork: forkHandlers,
  command: commandHandlers,
  artifact: artifactHandlers,
  policy: policyHandlers,
  rollout: rolloutHandlers,
  attention: attentionHandlers,
  audit: auditHandlers,
  reconciliation: reconciliationHandlers,
  relay: relayHandlers,
  waiver: waiverHandlers,
  authority: authorityHandlers,
  projection: projectionHandlers,
  debt: debtHandlers,
  lastGood: lastGoodHandlers,
  maintenance: maintenanceHandlers,
  note: noteHandlers,
  shift: shiftHandlers,
  store: storeHandlers,
  bundle: bundleHandlers,
  volume: volumeHandlers,
  sync: syncHandlers,
  live: liveHandlers,
  demo: demoHandlers,
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
