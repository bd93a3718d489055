/** Whether a decision has effect: trust decides that, never what is stored (design 2, Convergence). */
import { chroniclesOf } from './chronicle.ts'
import { type DecisionKind, isRestricting } from './decision-kinds.ts'
import { findLocal, localTenures } from './glass.ts'
import { compareDecisions, type Freeze, freezingActs } from './freeze.ts'
import { findTenures, type FoundTenure, governing, hlcMs, isOfLife } from './tenure.ts'
import type { AuthorityBook, Chronicle, EpochPage } from './types.ts'

export type DecisionAsk = {
  readonly masterId: string
  readonly incarnation: string
  readonly epoch: number
  readonly domainId: string
  /** The node that it is about, when it is about one. */
  readonly nodeId?: string | undefined
  /** Raised by each move of the node or change of inheritance ([AU14]); of the decision, and as this place knows it now. */
  readonly placement?: { readonly decided: number; readonly known: number } | undefined
  readonly kind: DecisionKind
  /** Where it was written. Absent: it is about to be, after everything that is held. */
  readonly written?: { readonly log: string; readonly seq: number; readonly hlc: string } | undefined
}

export type Effect =
  | { readonly effect: 'yes' }
  /** `held` may have effect later, `no` never will. */
  | { readonly effect: 'held' | 'no'; readonly code: string; readonly sentence: string; readonly wouldAllow: string }

const yes: Effect = { effect: 'yes' }

/**
 * The same for the same acts held, in whatever order they came. Codes, held: PLACEMENT_AHEAD, CONTESTED, FROZEN; no: GLASS_BROKEN, GLASS_MENDED,
 * AUTHORITY_NOT_HELD, LIFE_WRONG, CONTEST_LOST, OVERTAKEN, RELEASED, GRANT_RUN_OUT, EPOCH_OVERTAKEN.
 */
export function mayDecide(book: AuthorityBook, ask: DecisionAsk): Effect {
  return prepareRule(book, chroniclesOf(book, ask), ask).judge(ask)
}

/** What is the same for everything that one master decides in one life, domain and epoch. */
export type Rule = {
  readonly judge: (ask: Pick<DecisionAsk, 'masterId' | 'epoch' | 'placement' | 'kind' | 'written'>) => Effect
  /**
   * Rules of equal text judge everything that is held alike. `isPassed` tells whether more of a log is held than up to that number: what
   * nobody wrote yet needs no rule.
   */
  readonly textFor: (isPassed: (log: string, seq: number) => boolean) => string
}

/** Works the rule out from the chronicles of the domain's line, so that many decisions can be judged by it. */
export function prepareRule(
  book: AuthorityBook,
  line: readonly Chronicle[],
  { masterId, incarnation, epoch }: Pick<DecisionAsk, 'masterId' | 'incarnation' | 'epoch'>,
): Rule {
  const atNode = localTenures(line)
  const elsewhere = atNode.length > 0 && !atNode.some(({ giving }) => giving.masterId === masterId && giving.epoch === epoch)
  const holds = [
    ...findTenures(line, masterId, epoch).map((found) => ({
      ...prepareHold(book, line, found, masterId, incarnation),
      isGlassBroken: atNode.length > 0,
    })),
    ...findLocal(line, masterId, epoch).map((found) => ({
      ...prepareHold(book, line, found, masterId, incarnation),
      isInForce: !elsewhere,
      isLocal: true,
    })),
  ]
  const [freeze] = freezingActs(book, line)
  const judge: Rule['judge'] = (ask) => {
    const { placement, kind, written } = ask
    if (placement !== undefined && placement.decided > placement.known) {
      return placementAhead
    }
    let best: Effect | undefined
    for (const hold of holds) {
      const effect = effectUnder(hold, freeze, kind, written, ask)
      if (effect.effect === 'yes') return effect
      if (best === undefined || (best.effect === 'no' && effect.effect === 'held')) best = effect
    }
    return (
      best ??
      no(
        'AUTHORITY_NOT_HELD',
        `The master did not hold the domain at epoch ${epoch}.`,
        'A grant, a delegated claim or broken glass would give it the domain at the next epoch.',
      )
    )
  }
  const applies = holds.length === 0 ? null : (freeze ?? null)
  return { judge, textFor: (isPassed) => JSON.stringify([holds.map((hold) => describeHold(hold, isPassed)), applies]) }
}

function describeHold(
  { isOfThisLife, untilMs, releasedFrom, overtakenFrom, contest }: Hold,
  isPassed: (log: string, seq: number) => boolean,
): readonly unknown[] {
  const passed = (from: ReadonlyMap<string, number>) =>
    [...from].filter(([log, seq]) => isPassed(log, seq)).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const until = untilMs === Number.POSITIVE_INFINITY ? 'for ever' : untilMs
  return [isOfThisLife, until, passed(releasedFrom), passed(overtakenFrom), contest ?? null]
}

type Hold = {
  readonly isOfThisLife: boolean
  /** Milliseconds; infinite for a hold without a date. */
  readonly untilMs: number
  readonly isLapsed: boolean
  readonly isEnded: boolean
  /** By log: from which number on what it wrote there has no effect any more. */
  readonly releasedFrom: ReadonlyMap<string, number>
  readonly overtakenFrom: ReadonlyMap<string, number>
  readonly isInForce: boolean
  /** It was given to it at the node itself. */
  readonly isLocal: boolean
  /** Another was let command the node at the node itself. */
  readonly isGlassBroken: boolean
  readonly contest: Effect | undefined
}

function prepareHold(
  book: AuthorityBook,
  line: readonly Chronicle[],
  { chronicle, page, tenures }: FoundTenure,
  masterId: string,
  incarnation: string,
): Hold {
  const living = tenures.filter((tenure) => isOfLife(book, tenure, incarnation))
  // Another life of the master decides nothing under it, and still bears witness until its date.
  const untils = (living.length > 0 ? living : tenures).map(({ giving }) =>
    giving.until === null ? Number.POSITIVE_INFINITY : Date.parse(giving.until),
  )
  const source = governing(line)
  const releasedFrom = new Map<string, number>()
  for (const { word, log, seq } of book.record(chronicle.domainId)?.acts ?? []) {
    if (word.kind === 'release' && word.epoch === page.epoch) lower(releasedFrom, log, seq)
  }
  return {
    isOfThisLife: living.length > 0,
    untilMs: Math.max(...untils, Number.NEGATIVE_INFINITY),
    isLapsed: living.every(({ ended }) => ended === 'lapsed'),
    isEnded: living.every(({ ended }) => ended !== null),
    releasedFrom,
    overtakenFrom: overtakenFrom(chronicle, page),
    isInForce: source === chronicle && source.pages.at(-1) === page,
    isLocal: false,
    isGlassBroken: false,
    contest: contestOf(page, masterId),
  }
}

/** After the master's own handover, or past the point that a later holder named as the last one it goes by ([AU10]). */
function overtakenFrom({ pages }: Chronicle, { epoch }: EpochPage): ReadonlyMap<string, number> {
  const from = new Map<string, number>()
  for (const later of pages.filter((page) => page.epoch > epoch)) {
    for (const { act, giving } of later.tenures) {
      lower(from, act.log, act.seq)
      for (const { log, seq } of giving.cut) lower(from, log, seq)
    }
  }
  return from
}

function lower(from: Map<string, number>, log: string, seq: number): void {
  from.set(log, Math.min(from.get(log) ?? seq, seq))
}

function effectUnder(
  hold: Hold,
  freeze: Freeze | undefined,
  kind: DecisionKind,
  written: DecisionAsk['written'],
  who: Pick<DecisionAsk, 'masterId' | 'epoch'>,
): Effect {
  if (!hold.isOfThisLife && kind !== 'witness') return lifeWrong
  if (written === undefined) {
    // What is decided now is decided by who holds it now.
    if (hold.isLapsed) return runOut
    if (hold.isEnded) return hold.isLocal ? glassMended : givenUp
    if (!hold.isInForce) return laterEpoch
    if (hold.isGlassBroken && !isRestricting(kind) && kind !== 'witness') return glassBroken
  } else {
    if (hold.untilMs < Number.POSITIVE_INFINITY && hlcMs(written.hlc) > hold.untilMs) return runOut
    if (written.seq > (hold.releasedFrom.get(written.log) ?? Number.POSITIVE_INFINITY)) return givenUp
    if (written.seq > (hold.overtakenFrom.get(written.log) ?? Number.POSITIVE_INFINITY)) return overtaken
  }
  if (isRestricting(kind) || kind === 'witness') return yes
  return hold.contest ?? (freeze === undefined ? yes : frozen(freeze, written, who))
}

/** What was decided about a node where, or after what, it is not known to have been moved ([AU14]). */
export const placementAhead = held(
  'PLACEMENT_AHEAD',
  'It was decided after a move of the node that is not known here.',
  'It counts once the move has arrived.',
)
const decideElsewhere = 'The master that holds the domain now decides it.'
const lifeWrong = no(
  'LIFE_WRONG',
  'The master was restored since it was given the domain; its new life holds nothing of the old one.',
  'Give the domain to the restored master, let it claim by delegation, or break glass.',
)
const runOut = no('GRANT_RUN_OUT', 'The grant had run out.', 'A new grant at the next epoch.')
const glassBroken = no(
  'GLASS_BROKEN',
  'A person at the node let another master command it; the node obeys that one alone.',
  'Look into the broken glass (review), or give the domain at the next epoch: either ends it.',
)
const glassMended = no(
  'GLASS_MENDED',
  'What was broken at the node has ended: somebody looked into it, or the domain has a later epoch.',
  'The master of record decides it.',
)
const givenUp = no('RELEASED', 'The master had given the domain up.', decideElsewhere)
const overtaken = no('OVERTAKEN', 'Another master held the domain by then.', decideElsewhere)
const laterEpoch = no('EPOCH_OVERTAKEN', 'A later epoch is held by now.', decideElsewhere)

function contestOf({ outcome, resolvedFor, epoch }: EpochPage, masterId: string): Effect | undefined {
  if (outcome.kind === 'settled') return outcome.masterId === masterId ? undefined : lost()
  if (outcome.kind !== 'contested') return undefined
  if (resolvedFor !== null) return resolvedFor === masterId ? undefined : lost()
  return held(
    'CONTESTED',
    `Two masters claim the domain at epoch ${epoch}.`,
    'It counts once the contest is resolved for this master; quarantine, revocation, cancelling and pausing count already.',
  )
}

function lost(): Effect {
  return no(
    'CONTEST_LOST',
    'The contest for that epoch was decided for another master.',
    'The master that holds the domain now decides it.',
  )
}

function frozen(freeze: Freeze, written: DecisionAsk['written'], { masterId, epoch }: Pick<DecisionAsk, 'masterId' | 'epoch'>): Effect {
  const isAfter = written === undefined || compareDecisions({ epoch, hlc: written.hlc, masterId }, freeze) > 0
  if (!isAfter) return yes
  return held(
    'FROZEN',
    `This version does not know what "${freeze.type}" means, and it is marked critical: nothing after it counts here.`,
    'Bring this master up to a version that knows the type.',
  )
}

function held(code: string, sentence: string, wouldAllow: string): Effect {
  return { effect: 'held', code, sentence, wouldAllow }
}

function no(code: string, sentence: string, wouldAllow: string): Effect {
  return { effect: 'no', code, sentence, wouldAllow }
}
