/** AuthorityProjection: the grants of each domain, and who holds it: the highest epoch. Two masters at one epoch contest it. */
import type { DecisionData } from '../fleet/decisions.ts'
import type { MasterLevel } from '../fleet/node/node-record.ts'
import { defineProjection, foldsNothing } from './projection.ts'

export type HeldGrant = {
  readonly eventId: string
  readonly masterId: string
  readonly level: MasterLevel
  readonly epoch: number
  readonly since: string
  readonly until: string | null
  readonly right: DecisionData<'ibcf.authority.granted.v1'>['right']
  /** The life of the master that it was given to; null: its first. */
  readonly incarnation: string | null
  /** Of break-glass. */
  readonly reason: string | null
  readonly by: string | null
}
export type AuthorityState = { readonly grants: readonly HeldGrant[] }

export const authorityProjection = defineProjection<null, AuthorityState>({
  name: 'authority',
  version: 2,
  handles: ['ibcf.authority.granted.v1'],
  facts: foldsNothing,
  decisions: {
    initial: { grants: [] },
    apply: (state, { event }) => {
      const { masterId, level, epoch, until, right, incarnation, reason } = event.data as DecisionData<'ibcf.authority.granted.v1'>
      const grant: HeldGrant = {
        eventId: event.id,
        masterId,
        level,
        epoch,
        since: event.time,
        until,
        right,
        incarnation: incarnation ?? null,
        reason: reason ?? null,
        by: event.actor ?? null,
      }
      return { grants: [...state.grants, grant].sort((a, b) => b.epoch - a.epoch || (a.masterId < b.masterId ? -1 : 1)) }
    },
  },
  table: {
    name: 'authority_domains',
    columns: { master: 'TEXT', level: 'TEXT', epoch: 'INTEGER', since: 'TEXT', until: 'TEXT', is_contested: 'INTEGER' },
    indexes: [['master']],
  },
  row: (_subject, _facts, { grants }) => {
    const [holder, next] = grants
    if (holder === undefined) return undefined
    const isContested = next !== undefined && next.epoch === holder.epoch && next.masterId !== holder.masterId
    return {
      master: holder.masterId,
      level: holder.level,
      epoch: holder.epoch,
      since: holder.since,
      until: holder.until,
      is_contested: isContested ? 1 : 0,
    }
  },
})
