/**
 * Another machine, or another key, under the same identity ([HW1]). The old key is cut at points of its logs, never at a moment: what it
 * signed up to there keeps its effect, what it signs beyond has none (design 3).
 */
import { z } from 'zod'

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const text = z.string().max(4000)
const head = z.object({ log: text, seq: z.number().int().nonnegative(), head: text })
const machine = { serial: text.nullable(), manufacturer: text.nullable(), model: text.nullable() }

/** The subject is the node. */
export const hardwareEvents = {
  /** Somebody who holds another key asks to be this node from now on. Nothing follows from it but that a person is asked. */
  'ibcf.hardware.offered.v1': {
    lane: 'control',
    data: z.object({
      requestId: id,
      keyId: text,
      publicKey: text,
      ...machine,
      statement: z.object({ document: z.string(), keyid: z.string(), signature: z.string() }),
    }),
  },
  'ibcf.hardware.refused.v1': { lane: 'control', data: z.object({ requestId: id, keyId: text, reason: text }) },
  'ibcf.key.replaced.v1': {
    lane: 'control',
    data: z.object({
      requestId: id,
      oldKeyId: text,
      keyId: text,
      publicKey: text,
      ...machine,
      /** Up to where the old key's word counts, in each log that is held. */
      cut: z.array(head),
      reason: text,
    }),
  },
  /** A log that was told in two ways: which telling counts from `at` on, named by the point it had reached here. */
  'ibcf.fork.resolved.v1': { lane: 'control', data: z.object({ log: text, at: z.number().int().positive(), keep: head, reason: text }) },
} as const

/** Offers for one node that wait at once: anybody who knows its id can make one. */
export const maxOffersOfNode = 4
