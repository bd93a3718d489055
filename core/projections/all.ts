/** Every projection of a master. Supply chain, attention, rollouts, commands and sync take their place here when they come. */
import { actualProjection } from './actual.ts'
import { assignmentsProjection } from './assignments.ts'
import { attentionProjection, attentionWeightsProjection } from './attention.ts'
import { authorityProjection } from './authority.ts'
import { bundlesProjection } from './bundles.ts'
import { commandReportsProjection, commandedTable } from './command-reports.ts'
import { commandsProjection } from './commands.ts'
import { connectivityProjection } from './connectivity.ts'
import { domainsProjection } from './domains.ts'
import { localDecisionsProjection } from './local-decisions.ts'
import { lifecycleProjection } from './lifecycle.ts'
import { livesProjection } from './lives.ts'
import { logBookProjection } from './log-book.ts'
import { maintenanceProjection } from './maintenance.ts'
import { nodesTable } from './nodes.ts'
import { mastersProjection, operatorsProjection } from './people.ts'
import { placesProjection } from './places.ts'
import { policiesProjection } from './policies.ts'
import type { Projection } from './projection.ts'
import { proofsProjection } from './proofs.ts'
import type { ReadTable } from './read-table.ts'
import { hardwareProjection } from './hardware.ts'
import { reconciliationProjection } from './reconciliation.ts'
import { relaysProjection } from './relays.ts'
import { rolloutsProjection } from './rollouts.ts'
import { standingsTable } from './standings.ts'
import { waiversProjection } from './waivers.ts'

export const projections: readonly Projection[] = [
  placesProjection,
  lifecycleProjection,
  connectivityProjection,
  actualProjection,
  domainsProjection,
  authorityProjection,
  livesProjection,
  mastersProjection,
  operatorsProjection,
  policiesProjection,
  commandsProjection,
  commandReportsProjection,
  assignmentsProjection,
  waiversProjection,
  localDecisionsProjection,
  proofsProjection,
  rolloutsProjection,
  attentionProjection,
  attentionWeightsProjection,
  relaysProjection,
  reconciliationProjection,
  hardwareProjection,
  bundlesProjection,
  maintenanceProjection,
  logBookProjection,
]

/** Every table that is made of several of them. */
export const readTables: readonly ReadTable[] = [nodesTable, standingsTable, commandedTable]
