/** Waivers as they stand now, those that hold first, then the newest date. */
import type { z } from 'zod'
import type { listedWaiver } from '../../contract/waivers.ts'
import type { Waiver } from '../../fleet/drift/waiver.ts'
import type { ReadModel } from '../read-model.ts'
import { actorName } from './names.ts'

export type WaiverView = z.infer<typeof listedWaiver>

/** Of one node or domain, or of everything that has any that was not revoked. */
export function listWaivers(model: ReadModel, { subject }: { readonly subject?: string | undefined }): WaiverView[] {
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
