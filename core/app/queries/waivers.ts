/** Waivers as they stand now, those that hold first, then the newest date. */
import type { z } from 'zod'
import type { listedWaiver, waiverListRequest } from '../../contract/waivers.ts'
import type { Waiver } from '../../fleet/drift/waiver.ts'
import type { ReadModel } from '../read-model.ts'
import { modelAsOf } from './as-of.ts'
import { subtreeOf } from './domain-tree.ts'
import { hasText, isWithin, type ListPage, pageOfList } from './list-page.ts'
import { actorName } from './names.ts'

export type WaiverView = z.infer<typeof listedWaiver>
export type WaiverListInput = z.infer<typeof waiverListRequest>

/** Of one node or domain, or of everything that has any that was not revoked. */
/** Throws NotFound `DOMAIN_UNKNOWN`, Invalid `CURSOR_MALFORMED`, `AS_OF_IN_FUTURE`. */
export function listWaivers(
  today: ReadModel,
  { subject, domainId, state, text, from, to, asOf, ...page }: Partial<WaiverListInput>,
): ListPage<WaiverView> {
  const model = asOf === undefined ? today : modelAsOf(today, asOf)
  const within = domainId === undefined ? undefined : new Set(subtreeOf(today, domainId))
  const isIn = (about: string): boolean => within?.has(about) !== false || within.has(model.lifecycle(about)?.domainId ?? '')
  const found = waiversOf(model, subject)
    .filter((waiver) => (state === undefined || waiver.state === state) && isIn(waiver.subject))
    .filter((waiver) => isWithin(waiver.until, { from, to }) && hasText(text, waiver.reason, waiver.path))
  return pageOfList(found, page, ({ waiverId }) => waiverId)
}

function waiversOf(model: ReadModel, subject: string | undefined): WaiverView[] {
  const subjects = subject === undefined ? model.reader.all<{ subject: string }>('SELECT subject FROM waived') : [{ subject }]
  const nowMs = model.ports.clock.now()
  return subjects
    .flatMap((row) => model.waivers(row.subject) ?? [])
    .map(({ isRevoked, grantedBy, ...waiver }) => ({
      ...waiver,
      grantedBy: actorName(model, grantedBy),
      state: stateOf(isRevoked, waiver, nowMs),
    }))
    .toSorted((a, b) => Number(b.state === 'holds') - Number(a.state === 'holds') || Date.parse(b.until) - Date.parse(a.until))
}

function stateOf(isRevoked: boolean, { until }: Pick<Waiver, 'until'>, nowMs: number): WaiverView['state'] {
  if (isRevoked) return 'revoked'
  return nowMs < Date.parse(until) ? 'holds' : 'over'
}
