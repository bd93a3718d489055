/**
 * Who held a domain at which epoch: worked out from the set of acts, ancestors first, epochs ascending, so that nothing depends on
 * the order in which the acts arrived ([AU1]). Whether an act counts depends only on domains above and on lower epochs of the same one.
 */
import { type Basis, type Candidate, judgeCandidate } from './basis.ts'
import { lineOf } from './line.ts'
import { endOfGlass } from './glass.ts'
import { findTenures, hlcMs } from './tenure.ts'
import { delegationOf, judgeWitnessed } from './witnessed.ts'
import type { AuthorityAct, AuthorityBook, Chronicle, DomainPlace, EpochOutcome, EpochPage, Giving, RefusedAct, Tenure } from './types.ts'

type ChronicleAsk = {
  readonly domainId: string
  /** Break-glass at single nodes counts where it names this one, and nowhere else. */
  readonly nodeId?: string | undefined
}

/** The whole line, the asked domain first, then its ancestors; each with its chronicle. */
export function chroniclesOf(book: AuthorityBook, { domainId, nodeId }: ChronicleAsk): readonly Chronicle[] {
  const fromTheTop: Chronicle[] = []
  for (const id of lineOf(book, domainId).toReversed()) fromTheTop.unshift(write(book, id, fromTheTop, nodeId))
  return fromTheTop
}

function write(book: AuthorityBook, domainId: string, above: readonly Chronicle[], nodeId: string | undefined): Chronicle {
  const acts = book.record(domainId)?.acts ?? []
  const place: DomainPlace = book.place(domainId) ?? { parentId: null, founderId: null }
  const refusals: RefusedAct[] = []
  const pages: EpochPage[] = []
  const candidates = acts
    .flatMap((act) => candidateOf(book, [domainId, ...above.map((over) => over.domainId)], act))
    .filter(({ giving }) => isInScope(giving, nodeId))
  const byEpoch = Map.groupBy(
    candidates.filter(({ giving }) => giving.nodeIds === null),
    ({ giving }) => giving.epoch,
  )
  for (const epoch of [...byEpoch.keys()].sort((a, b) => a - b)) {
    const tenures: Tenure[] = []
    for (const candidate of byEpoch.get(epoch) ?? []) {
      const verdict = judge({ book, place, acts, pages, above, beside: tenures }, candidate)
      if (!verdict.ok) refusals.push({ act: candidate.act, code: verdict.refusal.code, sentence: verdict.refusal.sentence })
      else tenures.push({ ...pick(candidate), rank: verdict.value, ended: endOf(candidate, acts, pages, above) })
    }
    if (tenures.length > 0) pages.push({ epoch, tenures, outcome: settle(tenures, acts, ruleBefore(pages, above)), resolvedFor: null })
  }
  const atNode = candidates.filter(({ giving }) => giving.nodeIds !== null)
  const local = atNode.length === 0 ? [] : writeLocal({ book, place, acts, pages, above, beside: [] }, domainId, atNode, refusals)
  return { domainId, pages: pages.map((page) => withResolution(page, pages)), local, refused: refusals }
}

/** What was done at the node itself, beside the epochs of the domain. */
function writeLocal(basis: Basis, domainId: string, candidates: readonly Candidate[], refusals: RefusedAct[]): readonly Tenure[] {
  return candidates.flatMap((candidate): Tenure[] => {
    const verdict = judge(basis, candidate)
    if (verdict.ok) {
      const ended = endOf(candidate, basis.acts, basis.pages, basis.above) ?? endOfGlass(basis, domainId, candidate)
      return [{ ...pick(candidate), rank: verdict.value, ended }]
    }
    refusals.push({ act: candidate.act, code: verdict.refusal.code, sentence: verdict.refusal.sentence })
    return []
  })
}

function judge(basis: Basis, candidate: Candidate): ReturnType<typeof judgeCandidate> {
  return candidate.act.word.kind === 'witness' ? judgeWitnessed(basis, candidate) : judgeCandidate(basis, candidate)
}

function pick({ act, right, giving }: Candidate): Pick<Tenure, 'act' | 'right' | 'giving'> {
  return { act, right, giving }
}

function candidateOf(book: AuthorityBook, line: readonly string[], act: AuthorityAct): Candidate[] {
  const { word } = act
  switch (word.kind) {
    case 'give':
      return [{ act, right: word.right, giving: word.giving, delegation: undefined }]
    case 'claim': {
      const delegation = line
        .flatMap((id) => book.record(id)?.acts ?? [])
        .find((known) => known.eventId === word.delegationId && known.word.kind === 'delegate')
      // A claim lasts as long as the delegation that it rests on.
      const until = delegation?.word.kind === 'delegate' ? delegation.word.until : null
      return [{ act, right: 'claim', giving: { ...word.giving, until }, delegation }]
    }
    case 'witness':
      return [{ act, right: word.right, giving: word.giving, delegation: delegationOf(book, line, act) }]
    case 'resolve':
      return [{ act, right: 'resolution', giving: word.giving, delegation: undefined }]
    default:
      return []
  }
}

function isInScope({ nodeIds }: Giving, nodeId: string | undefined): boolean {
  return nodeIds === null || (nodeId !== undefined && nodeIds.includes(nodeId))
}

/** Given up by the master itself, or run out by the word of one who may say so, on a clock that was past the date ([AU6]). */
function endOf(
  { act, giving }: Candidate,
  acts: readonly AuthorityAct[],
  pages: readonly EpochPage[],
  above: readonly Chronicle[],
): Tenure['ended'] {
  const isReleased = acts.some(
    ({ word, issuerId, incarnation }) =>
      word.kind === 'release' &&
      word.epoch === giving.epoch &&
      issuerId === giving.masterId &&
      (giving.incarnation === null || giving.incarnation === incarnation || act.incarnation === incarnation),
  )
  if (isReleased) return 'released'
  const { until } = giving
  if (until === null) return null
  const mayTell = (masterId: string): boolean => mayTellTime(masterId, giving, acts, pages, above)
  const isLapsed = acts.some(
    ({ word, hlc, issuerId, epoch }) =>
      word.kind === 'lapse' &&
      word.masterId === giving.masterId &&
      word.epoch === giving.epoch &&
      hlcMs(hlc) >= Date.parse(until) &&
      (mayTell(issuerId) || findTenures(above, issuerId, epoch).length > 0),
  )
  return isLapsed ? 'lapsed' : null
}

/** The holder itself, or one that it, or who held the domain before, named to claim it. */
function mayTellTime(
  masterId: string,
  giving: Giving,
  acts: readonly AuthorityAct[],
  pages: readonly EpochPage[],
  above: readonly Chronicle[],
): boolean {
  if (masterId === giving.masterId) return true
  return acts.some(({ word, issuerId, epoch }) => {
    if (word.kind !== 'delegate' || word.masterId !== masterId) return false
    if (issuerId === giving.masterId && epoch === giving.epoch) return true
    const isHeld = pages.some((page) => page.epoch === epoch && page.tenures.some((tenure) => tenure.giving.masterId === issuerId))
    return isHeld || findTenures(above, issuerId, epoch).length > 0
  })
}

type Rule = 'wait' | 'level' | 'rank'

/** What was said about contests by whoever held the domain, or the one above it, before ([AU8]). */
function ruleBefore(pages: readonly EpochPage[], above: readonly Chronicle[]): Rule {
  const own = pages.at(-1)
  const over = above.find((chronicle) => chronicle.pages.length > 0)?.pages.at(-1)
  const rules = [own, over].flatMap((page) => page?.tenures.map(({ giving }) => giving.onContest) ?? [])
  return rules.find((rule) => rule !== null) ?? 'wait'
}

const levelOrder = ['LOCAL', 'REGION', 'GLOBAL']

function settle(tenures: readonly Tenure[], acts: readonly AuthorityAct[], rule: Rule): EpochOutcome {
  const live = tenures.filter(({ ended }) => ended === null)
  const masterIds = [...new Set(live.map(({ giving }) => giving.masterId))].sort()
  const [only] = masterIds
  if (only === undefined) {
    const epoch = tenures[0]?.giving.epoch
    const isInherited = acts.some(
      ({ word, issuerId }) =>
        word.kind === 'release' &&
        word.epoch === epoch &&
        word.inherit &&
        tenures.some(({ giving, ended }) => ended === 'released' && giving.masterId === issuerId),
    )
    if (isInherited) return { kind: 'inherits' }
    return { kind: 'vacant', why: tenures.some(({ ended }) => ended === 'lapsed') ? 'lapsed' : 'released' }
  }
  if (masterIds.length === 1) return { kind: 'sole', masterId: only }
  if (rule === 'wait') return { kind: 'contested', masterIds }
  const measure = ({ giving, rank }: Tenure): number => (rule === 'level' ? -levelOrder.indexOf(giving.level) : rank)
  const best = Math.min(...live.map(measure))
  const winners = [...new Set(live.filter((tenure) => measure(tenure) === best).map(({ giving }) => giving.masterId))]
  const [winner] = winners
  if (winner === undefined || winners.length > 1) return { kind: 'contested', masterIds }
  return { kind: 'settled', masterId: winner, rule }
}

/** The lowest place wins if it was resolved twice, which takes two masters above that disagree. */
function withResolution(page: EpochPage, pages: readonly EpochPage[]): EpochPage {
  if (page.outcome.kind !== 'contested') return page
  for (const { tenures } of pages) {
    for (const { act } of tenures) {
      if (act.word.kind === 'resolve' && act.word.disputedEpoch === page.epoch) return { ...page, resolvedFor: act.word.inFavourOf }
    }
  }
  return page
}
