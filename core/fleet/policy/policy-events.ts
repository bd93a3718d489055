/** The decisions about desired state beyond publishing a bundle and assigning it to a whole domain. The subject is the domain. */
import { z } from 'zod'
import { policySelectorSchema } from './selector.ts'

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const text = z.string().max(4000)

export const policyEvents = {
  'ibcf.policy.targeted.v1': {
    lane: 'control',
    data: z.object({ assignmentId: id, policyBundleId: id, selector: policySelectorSchema, reason: text }),
  },
  'ibcf.policy.withdrawn.v1': { lane: 'control', data: z.object({ assignmentId: id, reason: text }) },
} as const
export type PolicyTargeted = z.infer<(typeof policyEvents)['ibcf.policy.targeted.v1']['data']>
