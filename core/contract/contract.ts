/**
 * Everything the console and the command line can ask of a master, once: names, inputs, outputs, errors. Types and schemas only.
 * Served at `/rpc/<workspace>/<procedure>` and, for programs, as OpenAPI 3.1 at `/openapi.json`.
 */
import { z } from 'zod'
import { workspaceView } from './people.ts'
import { artifactProcedures } from './procedures/artifacts.ts'
import { attentionProcedures } from './procedures/attention.ts'
import { auditProcedures } from './procedures/audit.ts'
import { authorityProcedures } from './procedures/authority.ts'
import { bundleProcedures, volumeProcedures } from './procedures/courier.ts'
import { commandProcedures } from './procedures/commands.ts'
import { debtProcedures } from './procedures/debt.ts'
import { demoProcedures } from './procedures/demo.ts'
import { domainProcedures } from './procedures/domains.ts'
import { enrolmentProcedures } from './procedures/enrolments.ts'
import { evidenceProcedures } from './procedures/evidence.ts'
import { fleetProcedures } from './procedures/fleet.ts'
import { forkProcedures } from './procedures/forks.ts'
import { lastGoodProcedures } from './procedures/last-good.ts'
import { liveProcedures } from './procedures/live.ts'
import { masterProcedures } from './procedures/master.ts'
import { nodeProcedures } from './procedures/nodes.ts'
import { operatorProcedures } from './procedures/operators.ts'
import { policyProcedures } from './procedures/policies.ts'
import { projectionProcedures } from './procedures/projections.ts'
import { reconciliationProcedures } from './procedures/reconciliation.ts'
import { relayProcedures } from './procedures/relays.ts'
import { rolloutProcedures } from './procedures/rollouts.ts'
import { sessionProcedures } from './procedures/sessions.ts'
import { maintenanceProcedures, noteProcedures, shiftProcedures } from './procedures/shift.ts'
import { storeProcedures } from './procedures/store.ts'
import { syncProcedures } from './procedures/sync.ts'
import { waiverProcedures } from './procedures/waivers.ts'
import { base, nothing } from './procedures/base.ts'

export const masterContract = {
  master: masterProcedures,
  operator: operatorProcedures,
  fleet: fleetProcedures,
  domain: domainProcedures,
  node: nodeProcedures,
  enrolment: enrolmentProcedures,
  session: sessionProcedures,
  evidence: evidenceProcedures,
  fork: forkProcedures,
  command: commandProcedures,
  artifact: artifactProcedures,
  policy: policyProcedures,
  rollout: rolloutProcedures,
  attention: attentionProcedures,
  audit: auditProcedures,
  reconciliation: reconciliationProcedures,
  relay: relayProcedures,
  waiver: waiverProcedures,
  authority: authorityProcedures,
  projection: projectionProcedures,
  debt: debtProcedures,
  lastGood: lastGoodProcedures,
  maintenance: maintenanceProcedures,
  note: noteProcedures,
  shift: shiftProcedures,
  store: storeProcedures,
  bundle: bundleProcedures,
  volume: volumeProcedures,
  sync: syncProcedures,
  live: liveProcedures,
  demo: demoProcedures,
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
