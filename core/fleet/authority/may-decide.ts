/** Whether a decision has effect: trust decides that, never what is stored (design 2, Convergence). */
import { chroniclesOf } from './chronicle.ts'
import { type DecisionKind, isRestricting } from './decision-kinds.ts'
import { compareDecisions, freezingActs } from './freeze.ts'
import { findTenures, type FoundTenure, governing, hlcMs, isOfLife } from './tenure.ts'
import type { AuthorityAct, AuthorityBook, Chronicle, EpochPage } from './types.ts'

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
 * The same for the same acts held, in whatever order they came. Codes, held: PLACEMENT_AHEAD, CONTESTED, FROZEN; no:
 * AUTHORITY_NOT_HELD, LIFE_WRONG, CONTEST_LOST, OVERTAKEN, RELEASED, GRANT_RUN_OUT, EPOCH_OVERTAKEN.
 */
export function mayDecide(book: AuthorityBook, ask: DecisionAsk): Effect {
  return mayDecideIn(book, chroniclesOf(book, ask), ask)
}

/** The same where the chronicles of the domain's line are at hand. */
export function mayDecideIn(book: AuthorityBook, line: readonly Chronicle[], ask: DecisionAsk): Effect {
  if (ask.placement !== undefined && ask.placement.decided > ask.placement.known) {
    return held(
      'PLACEMENT_AHEAD',
      'It was decided after a move of the node that is not known here.',
      'It counts once the move has arrived.',
    )
  }
  const effects = findTenures(line, ask.masterId, ask.epoch).map((found) => effectUnder(book, line, found, ask))
  const best = effects.find(({ effect }) => effect === 'yes') ?? effects.find(({ effect }) => effect === 'held') ?? effects[0]
  if (best !== undefined) return best
  return no(
    'AUTHORITY_NOT_HELD',
    `The master did not hold the domain at epoch ${ask.epoch}.`,
    'A grant, a delegated claim or broken glass would give it the domain at the next epoch.',
  )
}

function effectUnder(book: AuthorityBook, line: readonly Chronicle[], found: FoundTenure, ask: DecisionAsk): Effect {
  const ended = endedBefore(book, found, ask) ?? (ask.written === undefined ? overtakenNow(line, found) : undefined)
  if (ended !== undefined) return ended
  if (isRestricting(ask.kind)) return yes
  return contestOf(found.page, ask.masterId) ?? frozen(book, line, ask) ?? yes
}

function endedBefore(book: AuthorityBook, { chronicle, page, tenures }: FoundTenure, ask: DecisionAsk): Effect | undefined {
  const living = tenures.filter((tenure) => isOfLife(book, tenure, ask.incarnation))
  if (living.length === 0) {
    return no(
      'LIFE_WRONG',
      'The master was restored since it was given the domain; its new life holds nothing of the old one.',
      'Give the domain to the restored master, let it claim by delegation, or break glass.',
    )
  }
  const { written } = ask
  const inTime = living.filter(
    ({ giving, ended }) =>
      giving.until === null || (written === undefined ? ended !== 'lapsed' : hlcMs(written.hlc) <= Date.parse(giving.until)),
  )
  if (inTime.length === 0) return no('GRANT_RUN_OUT', 'The grant had run out.', 'A new grant at the next epoch.')
  if (written === undefined) {
    return inTime.every(({ ended }) => ended !== null)
      ? no('RELEASED', 'The master gave the domain up.', 'A new grant at the next epoch.')
      : undefined
  }
  const acts = book.record(chronicle.domainId)?.acts ?? []
  const isReleased = acts.some(({ word, ...act }) => word.kind === 'release' && word.epoch === page.epoch && isBefore(act, written))
  if (isReleased)
    return no('RELEASED', 'The master had given the domain up before it decided that.', 'The master that holds the domain now decides it.')
  return isCutOff(chronicle, page, written)
    ? no('OVERTAKEN', 'Another master held the domain by then.', 'The master that holds the domain now decides it.')
    : undefined
}

function isBefore(act: Pick<AuthorityAct, 'log' | 'seq'>, written: { readonly log: string; readonly seq: number }): boolean {
  return act.log === written.log && act.seq < written.seq
}

/** Written after the master's own handover, or past the point that a later holder named as the last one it goes by ([AU10]). */
function isCutOff({ pages }: Chronicle, { epoch }: EpochPage, written: { readonly log: string; readonly seq: number }): boolean {
  return pages.some(
    (later) =>
      later.epoch > epoch &&
      later.tenures.some(
        ({ act, giving }) => isBefore(act, written) || giving.cut.some(({ log, seq }) => log === written.log && seq < written.seq),
      ),
  )
}

/** What is decided now is decided by who holds it now. */
function overtakenNow(line: readonly Chronicle[], { chronicle, page }: FoundTenure): Effect | undefined {
  const source = governing(line)
  if (source === chronicle && source.pages.at(-1) === page) return undefined
  return no('EPOCH_OVERTAKEN', 'A later epoch is held by now.', 'The master that holds the domain now decides it.')
}

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

function frozen(book: AuthorityBook, line: readonly Chronicle[], { masterId, epoch, written }: DecisionAsk): Effect | undefined {
  const [first] = freezingActs(book, line)
  if (first === undefined) return undefined
  const isAfter = written === undefined || compareDecisions({ epoch, hlc: written.hlc, masterId }, first) > 0
  if (!isAfter) return undefined
  return held(
    'FROZEN',
    `This version does not know what "${first.type}" means, and it is marked critical: nothing after it counts here.`,
    'Bring this master up to a version that knows the type.',
  )
}

function held(code: string, sentence: string, wouldAllow: string): Effect {
  return { effect: 'held', code, sentence, wouldAllow }
}

function no(code: string, sentence: string, wouldAllow: string): Effect {
  return { effect: 'no', code, sentence, wouldAllow }
}
