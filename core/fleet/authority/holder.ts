/** Who is master here, since when, by what right, and who disagrees. */
import type { MasterLevel } from '../node/node-record.ts'
import { chroniclesOf } from './chronicle.ts'
import { freezingActs } from './freeze.ts'
import { isReviewOf, localTenures, nodesWithGlass } from './glass.ts'
import { governing } from './tenure.ts'
import type { AuthorityBook, Chronicle, EpochPage, RefusedAct, Right, Tenure } from './types.ts'

export type Claimant = {
  readonly masterId: string
  readonly incarnation: string | null
  readonly level: MasterLevel
  readonly right: Right
  readonly since: string
  readonly until: string | null
  /** The act that gave it: what there is to look at. */
  readonly eventId: string
}

export type Dispute = {
  readonly epoch: number
  readonly claimants: readonly Claimant[]
  /** Who has it after all, and through what; null while it waits. */
  readonly settled: { readonly masterId: string; readonly by: 'level' | 'rank' | 'release' | 'resolution' | 'later-epoch' } | null
}

/** A broken glass that nobody has looked into yet ([AU11]). */
export type Debt = {
  readonly eventId: string
  readonly masterId: string
  readonly epoch: number
  readonly since: string
  /** Where it was broken at single nodes; null is the whole domain. */
  readonly nodeIds: readonly string[] | null
}

export type Holder = {
  readonly standing: 'held' | 'contested' | 'nobody'
  /** The seed's field: the level of the holder. */
  readonly masterOfRecord: MasterLevel | null
  readonly masterId: string | null
  readonly incarnation: string | null
  readonly epoch: number | null
  readonly since: string | null
  readonly until: string | null
  readonly right: Right | null
  /** The domain that it was given for; another than the asked one is inherited from. */
  readonly grantedAtDomainId: string | null
  /** The holder first; of a contest all parties, by id. */
  readonly claimants: readonly Claimant[]
  readonly disputes: readonly Dispute[]
  readonly debts: readonly Debt[]
  /** An event marked critical that this version does not know. */
  readonly frozenBy: { readonly eventId: string; readonly type: string } | null
  /** Held without effect, with the reason. */
  readonly refused: readonly RefusedAct[]
  /** One sentence. */
  readonly why: string
}

/** `nodeId` counts in what was done at that node itself. */
export function holderOf(book: AuthorityBook, domainId: string, nodeId?: string): Holder {
  const line = chroniclesOf(book, { domainId, nodeId })
  const source = governing(line)
  const page = source?.pages.at(-1)
  const common = {
    grantedAtDomainId: source?.domainId ?? null,
    epoch: page?.epoch ?? null,
    disputes: source === undefined ? [] : disputesOf(source),
    debts: allDebts(book, line, domainId),
    frozenBy: freezingActs(book, line)[0] ?? null,
    refused: line[0]?.refused ?? [],
  }
  if (source === undefined || page === undefined) return { ...common, ...nobody, why: 'Nobody was ever given this domain.' }
  const atNode = localTenures(line)
  if (atNode.length > 0) return { ...common, ...heldAtNode(atNode, domainId) }
  const live = page.tenures.filter(({ ended }) => ended === null)
  const { outcome } = page
  switch (outcome.kind) {
    case 'sole':
    case 'settled': {
      const mine = live.filter(({ giving }) => giving.masterId === outcome.masterId)
      const [holding] = mine
      if (holding === undefined) return { ...common, ...nobody, why: 'Nobody holds this domain.' }
      const others = live.filter(({ giving }) => giving.masterId !== outcome.masterId)
      return {
        ...common,
        ...describe(holding),
        masterOfRecord: holding.giving.level,
        standing: 'held',
        claimants: distinct([...mine, ...others]),
        why: whyHeld(holding, source.domainId !== domainId, outcome.kind === 'settled'),
      }
    }
    case 'contested':
      return {
        ...common,
        ...nobody,
        standing: 'contested',
        claimants: distinct(live).toSorted((a, b) => (a.masterId < b.masterId ? -1 : 1)),
        why: `${outcome.masterIds.length} masters claim it at epoch ${page.epoch}; what restricts holds, the rest waits until it is resolved.`,
      }
    case 'vacant':
      return {
        ...common,
        ...nobody,
        why: outcome.why === 'lapsed' ? 'The last grant ran out; nobody was given a new one.' : 'Its last holder gave it up.',
      }
    case 'inherits':
      return { ...common, ...nobody, why: 'It was given back to the domain above, which nobody holds.' }
  }
}

/** At the node itself, whoever holds the domain; two at once are a contest. */
function heldAtNode(
  tenures: readonly Tenure[],
  domainId: string,
): Pick<Holder, 'epoch' | 'grantedAtDomainId' | 'standing' | 'masterOfRecord' | 'claimants' | 'why'> & ReturnType<typeof describeOrNobody> {
  const claimants = distinct(tenures)
  const [first] = tenures
  const only = claimants.length === 1 ? first : undefined
  return {
    ...describeOrNobody(only),
    epoch: Math.max(...tenures.map(({ giving }) => giving.epoch)),
    grantedAtDomainId: domainId,
    standing: only === undefined ? 'contested' : 'held',
    masterOfRecord: only?.giving.level ?? null,
    claimants: claimants.toSorted((a, b) => (a.masterId < b.masterId ? -1 : 1)),
    why:
      only === undefined
        ? `${claimants.length} masters were let command this node at the node itself; what restricts holds, the rest waits.`
        : `A person at the node let it command this node alone, on ${only.act.time}, until somebody has looked into that.`,
  }
}

function describeOrNobody(tenure: Tenure | undefined): Pick<Holder, 'masterId' | 'incarnation' | 'since' | 'until' | 'right'> {
  if (tenure !== undefined) return describe(tenure)
  const { masterId, incarnation, since, until, right } = nobody
  return { masterId, incarnation, since, until, right }
}

const nobody = {
  standing: 'nobody' as const,
  masterOfRecord: null,
  masterId: null,
  incarnation: null,
  since: null,
  until: null,
  right: null,
  claimants: [],
}

function describe({ act, right, giving }: Tenure): Claimant {
  const { masterId, incarnation, level, until } = giving
  return { masterId, incarnation, level, right, since: act.time, until, eventId: act.eventId }
}

/** Each master once, by its first act. */
function distinct(tenures: readonly Tenure[]): readonly Claimant[] {
  const claimants = new Map<string, Claimant>()
  for (const tenure of tenures) {
    if (!claimants.has(tenure.giving.masterId)) claimants.set(tenure.giving.masterId, describe(tenure))
  }
  return [...claimants.values()]
}

function disputesOf({ pages }: Chronicle): readonly Dispute[] {
  return pages.flatMap((page, at) => {
    const claimants = distinct(page.tenures)
    if (claimants.length < 2) return []
    return [{ epoch: page.epoch, claimants, settled: settledBy(page, pages[at + 1]) }]
  })
}

function settledBy({ outcome, resolvedFor }: EpochPage, next: EpochPage | undefined): Dispute['settled'] {
  if (resolvedFor !== null) return { masterId: resolvedFor, by: 'resolution' }
  if (outcome.kind === 'settled') return { masterId: outcome.masterId, by: outcome.rule }
  if (outcome.kind === 'sole') return { masterId: outcome.masterId, by: 'release' }
  const [later] = next?.tenures ?? []
  return later === undefined ? null : { masterId: later.giving.masterId, by: 'later-epoch' }
}

/** Also of the glass that was broken at single nodes: it is loud wherever the domain is shown. */
function allDebts(book: AuthorityBook, line: readonly Chronicle[], domainId: string): readonly Debt[] {
  const nodeIds = [...new Set(line.flatMap((chronicle) => nodesWithGlass(book, chronicle.domainId)))]
  const lines = [line, ...nodeIds.map((nodeId) => chroniclesOf(book, { domainId, nodeId }))]
  const debts = lines.flatMap((one) => one.flatMap((_, at) => debtsOf(book, one.slice(at))))
  return [...new Map(debts.map((debt) => [debt.eventId, debt])).values()].toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1))
}

/** Of the first domain of the line; paid by the review of another person, at a master that held the domain. */
function debtsOf(book: AuthorityBook, line: readonly Chronicle[]): readonly Debt[] {
  const [chronicle] = line
  if (chronicle === undefined) return []
  const { domainId, pages, local } = chronicle
  const reviews = (book.record(domainId)?.acts ?? []).filter(({ word }) => word.kind === 'review')
  return [...pages.flatMap(({ tenures }) => tenures), ...local]
    .filter(({ right, act }) => right === 'break-glass' && !reviews.some((review) => isReviewOf(line, review, act)))
    .map(({ act, giving }) => ({
      eventId: act.eventId,
      masterId: giving.masterId,
      epoch: giving.epoch,
      since: act.time,
      nodeIds: giving.nodeIds,
    }))
}

const rights: Readonly<Record<Right, string>> = {
  root: 'It founded the domain',
  grant: 'It was given the domain',
  claim: 'It claimed the domain by delegation',
  resolution: 'A contest was resolved for it',
  'break-glass': 'It took the domain by breaking glass',
}

function whyHeld({ right, act }: Tenure, isInherited: boolean, isSettled: boolean): string {
  const where = isInherited ? ', in the domain above' : ''
  return `${rights[right]}${where} on ${act.time}${isSettled ? '; the rule for contests decided for it' : ''}.`
}
