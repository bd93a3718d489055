/** Waivers: drift that a person accepted at one path of one node or domain, until a date. They are events; nothing is forgotten ([DR6]). */
import { z } from 'zod'
import { accepted, refused, type Result } from '../../kernel/result.ts'
import { pointerSchema } from './comparator-schema.ts'
import { isAtOrBelow } from './pointer.ts'

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const instant = z.iso.datetime()
const text = z.string().max(4000)

/** The subject is the node or the domain (with its subtree) it holds for. */
export const waiverEvents = {
  'ibcf.waiver.granted.v1': { lane: 'control', data: z.object({ waiverId: id, path: pointerSchema, until: instant, reason: text }) },
  'ibcf.waiver.revoked.v1': { lane: 'control', data: z.object({ waiverId: id, reason: text }) },
} as const

export type WaiverGranted = z.infer<(typeof waiverEvents)['ibcf.waiver.granted.v1']['data']>
export type Waiver = WaiverGranted & { readonly subject: string; readonly grantedBy: string | null; readonly isRevoked: boolean }

export type WaiverEvent =
  | { readonly type: 'ibcf.waiver.granted.v1'; readonly subject: string; readonly actor: string | null; readonly data: WaiverGranted }
  | {
      readonly type: 'ibcf.waiver.revoked.v1'
      readonly subject: string
      readonly data: { readonly waiverId: string; readonly reason: string }
    }

export type WaiverAct =
  | { readonly type: 'grant'; readonly waiver: WaiverGranted }
  | { readonly type: 'revoke'; readonly waiverId: string; readonly reason: string }

/** The waivers of one subject after the event; a second grant of the same id changes nothing. */
export function evolveWaivers(waivers: readonly Waiver[], event: WaiverEvent): readonly Waiver[] {
  if (event.type === 'ibcf.waiver.revoked.v1')
    return waivers.map((waiver) => (waiver.waiverId === event.data.waiverId ? { ...waiver, isRevoked: true } : waiver))
  if (waivers.some(({ waiverId }) => waiverId === event.data.waiverId)) return waivers
  return [...waivers, { ...event.data, subject: event.subject, grantedBy: event.actor, isRevoked: false }]
}

/** Refuses `WAIVER_OVER`, `WAIVER_WITHOUT_REASON`, `WAIVER_KNOWN`, `WAIVER_UNKNOWN`. `nowMs`: when the act is taken. */
export function decideWaiver(waivers: readonly Waiver[], act: WaiverAct, nowMs: number): Result<WaiverAct> {
  const reason = act.type === 'grant' ? act.waiver.reason : act.reason
  if (reason.trim() === '') return refused('WAIVER_WITHOUT_REASON', 'Say why, for those who look at it later.')
  if (act.type === 'revoke') {
    const known = waivers.find(({ waiverId }) => waiverId === act.waiverId)
    if (known === undefined) return refused('WAIVER_UNKNOWN', 'There is no such waiver here.', { waiverId: act.waiverId })
    return known.isRevoked ? refused('WAIVER_UNKNOWN', 'It was revoked already.', { waiverId: act.waiverId }) : accepted(act)
  }
  if (waivers.some(({ waiverId }) => waiverId === act.waiver.waiverId))
    return refused('WAIVER_KNOWN', 'A waiver is granted once; grant another.', { waiverId: act.waiver.waiverId })
  if (Date.parse(act.waiver.until) <= nowMs) return refused('WAIVER_OVER', 'It would be over already.', { until: act.waiver.until })
  return accepted(act)
}

/** The waiver that covers the path at that instant, the one that holds longest; it covers what lies below its path, and nothing else. */
export function waiverOver(waivers: readonly Waiver[], path: string, asOfMs: number): Waiver | undefined {
  return waivers
    .filter((waiver) => !waiver.isRevoked && asOfMs < Date.parse(waiver.until) && isAtOrBelow(path, waiver.path))
    .toSorted((a, b) => Date.parse(b.until) - Date.parse(a.until) || (a.waiverId < b.waiverId ? -1 : 1))
    .at(0)
}
