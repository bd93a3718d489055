/** The event that a request would become, before anybody asks whether it counts. */
import type { MasterLevel } from '../node/node-record.ts'
import { chroniclesOf } from './chronicle.ts'
import type { ContestRule, Quorum } from './events.ts'
import { holderOf } from './holder.ts'
import { lineOf } from './line.ts'
import type { AuthorityRequest, DecidedAuthority, Decider, MasterCard, Terms } from './request.ts'
import type { GrantStatement } from './statement.ts'
import { governing } from './tenure.ts'
import type { AuthorityAct, AuthorityBook, AuthorityWord, Giving, Head } from './types.ts'

export type Draft = { readonly decided: DecidedAuthority; readonly word: AuthorityWord }

export function draftAuthority(book: AuthorityBook, decider: Decider, request: AuthorityRequest): Draft {
  const { card } = decider
  const { domainId } = request
  const { under, next } = epochsFor(book, card.masterId, domainId)
  const parentId = book.place(domainId)?.parentId ?? null
  const statementFor = (right: GrantStatement['right'], to: MasterCard, until: string | null, quorum: Quorum | null): GrantStatement => ({
    v: 1,
    kind: 'grant',
    domainId,
    parentId,
    epoch: next,
    right,
    master: { masterId: to.masterId, level: to.level, keyId: to.keyId, publicKey: to.publicKey, incarnation: to.incarnation },
    until,
    quorum,
  })
  const termsOf = (to: MasterCard, terms: Terms): GivenTerms => ({
    level: to.level,
    epoch: next,
    keyId: to.keyId,
    publicKey: to.publicKey,
    incarnation: to.incarnation,
    quorum: terms.quorum ?? null,
    cut: [...(terms.cut ?? [])],
    ...(terms.onContest === undefined ? {} : { onContest: terms.onContest }),
    ...(terms.reason === undefined ? {} : { reason: terms.reason }),
  })
  switch (request.kind) {
    case 'grant': {
      const { to, until = null } = request
      const terms = termsOf(to, request)
      return {
        decided: {
          type: 'ibcf.authority.granted.v1',
          data: { ...terms, masterId: to.masterId, until, right: 'grant' },
          epoch: under,
          statement: statementFor('grant', to, until, request.quorum ?? null),
        },
        word: { kind: 'give', right: 'grant', giving: givingOf(to, terms, until, null) },
      }
    }
    case 'break-glass': {
      const { nodeIds, until = null } = request
      // At a node it stands beside the epoch in force, and raises none ([AU23]).
      const epoch = nodeIds === null ? next : (holderOf(book, domainId).epoch ?? 0)
      const terms = { ...termsOf(card, request), epoch, ...(nodeIds === null ? {} : { nodeIds: [...nodeIds] }) }
      return {
        decided: {
          type: 'ibcf.authority.granted.v1',
          data: { ...terms, masterId: card.masterId, until, right: 'break-glass' },
          epoch,
          statement: { ...statementFor('break-glass', card, until, request.quorum ?? null), epoch },
        },
        word: { kind: 'give', right: 'break-glass', giving: givingOf(card, terms, until, nodeIds) },
      }
    }
    case 'resolve': {
      const { to, until = null, inFavourOf } = request
      const terms = termsOf(to, request)
      const disputedEpoch = disputedEpochOf(book, domainId)
      return {
        decided: {
          type: 'ibcf.authority.resolved.v1',
          data: { ...terms, masterId: to.masterId, until, disputedEpoch, inFavourOf },
          epoch: under,
          statement: statementFor('resolution', to, until, request.quorum ?? null),
        },
        word: { kind: 'resolve', disputedEpoch, inFavourOf, giving: givingOf(to, terms, until, null) },
      }
    }
    case 'claim': {
      const { delegationId, reason } = request
      const delegation = findAct(book, domainId, delegationId)
      const epoch = (delegation?.epoch ?? 0) + 1
      const until = delegation?.word.kind === 'delegate' ? delegation.word.until : null
      const terms = { ...termsOf(card, { cut: request.cut }), epoch, reason }
      return {
        decided: {
          type: 'ibcf.authority.claimed.v1',
          data: { ...terms, delegationId },
          epoch,
          statement: { ...statementFor('claim', card, until, null), epoch },
        },
        word: { kind: 'claim', delegationId, giving: givingOf(card, terms, null, null) },
      }
    }
    case 'delegate': {
      const { to, rank, until } = request
      const { masterId, level, keyId, publicKey } = to
      const { master } = statementFor('grant', to, until, null)
      return {
        decided: {
          type: 'ibcf.authority.delegated.v1',
          data: { masterId, level, keyId, publicKey, rank, until },
          epoch: under,
          statement: { v: 1, kind: 'delegation', domainId, parentId, epoch: under, master, until },
        },
        word: { kind: 'delegate', masterId, level, rank, until, publicKey },
      }
    }
    case 'release': {
      const { inherit, reason } = request
      const epoch = holderOf(book, domainId).epoch ?? 0
      return {
        decided: { type: 'ibcf.authority.released.v1', data: { epoch, inherit, reason }, epoch, statement: null },
        word: { kind: 'release', epoch, inherit },
      }
    }
    case 'lapse': {
      const { masterId } = request
      const epoch = holderOf(book, domainId).epoch ?? 0
      return {
        decided: { type: 'ibcf.authority.lapsed.v1', data: { masterId, epoch }, epoch: under, statement: null },
        word: { kind: 'lapse', masterId, epoch },
      }
    }
    case 'review': {
      const { eventId, verdict, findings } = request
      return {
        decided: {
          type: 'ibcf.authority.reviewed.v1',
          data: { reviewedEventId: eventId, verdict, findings },
          epoch: under,
          statement: null,
        },
        word: { kind: 'review', reviewedEventId: eventId, verdict },
      }
    }
  }
}

type GivenTerms = {
  level: MasterLevel
  epoch: number
  keyId: string
  publicKey: string
  incarnation: string | null
  quorum: Quorum | null
  cut: Head[]
  onContest?: ContestRule
  reason?: string
}

function givingOf({ masterId, level }: MasterCard, terms: GivenTerms, until: string | null, nodeIds: readonly string[] | null): Giving {
  const { epoch, incarnation, quorum, cut } = terms
  return { masterId, level, epoch, until, incarnation, quorum, onContest: terms.onContest ?? null, cut, nodeIds }
}

/** Under which epoch this master speaks of the domain, by preference as the holder of the one above; and the next free one. */
function epochsFor(book: AuthorityBook, masterId: string, domainId: string): { readonly under: number; readonly next: number } {
  const line = chroniclesOf(book, { domainId })
  const ownEpoch = line[0]?.pages.at(-1)?.epoch ?? 0
  const source = governing(line)
  const sourceEpoch = source?.pages.at(-1)?.epoch ?? 0
  const over = governing(line.slice(1))?.pages.at(-1)
  const isOver = over?.tenures.some(({ giving, ended }) => giving.masterId === masterId && ended === null) ?? false
  const under = isOver && over !== undefined ? over.epoch : sourceEpoch
  return { under, next: Math.max(ownEpoch, isOver ? under : 0, source === line[0] ? 0 : sourceEpoch) + 1 }
}

function disputedEpochOf(book: AuthorityBook, domainId: string): number {
  return holderOf(book, domainId).disputes.findLast(({ settled }) => settled === null)?.epoch ?? 0
}

function findAct(book: AuthorityBook, domainId: string, eventId: string): AuthorityAct | undefined {
  for (const id of lineOf(book, domainId)) {
    const found = book.record(id)?.acts.find((act) => act.eventId === eventId)
    if (found !== undefined) return found
  }
  return undefined
}
