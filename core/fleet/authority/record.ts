/** From events to the record of a domain's authority: a set of acts, each once, in one order whatever the order they came in ([AU1]). */
import type { DecisionData } from '../decisions.ts'
import type { EventEnvelope } from '../../kernel/event.ts'
import type { ContestRule, Envelope, Quorum } from './events.ts'
import { type CheckSignature, type GrantStatement, openStatement, signersOf } from './statement.ts'
import type { AuthorityAct, AuthorityRecord, AuthorityWord, Giving, Head } from './types.ts'

/** An event as it lies in the log that holds it. */
export type HeldEvent = {
  readonly event: EventEnvelope
  readonly log: { readonly name: string; readonly origin: string; readonly incarnation: string; readonly domain: string }
  readonly seq: number
}

export const emptyRecord: AuthorityRecord = { acts: [] }

/**
 * What the event says about authority, or undefined when it says nothing of it. `isKnown` tells whether this version knows the type
 * of an event: one that is marked critical and is not known freezes the domain ([AU13]). Signatures of named keys are checked here,
 * once, so that everything after it is plain comparison.
 */
export function readAuthorityAct(held: HeldEvent, check: CheckSignature, isKnown: (type: string) => boolean): AuthorityAct | undefined {
  const word = wordOf(held.event, isKnown)
  if (word === undefined) return undefined
  const { event, log, seq } = held
  return {
    eventId: event.id,
    domainId: word.kind === 'unknown-critical' ? (event.domain ?? log.domain) : event.subject,
    issuerId: log.origin,
    incarnation: log.incarnation,
    log: log.name,
    seq,
    hlc: event.hlc,
    time: event.time,
    actor: event.actor ?? null,
    epoch: event.epoch ?? 0,
    approvedBy: approvalsOf(event, word, check),
    word,
  }
}

/** The record with one more act. Taking the same one in twice changes nothing. */
export function recordAct(record: AuthorityRecord, act: AuthorityAct): AuthorityRecord {
  const at = record.acts.findIndex((known) => compareActs(known, act) >= 0)
  const next = record.acts[at]
  if (next === undefined) return { acts: [...record.acts, act] }
  if (compareActs(next, act) === 0) return record
  return { acts: [...record.acts.slice(0, at), act, ...record.acts.slice(at)] }
}

/** By place: the log, then the number in it. */
export function compareActs(a: AuthorityAct, b: AuthorityAct): number {
  if (a.log !== b.log) return a.log < b.log ? -1 : 1
  return a.seq - b.seq
}

function wordOf(event: EventEnvelope, isKnown: (type: string) => boolean): AuthorityWord | undefined {
  switch (event.type) {
    case 'ibcf.authority.granted.v1': {
      const data = event.data as DecisionData<'ibcf.authority.granted.v1'>
      return { kind: 'give', right: data.right, giving: { ...givingOf(data, data.masterId, data.until), ...glassOf(data) } }
    }
    case 'ibcf.authority.claimed.v1': {
      const data = event.data as DecisionData<'ibcf.authority.claimed.v1'>
      return { kind: 'claim', delegationId: data.delegationId, giving: givingOf(data, masterOf(event.source), null) }
    }
    case 'ibcf.authority.witnessed.v1':
      return witnessOf(event)
    case 'ibcf.authority.resolved.v1': {
      const data = event.data as DecisionData<'ibcf.authority.resolved.v1'>
      const { disputedEpoch, inFavourOf } = data
      return { kind: 'resolve', disputedEpoch, inFavourOf, giving: givingOf(data, data.masterId, data.until) }
    }
    case 'ibcf.authority.delegated.v1': {
      const { masterId, level, rank, until, publicKey } = event.data as DecisionData<'ibcf.authority.delegated.v1'>
      return { kind: 'delegate', masterId, level, rank, until, publicKey }
    }
    case 'ibcf.authority.released.v1': {
      const { epoch, inherit } = event.data as DecisionData<'ibcf.authority.released.v1'>
      return { kind: 'release', epoch, inherit }
    }
    case 'ibcf.authority.lapsed.v1': {
      const { masterId, epoch } = event.data as DecisionData<'ibcf.authority.lapsed.v1'>
      return { kind: 'lapse', masterId, epoch }
    }
    case 'ibcf.authority.reviewed.v1': {
      const { reviewedEventId, verdict } = event.data as DecisionData<'ibcf.authority.reviewed.v1'>
      return { kind: 'review', reviewedEventId, verdict }
    }
    default:
      return event.critical === true && !isKnown(event.type) ? { kind: 'unknown-critical', type: event.type } : undefined
  }
}

type Terms = {
  readonly level: Giving['level']
  readonly epoch: number
  readonly incarnation?: string | null | undefined
  readonly publicKey?: string | undefined
  readonly quorum?: Quorum | null | undefined
  readonly onContest?: ContestRule | undefined
  readonly cut?: readonly Head[] | undefined
  readonly nodeIds?: readonly string[] | undefined
}

function givingOf(terms: Terms, masterId: string, until: string | null): Giving {
  return {
    masterId,
    level: terms.level,
    epoch: terms.epoch,
    until,
    incarnation: terms.incarnation ?? null,
    quorum: terms.quorum ?? null,
    onContest: terms.onContest ?? null,
    cut: terms.cut ?? [],
    nodeIds: terms.nodeIds ?? null,
    ...(terms.publicKey === undefined ? {} : { publicKey: terms.publicKey }),
  }
}

/** Glass at a node has its own way in, and a founding nobody has to be told of. */
function witnessOf(event: EventEnvelope): AuthorityWord | undefined {
  const { statement: envelope } = event.data as DecisionData<'ibcf.authority.witnessed.v1'>
  const opened = openStatement(envelope)
  if (!opened.ok || opened.value.kind !== 'grant') return undefined
  const { right, master, until, glass, domainId, ...terms } = opened.value
  if (domainId !== event.subject || right === 'root' || glass !== undefined) return undefined
  return { kind: 'witness', right, giving: givingOf({ ...terms, ...master }, master.masterId, until) }
}

function glassOf({ statement, nodeIds }: DecisionData<'ibcf.authority.granted.v1'>): Pick<Giving, 'glassId'> {
  const opened = statement === undefined || nodeIds === undefined ? undefined : openStatement(statement)
  return opened?.ok === true && opened.value.kind === 'grant' && opened.value.glass !== undefined
    ? { glassId: opened.value.glass.glassId }
    : {}
}

/** `urn:ibcf:master:<ulid>`: a claim is for whoever makes it. */
function masterOf(source: string): string {
  return source.slice(source.lastIndexOf(':') + 1)
}

/** The named keys that signed the statement, if it says what the event says. */
function approvalsOf(event: EventEnvelope, word: AuthorityWord, check: CheckSignature): readonly string[] {
  if (word.kind !== 'give' && word.kind !== 'resolve' && word.kind !== 'witness') return []
  const { statement: envelope, approvals = [] } = event.data as {
    readonly statement?: Envelope
    readonly approvals?: readonly { readonly publicKey: string }[]
  }
  if (envelope === undefined || approvals.length === 0) return []
  const opened = openStatement(envelope)
  if (!opened.ok || opened.value.kind !== 'grant') return []
  if (opened.value.domainId !== event.subject || termsOf(opened.value) !== termsOf(statementTerms(word.giving))) return []
  return signersOf(
    envelope,
    approvals.map(({ publicKey }) => publicKey),
    check,
  )
}

type StatedTerms = Pick<GrantStatement, 'epoch' | 'until' | 'quorum'> & {
  readonly master: Pick<GrantStatement['master'], 'masterId' | 'level' | 'incarnation'>
}

function statementTerms({ masterId, level, epoch, until, incarnation, quorum }: Giving): StatedTerms {
  return { epoch, until, quorum, master: { masterId, level, incarnation } }
}

/** Signatures given to one grant are worth nothing for another: whatever decides has to be the same. */
function termsOf({ epoch, until, quorum, master }: StatedTerms): string {
  const keys = quorum === null ? [] : [quorum.threshold, ...quorum.keys.map(({ publicKey }) => publicKey)]
  return JSON.stringify([epoch, until, keys, master.masterId, master.level, master.incarnation])
}
