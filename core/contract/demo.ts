/** The fault knobs of the demo island. They exist in the demo workspace only. */
import { z } from 'zod'
import { id } from './common.ts'

export const demoFaultKinds = [
  'cut-link',
  'restore-link',
  'slow-link',
  'tamper-backlog',
  'restart-node',
  'cut-relay',
  'restore-relay',
] as const
export const demoFaultRequest = z.object({ kind: z.enum(demoFaultKinds), nodeId: id })
export const demoFaultAnswer = z.object({ sentence: z.string() })
export const demoView = z.object({
  nodes: z.number().int(),
  relays: z.number().int(),
  /** Links that are cut now, by whom. */
  cut: z.array(id),
  /** Real time divided by simulated time; 1 = real time. */
  speed: z.number(),
})
