/** What a person can ask of the authority over a domain, and what it becomes. */
import type { DecisionData } from '../decisions.ts'
import type { MasterLevel } from '../node/node-record.ts'
import type { ContestRule, Quorum } from './events.ts'
import type { DelegationStatement, GrantStatement } from './statement.ts'
import type { Head } from './types.ts'

/** Who a master is to others. `incarnation` is null in its first life. */
export type MasterCard = {
  readonly masterId: string
  readonly level: MasterLevel
  readonly keyId: string
  readonly publicKey: string
  readonly incarnation: string | null
}

export type Decider = {
  readonly card: MasterCard
  /** The incarnation that its logs bear. */
  readonly incarnation: string
  /** The clock value the event will have, and its instant. */
  readonly hlc: string
  readonly time: string
  readonly actor: string | null
}

export type Terms = {
  readonly until?: string | null | undefined
  readonly quorum?: Quorum | null | undefined
  readonly onContest?: ContestRule | undefined
  readonly cut?: readonly Head[] | undefined
  readonly reason?: string | undefined
}

export type AuthorityRequest =
  | ({ readonly kind: 'grant'; readonly domainId: string; readonly to: MasterCard } & Terms)
  | { readonly kind: 'delegate'; readonly domainId: string; readonly to: MasterCard; readonly rank: number; readonly until: string | null }
  | {
      readonly kind: 'claim'
      readonly domainId: string
      readonly delegationId: string
      readonly reason: string
      readonly cut?: readonly Head[]
    }
  | ({
      readonly kind: 'break-glass'
      readonly domainId: string
      readonly nodeIds: readonly string[] | null
      readonly reason: string
    } & Terms)
  | ({ readonly kind: 'resolve'; readonly domainId: string; readonly inFavourOf: string; readonly to: MasterCard } & Terms)
  | { readonly kind: 'release'; readonly domainId: string; readonly inherit: boolean; readonly reason: string }
  | { readonly kind: 'lapse'; readonly domainId: string; readonly masterId: string }
  | {
      readonly kind: 'review'
      readonly domainId: string
      readonly eventId: string
      readonly verdict: 'upheld' | 'withdrawn'
      readonly findings: string
    }

type DataOf = {
  readonly [Type in
    | 'ibcf.authority.granted.v1'
    | 'ibcf.authority.delegated.v1'
    | 'ibcf.authority.claimed.v1'
    | 'ibcf.authority.resolved.v1'
    | 'ibcf.authority.released.v1'
    | 'ibcf.authority.lapsed.v1'
    | 'ibcf.authority.reviewed.v1']: { readonly type: Type; readonly data: DecisionData<Type> }
}

export type DecidedAuthority = DataOf[keyof DataOf] & {
  /** What the envelope of the event has to say. */
  readonly epoch: number
  /** To be signed for the nodes, by whoever has to agree; null where nodes need not know. */
  readonly statement: GrantStatement | DelegationStatement | null
}
