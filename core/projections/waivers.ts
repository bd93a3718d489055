/** Drift that people accepted, by the node or domain that it is for. A waiver ends by its date, which no fold looks at, or by a decision ([DR6]). */
import { evolveWaivers, type Waiver, type WaiverEvent } from '../fleet/drift/waiver.ts'
import { defineProjection, foldsNothing } from './projection.ts'

export const waiversProjection = defineProjection<null, readonly Waiver[]>({
  name: 'waivers',
  version: 1,
  handles: ['ibcf.waiver.granted.v1', 'ibcf.waiver.revoked.v1'],
  facts: foldsNothing,
  decisions: {
    initial: [],
    apply: (waivers, { event }) =>
      evolveWaivers(waivers, {
        type: event.type,
        subject: event.subject as string,
        actor: event.actor ?? null,
        data: event.data,
      } as unknown as WaiverEvent),
  },
  table: { name: 'waived', columns: { unrevoked: 'INTEGER' }, indexes: [] },
  row: (_subject, _facts, waivers) => {
    const unrevoked = waivers.filter(({ isRevoked }) => !isRevoked).length
    return unrevoked === 0 ? undefined : { unrevoked }
  },
})
