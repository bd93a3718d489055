/** The decisions of a rollout. The subject is the rollout. Which node got how far is not decided but read off what nodes prove. */
import { z } from 'zod'

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const text = z.string().max(4000)
const wave = z.number().int().nonnegative().max(1000)

export const waveTermsSchema = z.object({
  name: text,
  /** The share of the wave that has to have proven it before the next one may begin. */
  successShare: z.number().min(0).max(1),
  /** The share that may fail before it is to be stopped. */
  failedShareAtMost: z.number().min(0).max(1),
  /** How long the wave is watched before the next one may begin, seconds from its opening. */
  soakSeconds: z
    .number()
    .nonnegative()
    .max(90 * 86_400),
  /** What a node proved counts only while it was heard of no longer ago than this, seconds; absent: however long ago that is ([RO11]). */
  evidenceSecondsAtMost: z
    .number()
    .int()
    .min(1)
    .max(365 * 86_400)
    .optional(),
  /** A wave with a gate begins only after a person opened it. */
  hasGate: z.boolean(),
})
export type WaveTerms = z.infer<typeof waveTermsSchema>

export const rolloutEvents = {
  'ibcf.rollout.planned.v1': {
    lane: 'control',
    data: z.object({
      name: text,
      domainId: id,
      policyBundleId: id,
      /** What nodes go back to when it is aborted; null: they stay as they are. */
      fallbackPolicyBundleId: id.nullable(),
      waves: z.array(waveTermsSchema).min(1).max(100),
      /** At most so many nodes may be in the middle of it at the same time. */
      maxDisrupted: z.number().int().min(1),
    }),
  },
  /** A piece of a wave's nodes; the pieces add up. So that no event is larger than others read. */
  'ibcf.rollout.enlisted.v1': { lane: 'control', data: z.object({ wave, nodeIds: z.array(id).min(1).max(1000) }) },
  /** Needing approval: it brings software, which takes two people ([RO12]). */
  'ibcf.rollout.started.v1': { lane: 'control', data: z.object({ reason: text, needsApproval: z.boolean().optional() }) },
  /** Another operator than the one who started it agrees to all that it will install, and to going back. */
  'ibcf.rollout.approved.v1': { lane: 'control', data: z.object({ reason: text }) },
  'ibcf.rollout.gate-opened.v1': { lane: 'control', data: z.object({ wave, reason: text }) },
  'ibcf.rollout.advanced.v1': { lane: 'control', data: z.object({ wave, reason: text }) },
  'ibcf.rollout.paused.v1': { lane: 'control', data: z.object({ reason: text }) },
  'ibcf.rollout.resumed.v1': { lane: 'control', data: z.object({ reason: text }) },
  'ibcf.rollout.aborted.v1': { lane: 'control', data: z.object({ reason: text }) },
  'ibcf.rollout.completed.v1': { lane: 'control', data: z.object({ reason: text }) },
} as const

export type RolloutEventType = keyof typeof rolloutEvents
export type RolloutEventData<Type extends RolloutEventType> = z.infer<(typeof rolloutEvents)[Type]['data']>

/** `atMs`: the order time of the event; `actor`: the operator whose decision it was. */
export type RolloutEvent = {
  readonly [Type in RolloutEventType]: {
    readonly type: Type
    readonly atMs: number
    readonly actor?: string | null
    readonly data: RolloutEventData<Type>
  }
}[RolloutEventType]
