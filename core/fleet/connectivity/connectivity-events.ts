/** When a node is expected to be heard, as data, and the decision that sets it. The reading of it is contact-schedule.ts. */
import { z } from 'zod'

const expression = z.string().min(9).max(120)
/** IANA name, such as `Europe/Oslo` or `UTC`; written into the schedule because sites and masters lie in different ones. */
const zone = z.string().min(1).max(64)

export const contactScheduleSchema = z.discriminatedUnion('kind', [
  /** So many seconds after the last contact. */
  z.object({
    kind: z.literal('interval'),
    everySeconds: z
      .number()
      .positive()
      .max(366 * 86_400),
  }),
  /** At the instants of a cron expression of five fields. */
  z.object({ kind: z.literal('cron'), expression, zone }),
  /** At any time in a window that opens by a cron expression: the courier comes on Mondays between eight and six. */
  z.object({
    kind: z.literal('window'),
    opens: expression,
    zone,
    openSeconds: z
      .number()
      .positive()
      .max(31 * 86_400),
  }),
])
export type ContactSchedule = z.infer<typeof contactScheduleSchema>

/** The subject is the node. Null: by the interval that it named when it asked to join. */
export const connectivityEvents = {
  'ibcf.node.scheduled.v1': {
    lane: 'control',
    data: z.object({ schedule: contactScheduleSchema.nullable(), reason: z.string().max(4000) }),
  },
} as const
