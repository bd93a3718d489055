/** What the rules of authority look things up in (fleet/authority), made of what the projections hold. */
import type { AuthorityBook, AuthorityRecord } from '../../fleet/authority/types.ts'
import { emptyRecord, recordAct } from '../../fleet/authority/record.ts'
import type { AuthorityState } from '../../projections/authority.ts'
import type { DomainState } from '../../projections/domains.ts'
import type { Place } from '../../fleet/node/place.ts'
import type { LivesState } from '../../projections/lives.ts'

export type BookSource = {
  readonly authority: (subject: string) => AuthorityState | undefined
  readonly domain: (domainId: string) => DomainState | undefined
  readonly lives: (masterId: string) => LivesState | undefined
  readonly place: (nodeId: string) => Place | undefined
  /** Subjects about which something was said that is marked critical and not known here: hardly ever any. */
  readonly freezers: () => Iterable<string>
}

export function createBook({ authority, domain, lives, place, freezers }: BookSource): AuthorityBook {
  return {
    record: (domainId) => {
      let record: AuthorityRecord | undefined = ownActs(domainId, authority(domainId))
      for (const subject of freezers()) {
        if (subject === domainId) continue
        for (const act of authority(subject)?.acts ?? []) if (act.domainId === domainId) record = recordAct(record ?? emptyRecord, act)
      }
      return record
    },
    place: (domainId) => {
      const state = domain(domainId)
      return state === undefined ? undefined : { parentId: state.parentId, founderId: state.founderId }
    },
    restored: (masterId) => lives(masterId)?.opened ?? [],
    // Approvals and replaced keys are judged by the domain alone, so that broken glass, which rests on them, is not judged by itself.
    nodeKeys: (nodeId) => place(nodeId)?.keys ?? [],
  }
}

function ownActs(domainId: string, record: AuthorityRecord | undefined): AuthorityRecord | undefined {
  if (record === undefined || record.acts.every((act) => act.domainId === domainId)) return record
  return { acts: record.acts.filter((act) => act.domainId === domainId) }
}
