/** Rollouts: bringing a policy bundle to nodes in waves, within a budget, with a verdict that tells its reasons ([RO1]..[RO8]). */
import { z } from 'zod'
import { policySelectorSchema } from '../fleet/policy/selector.ts'
import { outcomes } from '../fleet/rollout/outcome.ts'
import { waveTermsSchema } from '../fleet/rollout/rollout-events.ts'
import { rolloutPhases } from '../fleet/rollout/rollout-machine.ts'
import { id, instant, longPageRequest, personName } from './common.ts'
import { filterOf } from './filter.ts'

const reason = z.string().trim().min(1).max(1000)
const count = z.number().int().nonnegative()

export const planRolloutRequest = z.object({
  name: personName,
  /** Nodes of this domain and all below it. */
  domainId: id,
  policyBundleId: id,
  /** What nodes go back to when it is aborted; none: they stay as they are. */
  fallbackPolicyBundleId: id.nullable().default(null),
  /** Which of its nodes; none: all that are in service. */
  selector: policySelectorSchema.optional(),
  /** `share` of all nodes, 0..1; the last wave takes the rest, whatever its share. */
  waves: z
    .array(waveTermsSchema.extend({ share: z.number().min(0).max(1) }))
    .min(1)
    .max(100),
  /** So many nodes may be in the middle of it at the same time. */
  maxDisrupted: z.number().int().min(1),
})
export const rolloutAct = z.object({ rolloutId: id, reason })
export const openGateRequest = rolloutAct.extend({ wave: count })

const waveView = waveTermsSchema.extend({
  nodes: count,
  openedAt: instant.nullable(),
  isGateOpen: z.boolean(),
  outcomes: z.object(Object.fromEntries(outcomes.map((name) => [name, count])) as Record<(typeof outcomes)[number], typeof count>),
})

export const rolloutView = z.object({
  id,
  name: z.string(),
  domainId: id,
  policyBundleId: id,
  policyName: z.string().nullable(),
  policyVersion: z.string().nullable(),
  targetVersion: z.string().nullable(),
  fallbackPolicyBundleId: id.nullable(),
  phase: z.enum(rolloutPhases),
  since: instant,
  plannedAt: instant,
  plannedBy: z.string().nullable(),
  reason: z.string(),
  /** Where it takes two people, since it was started: who that was, and who agreed; null while nobody has. */
  agreement: z
    .object({ startedBy: z.string().nullable(), startedById: z.string().nullable(), approvedBy: z.string().nullable() })
    .optional(),
  maxDisrupted: count,
  /** In the middle of it now. */
  disrupted: count,
  nodes: count,
  waves: z.array(waveView),
  /** Is it safe to go on, with every reason. */
  verdict: z.object({
    verdict: z.enum(['advance', 'finish', 'wait', 'stop', 'over']),
    reasons: z.array(z.object({ code: z.string(), sentence: z.string(), bearing: z.enum(['for', 'wait', 'stop', 'note']) })),
  }),
})

/** `from` and `to`: when it was planned. `text`: part of its name or reason. Newest first. */
export const rolloutListRequest = filterOf('domainId', 'policyBundleId', 'text', 'from', 'to', 'asOf').extend({
  rolloutPhases: z.array(z.enum(rolloutPhases)).min(1).optional(),
  ...longPageRequest,
})

export const rolloutDetail = rolloutView.extend({
  /** Mermaid. */
  gantt: z.string(),
  /** Those that need somebody first, at most a thousand. */
  matrix: z.array(
    z.object({ nodeId: id, name: z.string(), wave: count, outcome: z.enum(outcomes), reason: z.string(), isDisrupted: z.boolean() }),
  ),
  omitted: count,
})
