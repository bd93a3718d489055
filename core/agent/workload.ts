/** What the agent reports on and acts upon, as a port: the machine it runs on, or a simulated one. */
import type { NodeEventData, partContents, SnapshotPart } from '../fleet/node/node-events.ts'
import type { z } from 'zod'

export type Observation = Omit<NodeEventData<'ibcf.observation.recorded.v1'>, 'isAutonomous'>
export type HealthCheck = z.infer<(typeof partContents)['health']>['checks'][number]
/** The contents of a snapshot but for health, which the agent judges; a part that is unknown is left out. */
export type Parts = { readonly [Part in Exclude<SnapshotPart, 'health'>]?: z.infer<(typeof partContents)[Part]> }

export type Workload = {
  /** The version it reports to run. */
  readonly version: () => string
  /** What is measured now. */
  readonly observe: () => Observation
  readonly checks: () => readonly HealthCheck[]
  readonly parts: () => Parts
  readonly batteryPct: () => number | undefined
  /** Makes this the configuration, durably; the same one twice is harmless. */
  readonly applyConfiguration: (configuration: Readonly<Record<string, unknown>>) => void
  /**
   * Starts what it runs again, on the way to that version; true once it was started, false where only a new start of the agent does it.
   * Which version then runs is for `version` to tell.
   */
  readonly restart: (targetVersion: string) => boolean
  /** The local decisions in force from now on, all of them. */
  readonly carryOut: (decisions: readonly string[]) => void
}
