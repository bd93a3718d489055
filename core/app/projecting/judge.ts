/**
 * Authority folds first ([PJ9]): a decision has effect only if the master that wrote it held the domain at the epoch it names. What
 * authority itself is made of - grants and the tree of domains - is folded as it is held, and everything else is judged by that.
 */
import type { AuthorityState, HeldGrant } from '../../projections/authority.ts'
import type { DomainState } from '../../projections/domains.ts'
import type { Effective } from './effective.ts'
import { msOf } from './fold.ts'

/** Types that authority is made of. They are not judged: what they are judged by would depend on the order in which they came. */
export function isBasis(type: string): boolean {
  return type === 'ibcf.domain.created.v1' || type.startsWith('ibcf.authority.')
}

export type Basis = {
  readonly authority: (domain: string) => AuthorityState | undefined
  readonly domain: (domain: string) => DomainState | undefined
}

/** Did this master, in this life of it, hold this domain at this epoch? */
export type Question = { readonly domain: string; readonly origin: string; readonly incarnation: string; readonly epoch: number }

/** For ever, as an instant in milliseconds that fits every place it is kept in. */
export const forever = Number.MAX_SAFE_INTEGER

export type Judge = {
  /** Until when, in milliseconds of the master's own clock; -1 for not at all. */
  readonly heldUntil: (question: Question) => number
  /** After the basis changed, or may have. */
  readonly forget: () => void
}

/** What a decision is judged by. Facts, what authority is made of, and what a master says of itself are not judged: undefined. */
export function questionOf({ event, stream, stored }: Effective): Question | undefined {
  const { origin, incarnation, domain } = stored.log
  if (stream === 'facts' || isBasis(event.type) || (event.subject as string) === (origin as string)) return undefined
  return { domain: event.domain ?? domain, origin, incarnation, epoch: event.epoch ?? 0 }
}

/** True for everything that is not judged. */
export function hasEffect(judge: Judge, input: Effective): boolean {
  const question = questionOf(input)
  return question === undefined || msOf(input.event.hlc) <= judge.heldUntil(question)
}

/** Answers are remembered until `forget`: the same master writes in the same domain at the same epoch many times. */
export function createJudge(basis: Basis): Judge {
  const remembered = new Map<string, number>()
  return {
    heldUntil: (question) => {
      const name = nameOf(question)
      const known = remembered.get(name)
      if (known !== undefined) return known
      const until = holdsUntilMs(basis, question)
      remembered.set(name, until)
      return until
    },
    forget: () => remembered.clear(),
  }
}

export function nameOf({ domain, origin, incarnation, epoch }: Question): string {
  return `${domain}/${origin}/${incarnation}/${epoch}`
}

/** The life of the master that it was given to; undefined for whichever one. */
function livesOf(grant: HeldGrant & { readonly incarnation?: string | null }): string | undefined {
  return grant.incarnation ?? undefined
}

/**
 * By the nearest domain, upwards, that was granted to anybody ([QY3]); an epoch lower than all of its grants is from before it was granted
 * apart, when the domain above it was the one that counted.
 */
function holdsUntilMs(basis: Basis, { domain, origin, incarnation, epoch }: Question): number {
  const seen = new Set<string>()
  for (let id: string | null = domain; id !== null && !seen.has(id); ) {
    seen.add(id)
    const grants: AuthorityState['grants'] = basis.authority(id)?.grants ?? []
    const own = grants.filter(
      (grant) => grant.masterId === origin && grant.epoch === epoch && (livesOf(grant) ?? incarnation) === incarnation,
    )
    if (own.length > 0) return Math.max(...own.map(({ until }) => (until === null ? forever : Date.parse(until))))
    if (grants.some((grant) => grant.epoch <= epoch)) return -1
    id = basis.domain(id)?.parentId ?? null
  }
  return -1
}
