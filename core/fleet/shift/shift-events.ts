/** What a shift says beside what it decides: that something is being worked on, and what it wants the next one to know ([SF1], [SF6]). */
import { z } from 'zod'

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const text = z.string().max(4000)

/** Of maintenance the subject is a node, a relay or a domain; of a note it is whatever the note is about. */
export const shiftEvents = {
  'ibcf.maintenance.begun.v1': { lane: 'control', data: z.object({ maintenanceId: id, until: z.iso.datetime(), reason: text }) },
  /** `time`: its instant has passed; nobody had to do anything. */
  'ibcf.maintenance.ended.v1': {
    lane: 'control',
    data: z.object({ maintenanceId: id, cause: z.enum(['person', 'time']), reason: text }),
  },
  'ibcf.note.written.v1': { lane: 'control', data: z.object({ text: z.string().min(1).max(4000) }) },
} as const

export type MaintenanceEvent = {
  readonly [Type in 'ibcf.maintenance.begun.v1' | 'ibcf.maintenance.ended.v1']: {
    readonly type: Type
    /** When it was decided, as its master said. */
    readonly at: string
    readonly actor: string | null
    readonly data: z.infer<(typeof shiftEvents)[Type]['data']>
  }
}['ibcf.maintenance.begun.v1' | 'ibcf.maintenance.ended.v1']
