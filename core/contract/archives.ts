/** How long bulk stays at hand, what was sealed of it, what would be sealed now, and how the sealing goes. */
import { z } from 'zod'
import { instant } from './common.ts'
import { archivesView } from './store.ts'

const count = z.number().int().nonnegative()

export const sealingState = z.object({
  /** `problem`: it could not go on; it is tried again by itself. */
  state: z.enum(['idle', 'looking', 'sealing', 'problem']),
  /** Of events, in bytes: done and all that is to be done in this round. */
  done: count,
  total: count,
  startedAt: instant.nullable(),
  /** The round before, or the one that failed. */
  endedAt: instant.nullable(),
  /** Events that were sealed in this round, or in the one before. */
  events: count,
  problem: z.object({ code: z.string(), sentence: z.string() }).nullable(),
})
export type SealingState = z.infer<typeof sealingState>

export const archiveRequest = z.object({
  /** What would be sealed if it were that many days; the setting by default. */
  keepBulkDays: z.coerce.number().int().min(0).max(3650).optional(),
})

export const archiveView = z.object({
  /** Bulk that was recorded longer ago is sealed by and by. */
  keepBulkDays: count,
  archives: archivesView,
  /** Of all bulk logs, at that instant; a log with less than `leastBytes` of it is left. */
  preview: z.object({ keepBulkDays: count, logs: count, events: count, bytes: count, leastBytes: count, at: instant }),
  sealing: sealingState,
})
export type ArchiveView = z.infer<typeof archiveView>

export const retentionRequest = z.object({ keepBulkDays: z.number().int().min(1).max(3650) })
/** Zero days seals all that may be sealed. */
export const sealRequest = z.object({ keepBulkDays: z.number().int().min(0).max(3650).optional() })

export const sealView = z.object({
  log: z.string(),
  /** Numbers of its first and last event in the log. */
  from: count,
  to: count,
  file: z.string(),
  /** Of its events, and of the file. */
  bytes: count,
  archiveBytes: count,
  sealedAt: instant,
  /** When its first and its last event were recorded here. */
  recordedFrom: instant,
  recordedTo: instant,
  /** The archive is where it should be. */
  isHere: z.boolean(),
})
