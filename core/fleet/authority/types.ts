/** Authority as plain values: the acts that are held about a domain, and what follows from them. */
import type { MasterLevel } from '../node/node-record.ts'
import type { ContestRule, Quorum } from './events.ts'

export type Head = { readonly log: string; readonly seq: number; readonly head: string }

export type Right = 'root' | 'grant' | 'claim' | 'resolution' | 'break-glass'

/** Giving a domain to a master, whatever the right is. */
export type Giving = {
  readonly masterId: string
  readonly level: MasterLevel
  readonly epoch: number
  readonly until: string | null
  readonly incarnation: string | null
  readonly quorum: Quorum | null
  readonly onContest: ContestRule | null
  readonly cut: readonly Head[]
  /** Null is the whole domain. */
  readonly nodeIds: readonly string[] | null
  /** Base64: what the master that it is given to signs with, as far as that was said. */
  readonly publicKey?: string | undefined
  /** Of glass that was broken at a node: which breaking it was, as the node signed it. */
  readonly glassId?: string | undefined
}

export type AuthorityWord =
  | { readonly kind: 'give'; readonly right: 'root' | 'grant' | 'break-glass'; readonly giving: Giving }
  | { readonly kind: 'claim'; readonly delegationId: string; readonly giving: Giving }
  /** What nobody holds the event of any more, and a node showed as it was signed ([AU24]). */
  | { readonly kind: 'witness'; readonly right: 'grant' | 'claim' | 'resolution' | 'break-glass'; readonly giving: Giving }
  | { readonly kind: 'resolve'; readonly disputedEpoch: number; readonly inFavourOf: string; readonly giving: Giving }
  | {
      readonly kind: 'delegate'
      readonly masterId: string
      readonly level: MasterLevel
      readonly rank: number
      readonly until: string | null
      readonly publicKey: string
    }
  | { readonly kind: 'release'; readonly epoch: number; readonly inherit: boolean }
  | { readonly kind: 'lapse'; readonly masterId: string; readonly epoch: number }
  | { readonly kind: 'review'; readonly reviewedEventId: string; readonly verdict: 'upheld' | 'withdrawn' }
  /** Marked critical, of a type that is not known here. */
  | { readonly kind: 'unknown-critical'; readonly type: string }

/** One event about the authority over one domain, as far as it matters. */
export type AuthorityAct = {
  readonly eventId: string
  readonly domainId: string
  readonly issuerId: string
  readonly incarnation: string
  /** Its place in its log; no two events have the same. */
  readonly log: string
  readonly seq: number
  readonly hlc: string
  readonly time: string
  readonly actor: string | null
  /** The epoch under which the issuer says it. */
  readonly epoch: number
  /** Public keys whose signature under the act's statement was checked. */
  readonly approvedBy: readonly string[]
  readonly word: AuthorityWord
}

/** All acts about one domain, each once, in the order of their places. A set: how they came makes no difference ([AU1]). */
export type AuthorityRecord = { readonly acts: readonly AuthorityAct[] }

export type DomainPlace = {
  readonly parentId: string | null
  /** The master whose event made the domain. */
  readonly founderId: string | null
}

/** What is held of all domains; lookups, so that a judgement reads no more than the line of domains it needs. */
export type AuthorityBook = {
  readonly record: (domainId: string) => AuthorityRecord | undefined
  readonly place: (domainId: string) => DomainPlace | undefined
  /** Incarnations of the master that were opened after a restore: they hold nothing that was not given to them by name. */
  readonly restored: (masterId: string) => readonly string[]
  /** Public keys of the node, base64. */
  readonly nodeKeys: (nodeId: string) => readonly string[]
}

/** A master's hold on a domain at one epoch, found valid. */
export type Tenure = {
  readonly act: AuthorityAct
  readonly right: Right
  readonly giving: Giving
  /** Of a claim, the rank of its delegation; of what was given, 0. */
  readonly rank: number
  /** `mended` and `overtaken` are of glass that was broken at a node: it was looked into, or the domain has a later epoch. */
  readonly ended: 'released' | 'lapsed' | 'mended' | 'overtaken' | null
}

/** How one epoch of a domain stands. */
export type EpochOutcome =
  | { readonly kind: 'sole'; readonly masterId: string }
  | { readonly kind: 'settled'; readonly masterId: string; readonly rule: 'level' | 'rank' }
  | { readonly kind: 'contested'; readonly masterIds: readonly string[] }
  | { readonly kind: 'vacant'; readonly why: 'released' | 'lapsed' }
  | { readonly kind: 'inherits' }

export type EpochPage = {
  readonly epoch: number
  readonly tenures: readonly Tenure[]
  readonly outcome: EpochOutcome
  /** The master in whose favour a contest of this epoch was decided afterwards. */
  readonly resolvedFor: string | null
}

/** An act that is held and has no effect, and why. */
export type RefusedAct = { readonly act: AuthorityAct; readonly code: string; readonly sentence: string }

export type Chronicle = {
  readonly domainId: string
  /** By epoch, ascending. Empty: the domain inherits, or nobody ever held it. */
  readonly pages: readonly EpochPage[]
  /** Of the node that was asked about: who was let command it at the node itself. It moves no epoch of the domain ([AU23]). */
  readonly local: readonly Tenure[]
  readonly refused: readonly RefusedAct[]
}
