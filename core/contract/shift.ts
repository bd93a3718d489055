/** What a shift needs beside the desks: maintenance, the log book, the sheet that it hands over, and the clocks ([SF1]..[SF12]). */
import { z } from 'zod'
import { connectivityModes, phases } from '../fleet/node/node-record.ts'
import { auditEntry } from './audit.ts'
import { authoritySchema, heldFrontier, id, instant, pageRequest } from './common.ts'
import { attentionItem } from './domains.ts'
import { sessionView } from './nodes.ts'

const reason = z.string().trim().min(1).max(1000)

/** What it is about, as a person calls it. */
const subject = z.object({
  subjectId: id,
  ...auditEntry.pick({ subjectName: true, subjectKind: true, subjectNodeId: true }).shape,
})

/** `subject`: a node, a relay, or a domain with all below it. */
export const beginMaintenanceRequest = z.object({ subject: id, until: instant, reason })
export const endMaintenanceRequest = z.object({ subject: id, maintenanceId: id, reason })

export const maintenanceView = subject.extend({
  maintenanceId: id,
  begunAt: instant,
  begunBy: z.string().nullable(),
  until: instant,
  reason: z.string(),
  /** `over`: its instant has passed, and it was not written down yet. */
  state: z.enum(['holds', 'over', 'ended']),
  ended: z.object({ at: instant, by: z.string().nullable(), cause: z.enum(['person', 'time', 'replaced']), reason: z.string() }).nullable(),
})
export type MaintenanceView = z.infer<typeof maintenanceView>

export const maintenanceListRequest = z.object({
  /** Those that hold over this node, relay or domain: its own, that of a domain above it, that of a relay on its only way. */
  over: id.optional(),
  /** With those that ended since. Without it only what holds now is told. */
  from: instant.optional(),
})
export const maintenanceList = z.object({ items: z.array(maintenanceView) })

/** `subject`: anything that has a name here; the root domain for what is about nothing in particular. */
export const writeNoteRequest = z.object({ subject: id, text: z.string().trim().min(1).max(4000) })
export const noteView = subject.extend({ noteId: id, at: instant, by: z.string().nullable(), text: z.string() })
export type NoteView = z.infer<typeof noteView>

/** `from`: written since. The newest first. */
export const noteListRequest = z.object({ subject: id.optional(), from: instant.optional(), limit: pageRequest.limit })
/** Of each object the newest two hundred are at hand; older ones are at the audit desk. */
export const noteList = z.object({ items: z.array(noteView), total: z.number().int().nonnegative() })

export const sheetRequest = z.object({ from: instant })

/** Everything that the next shift has to know, as of one moment. Of each list the newest, with how many there are. */
export const shiftSheet = z.object({
  from: instant,
  at: instant,
  masterId: id,
  masterName: z.string(),
  held: heldFrontier,
  nodes: z.number().int().nonnegative(),
  /** How many nodes came into each mode, by the last word on each. */
  modes: z.array(z.object({ mode: z.enum(connectivityModes), nodes: z.number().int().positive() })),
  transitions: z.array(
    z.object({
      at: instant,
      nodeId: id,
      nodeName: z.string(),
      domainName: z.string().nullable(),
      from: z.enum(phases),
      to: z.enum(phases),
      sentence: z.string(),
      actorName: z.string().nullable(),
    }),
  ),
  transitionsTotal: z.number().int().nonnegative(),
  acts: z.array(subject.extend({ at: instant, actorName: z.string(), type: z.string(), sentence: z.string() })),
  actsTotal: z.number().int().nonnegative(),
  notes: z.array(noteView),
  /** The worst of what asks for a person, and what is handled already. */
  attention: z.array(attentionItem),
  /** False: there is more than is listed. */
  isAttentionWhole: z.boolean(),
  returns: z.array(sessionView),
  returnsTotal: z.number().int().nonnegative(),
  maintenance: z.array(maintenanceView),
  /** Domains that something was decided about itself, and the root: who is master of what. */
  authority: z.array(z.object({ domainId: id, domainName: z.string(), authority: authoritySchema })),
  /** The logs were read back to this instant and no further, for they hold too much; null: all of the time was read. */
  readBackTo: instant.nullable(),
})
export type ShiftSheet = z.infer<typeof shiftSheet>

/** How far a clock is from this machine's. */
const offset = z.object({
  /** Milliseconds; positive: it is ahead of this machine. */
  offsetMs: z.number(),
  measuredAt: instant,
})

export const clocksView = z.object({
  at: instant,
  laptop: z.object({
    /** How far it stands behind what this master wrote last, by its logical clock: it was set back. */
    behindOwnLogMs: z.number().nonnegative(),
    /** The middle of what the nodes that were heard are off by; null while too few are known to say anything of this machine. */
    medianNodeOffsetMs: z.number().nullable(),
    verdict: z.enum(['right', 'unknown', 'set-back', 'off']),
  }),
  nodes: z.object({
    /** Whose offset is known. */
    known: z.number().int().nonnegative(),
    /** Further off than a clock may be without being doubted. */
    doubtful: z.number().int().nonnegative(),
    /** The furthest off first. */
    worst: z.array(offset.extend({ nodeId: id, nodeName: z.string(), domainName: z.string().nullable() })),
  }),
  /** Other masters: only what came from them tells. It may have been long on its way, so it says how far they are ahead at least. */
  masters: z.array(
    z.object({ masterId: id, masterName: z.string(), aheadAtLeastMs: z.number().nullable(), wroteLast: instant.nullable() }),
  ),
  /** Milliseconds beyond which a clock is doubted. */
  toleranceMs: z.number(),
})
export type ClocksView = z.infer<typeof clocksView>
