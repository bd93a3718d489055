/**
 * AuthorityProjection: everything that was said about the authority over each domain, as a set ([AU1]). Who holds the domain follows
 * from it and from the domains above (fleet/authority); the row only says where to look.
 */
import { decisions } from '../fleet/decisions.ts'
import { authorityEvents } from '../fleet/authority/events.ts'
import { emptyRecord, readAuthorityAct, recordAct } from '../fleet/authority/record.ts'
import type { AuthorityAct, AuthorityRecord } from '../fleet/authority/types.ts'
import { formatLogId } from '../log/log-id.ts'
import { defineProjection, foldsNothing } from './projection.ts'

/**
 * Of a domain its acts. An event marked critical of a type that nobody here knows is kept under whatever it is about, and its act names
 * the domain that it freezes.
 */
export type AuthorityState = AuthorityRecord

export const authorityProjection = defineProjection<null, AuthorityState>({
  name: 'authority',
  version: 5,
  handles: ['ibcf.authority.granted.v1', ...Object.keys(authorityEvents)],
  facts: foldsNothing,
  decisions: {
    initial: emptyRecord,
    apply: (record, { event, log, seq }, check) => {
      const { origin, incarnation, domain } = log
      const held = { event, log: { name: formatLogId(log), origin, incarnation, domain }, seq }
      const act = readAuthorityAct(held, check, (type) => Object.hasOwn(decisions, type))
      return act === undefined ? record : recordAct(record, act)
    },
    commutes: true,
  },
  table: {
    name: 'authority_domains',
    columns: { acts: 'INTEGER', is_contested: 'INTEGER', is_freezing: 'INTEGER' },
    indexes: [['is_contested'], ['is_freezing']],
  },
  row: (_subject, _facts, { acts }) =>
    acts.length === 0
      ? undefined
      : {
          acts: acts.length,
          is_contested: mayBeContested(acts) ? 1 : 0,
          is_freezing: acts.some(({ word }) => word.kind === 'unknown-critical') ? 1 : 0,
        },
})

/** Two masters say that they hold it at one epoch; whether both count is for the rules to say. */
function mayBeContested(acts: readonly AuthorityAct[]): boolean {
  const said = new Map<number, string>()
  return acts.some(({ word }) => {
    if (!('giving' in word)) return false
    const { epoch, masterId } = word.giving
    const known = said.get(epoch)
    said.set(epoch, masterId)
    return known !== undefined && known !== masterId
  })
}
