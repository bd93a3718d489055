/** What a master is started with. */
import type { Thresholds } from '../fleet/decisions.ts'
import type { MasterLevel } from '../fleet/node/node-record.ts'
import type { AdmissionBudget } from '../ingest/returns/queue-table.ts'
import type { Ports } from '../kernel/ports.ts'
import type { KeyProtection } from '../trust/key-store.ts'

export type MasterConfig = {
  /** `:memory:` keeps nothing (simulator). */
  readonly directory: string
  readonly ports: Ports
  readonly keyProtection: KeyProtection
  readonly version: string
  /** Names used when the master is founded; later ones are events. */
  readonly name: string
  readonly rootDomainName: string
  readonly level: MasterLevel
  readonly isDemo: boolean
  /** How often presence is digested into the log, milliseconds. */
  readonly digestEveryMs: number
  readonly thresholds: Partial<Thresholds>
  /** Set from now on, as if a person had; what was set before where it is not said. */
  readonly returnBudget?: AdmissionBudget
}

/** Five minutes (design 2, Volume). */
export const defaultDigestEveryMs = 5 * 60_000
