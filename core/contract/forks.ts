/** Logs that were told in several ways, of nodes and of masters, as the console sees them ([FK1] to [FK5]). */
import { z } from 'zod'
import { id, instant } from './common.ts'

const head = z.string().regex(/^[0-9a-f]{64}$/)
const line = z.object({
  eventId: z.string(),
  seq: z.number().int(),
  type: z.string(),
  /** Empty for what this version cannot put in words. */
  sentence: z.string(),
  time: instant,
})

export const forkList = z.object({
  items: z.array(
    z.object({
      log: z.string(),
      lane: z.enum(['control', 'fact', 'bulk']),
      at: z.number().int(),
      origin: z.object({ id, kind: z.enum(['node', 'master']), name: z.string() }),
      domainId: z.string().nullable(),
      domainName: z.string().nullable(),
      tellings: z.array(
        z.object({
          /** How far it is held here; with `head` it names the telling. */
          seq: z.number().int(),
          head,
          /** Of what it says from `at` on, how many events are held and how many of them count. */
          total: z.number().int(),
          counting: z.number().int(),
          /** The first of them. */
          events: z.array(line.extend({ counts: z.boolean() })),
        }),
      ),
      decided: z.object({ at: instant, seq: z.number().int(), head }).nullable(),
      /** Who can decide: the master of record, or of a master's log those that gave it its domain. */
      deciders: z.array(z.string()),
      isDecidedHere: z.boolean(),
    }),
  ),
})

export const forkChoice = z.object({
  log: z.string().max(120),
  at: z.number().int().positive(),
  keep: z.object({ seq: z.number().int().positive(), head }),
})

export const forkPreview = z.object({
  /** What would come into effect, and what would lose it; the first of them. */
  gains: z.array(line),
  loses: z.array(line),
  gainsTotal: z.number().int(),
  losesTotal: z.number().int(),
  /** False where there is more behind the fork than was looked at. */
  isWhole: z.boolean(),
})

export const resolveAnyFork = forkChoice.extend({ reason: z.string().trim().min(1).max(1000) })
