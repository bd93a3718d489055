/**
 * Authority folds first ([PJ9]): whether a decision has effect is judged by what is held about authority (fleet/authority). What
 * authority itself is made of - the acts on it, the tree of domains, the lives of masters - is taken as it is held, and everything else
 * is judged by that.
 */
import { kindOfDecision } from '../../fleet/authority/decision-kinds.ts'
import { createAuthorityJudge } from '../../fleet/authority/judge.ts'
import type { Effect } from '../../fleet/authority/may-decide.ts'
import type { AuthorityBook } from '../../fleet/authority/types.ts'
import { placementAhead } from '../../fleet/authority/may-decide.ts'
import { isPlaceKnown, type Place, placeTypes } from '../../fleet/node/place.ts'
import type { EventEnvelope } from '../../kernel/event.ts'
import { formatLogId, type LogId } from '../../log/log-id.ts'
import { type Effective, isUnknownCritical } from './effective.ts'

/** What authority is made of is not judged: what it is judged by would depend on the order in which it came. */
export function isBasis(event: Pick<EventEnvelope, 'type' | 'critical'> | undefined): boolean {
  if (event === undefined) return false
  const { type } = event
  if (type === 'ibcf.domain.created.v1' || type === 'ibcf.incarnation.opened.v1') return true
  return type.startsWith('ibcf.authority.') || isUnknownCritical(event)
}

/** Did this master, in this life of it, hold this domain at this epoch? */
export type Question = {
  readonly domain: string
  readonly origin: string
  readonly incarnation: string
  readonly epoch: number
  /** Where glass was broken at a node: the node that it is about ([AU23]). */
  readonly node?: string
}

/** Why a decision has no effect; `held` may have some later. */
export type Powerless = Exclude<Effect, { readonly effect: 'yes' }>

export type Judge = {
  /** What the decision is judged by; as `questionOf`, with the node where glass was broken at it. */
  readonly questionFor: (input: Pick<Effective, 'event' | 'stream' | 'stored'>) => Question | undefined
  readonly isNamed: (domain: string, node: string) => boolean
  /** `place`: where the node that it is about is known to be and to have been; null of what is no node. */
  readonly effectOf: (question: Question, input: Effective, place: Place | null) => Effect
  /** It was master of record when it wrote this, wherever a node was. */
  readonly holds: (question: Question, input: Pick<Effective, 'event' | 'stored'>) => boolean
  /** Where the text is the same, everything that the question was asked for is judged as before. */
  readonly ruleOf: (question: Question) => string
  /** After the basis changed, or may have. */
  readonly forget: () => void
}

/** What a decision is judged by. Facts, what authority is made of, and what a master says of itself are not judged: undefined. */
export function questionOf({ event, stream, stored }: Pick<Effective, 'event' | 'stream' | 'stored'>): Question | undefined {
  const { origin, incarnation, domain } = stored.log
  if (stream === 'facts' || isBasis(event) || (event.subject as string) === (origin as string)) return undefined
  return { domain: event.domain ?? domain, origin, incarnation, epoch: event.epoch ?? 0 }
}

/** Moves are judged by what they say themselves; commands by the node that they are for, and by it again where they are carried out. */
export function isPlaced({ event }: Pick<Effective, 'event'>): boolean {
  const { type, placement = 0 } = event
  return placement > 0 && !type.startsWith('ibcf.command.') && !isPlaceType(type)
}

export function isPlaceType(type: string): boolean {
  return (placeTypes as readonly string[]).includes(type)
}

/** True for everything that is not judged. */
export function hasEffect(judge: Judge, input: Effective, place: Place | null): boolean {
  const question = judge.questionFor(input)
  return question === undefined || judge.effectOf(question, input, place).effect === 'yes'
}

/**
 * Answers are remembered until `forget`: the same master writes in the same domain at the same epoch many times. `headOf`: how far a log
 * is held. `commandOf`: for which node a command was issued, and by whom.
 */
export function createJudge(
  book: AuthorityBook,
  headOf: (log: string) => number,
  commandOf: (command: string) => { readonly nodeId: string; readonly masterId: string } | undefined = () => undefined,
): Judge {
  const judge = createAuthorityJudge(book)
  const texts = new Map<string, string>()
  const ruleFor = ({ domain, origin, incarnation, epoch, node: nodeId }: Question) =>
    judge.ruleFor({ domainId: domain, masterId: origin, incarnation, epoch, nodeId })
  return {
    isNamed: judge.isNamed,
    questionFor: (input) => {
      const question = questionOf(input)
      const node = question === undefined ? undefined : nodeOf(input, commandOf)
      return question === undefined || node === undefined || !judge.isNamed(question.domain, node) ? question : { ...question, node }
    },
    effectOf: (question, input, place) => {
      const { event, stored } = input
      if (
        isPlaced(input) &&
        !isPlaceKnown(place, { domainId: question.domain, placement: event.placement ?? 0 }, judge.changesOf(question.domain))
      )
        return placementAhead
      return ruleFor(question).judge({
        masterId: question.origin,
        epoch: question.epoch,
        kind: kindOfDecision(event.type, event.data),
        written: { log: nameOfLog(stored.log), seq: stored.seq, hlc: event.hlc },
      })
    },
    holds: (question, { event, stored }) =>
      ruleFor(question).judge({
        masterId: question.origin,
        epoch: question.epoch,
        kind: 'other',
        written: { log: nameOfLog(stored.log), seq: stored.seq, hlc: event.hlc },
      }).effect === 'yes',
    ruleOf: (question) => {
      const name = nameOf(question)
      const known = texts.get(name)
      if (known !== undefined) return known
      const rule = ruleFor(question).textFor((log, seq) => headOf(log) > seq)
      const changes = judge.changesOf(question.domain)
      const text = changes === 0 ? rule : `${changes} ${rule}`
      texts.set(name, text)
      return text
    },
    forget: () => {
      judge.forget()
      texts.clear()
    },
  }
}

const logNames = new WeakMap<LogId, string>()

/** The store hands out one object for a run of events. */
function nameOfLog(log: LogId): string {
  const known = logNames.get(log)
  if (known !== undefined) return known
  const name = formatLogId(log)
  logNames.set(log, name)
  return name
}

export function nameOf({ domain, origin, incarnation, epoch, node = '' }: Question): string {
  return `${domain}/${origin}/${incarnation}/${epoch}/${node}`
}

/**
 * The node that a decision is about. Where a node is and with which keys is judged by the domain alone, since broken glass rests on it; what is
 * decided about a command later is about the node of the command only where the same master issued it, so that it is known before.
 */
function nodeOf(
  { event, stored }: Pick<Effective, 'event' | 'stored'>,
  commandOf: (command: string) => { readonly nodeId: string; readonly masterId: string } | undefined,
): string | undefined {
  if (isPlaceType(event.type) || event.type === 'ibcf.key.replaced.v1') return undefined
  if (!event.type.startsWith('ibcf.command.')) return event.subject
  if (event.type === 'ibcf.command.issued.v1') return event.data['nodeId'] as string | undefined
  const command = commandOf(event.subject)
  return command?.masterId === (stored.log.origin as string) ? command.nodeId : undefined
}
