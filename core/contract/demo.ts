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
export const drillRequest = z.object({
  /** Kebab-case, as `ibcf simulate --scenario` takes it. */
  id: z.string().regex(/^[a-z0-9-]{1,80}$/),
  /** Another one makes other details of the same story; empty: the one that it was written with. */
  seed: z
    .string()
    .regex(/^[a-zA-Z0-9-]{0,40}$/)
    .default(''),
})
export const drill = z.object({
  id: z.string(),
  title: z.string(),
  /** What happens. */
  story: z.string(),
  /** What must hold in the end, a sentence each. */
  holds: z.array(z.string()),
})
/** What came of it, in a world of its own. */
export const drillRun = z.object({
  id: z.string(),
  seed: z.string(),
  ok: z.boolean(),
  /** `atMs`: since everybody was at work. One that did not come about found nobody there. */
  steps: z.array(z.object({ atMs: z.number(), sentence: z.string(), cameAbout: z.boolean() })),
  checks: z.array(z.object({ sentence: z.string(), looked: z.number(), wrong: z.array(z.string()) })),
  problems: z.array(z.string()),
  virtualMs: z.number(),
})

export const demoView = z.object({
  nodes: z.number().int(),
  relays: z.number().int(),
  /** Links that are cut now, by whom. */
  cut: z.array(id),
  /** Real time divided by simulated time; 1 = real time. */
  speed: z.number(),
})
