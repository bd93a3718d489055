/**
 * The conversation with the master, one step after another: greet, enrol, attach, heartbeats and uploads, and the return after a
 * time alone. Each step can be broken off at any point, by a dead link or a dead process, and is begun again from what is remembered.
 */
import { heartbeatAnswer, type HeartbeatRequest } from '../contract/gateway/heartbeat.ts'
import { signedStatement } from '../contract/gateway/statement.ts'
import { upstreamAway } from '../contract/relay-link.ts'
import { parseLogId } from '../log/log-id.ts'
import type { AgentState, Difficulty } from './config.ts'
import type { Custody } from './custody.ts'
import { takeUpDesired } from './desired.ts'
import { type Failure, stopping } from './gateway-client.ts'
import { learnAuthority, obeyedBy } from './authority.ts'
import { attach, authorityParts, enrol, greet, type Greeting, type JoiningParts } from './joining.ts'
import type { LinkMeter } from './link-meter.ts'
import type { Observer } from './observer.ts'
import { backoffMs, notBefore, spread } from './pace.ts'
import type { Obedience } from './commands/obedience.ts'
import type { Proving } from './proving.ts'
import type { Regard } from './regard.ts'
import { countersign, openReturn, replay, type ReturnSession } from './returning.ts'
import { failuresUntilAlone, type Solitude } from './solitude.ts'
import type { Workload } from './workload.ts'

export type Contact = {
  /** Does what is due and answers how long to wait before the next step, milliseconds; undefined = never again. */
  readonly step: () => Promise<number | undefined>
  /** A heartbeat, if one is due: long uploads call it between their pieces. */
  readonly beat: () => Promise<Failure | undefined>
  /** Nothing is amiss: new events may be sent as they come. */
  readonly isAtEase: () => boolean
}

export type ContactParts = JoiningParts & {
  readonly observer: Observer
  readonly proving: Proving
  readonly obedience: Obedience
  readonly solitude: Solitude
  readonly regard: Regard
  readonly meter: LinkMeter
  readonly workload: Workload
  readonly custody: Custody
  readonly changeState: (state: AgentState, difficulty?: Difficulty) => void
  /** The state stays, but not all is well. */
  readonly worry: (difficulty: Difficulty) => void
}

/** However rarely a node means to be heard, it looks for its lost master at least this often. */
const longestBackoffMs = 60_000
/** Desired state is asked for with heartbeats, but no more often than this. */
const desiredEveryMs = 10_000
/** A quarantined node whose master still wants it to return waits this long: only a person can change the verdict. */
const quarantinedPauseMs = 60_000

/** Whoever answers there is not the master that the node obeys: as good as nobody. */
const notObeyed: ReadonlySet<string> = new Set(['MASTER_KEY_CHANGED', 'EPOCH_STALE', 'EPOCH_CONTESTED'])

/** The master answers, and can keep nothing that it is given ([GW16]). */
const keepsNothing: ReadonlySet<string> = new Set(['STORE_FULL', 'STORE_READ_ONLY', 'STORE_IO_FAILED'])

/** Answers of one who does not know the node, or its token. */
const strangerStatuses: readonly number[] = [401, 403, 404]

type Stage =
  | { readonly kind: 'greeting' }
  | { readonly kind: 'enrolling'; readonly greeting: Greeting }
  | { readonly kind: 'attaching' }
  | { readonly kind: 'attached'; readonly token: string }
  | { readonly kind: 'returning' }
  | { readonly kind: 'locking'; readonly session: ReturnSession }
  | { readonly kind: 'replaying'; readonly session: ReturnSession }

export function createContact(parts: ContactParts): Contact {
  const {
    ports,
    config,
    client,
    memory,
    journal,
    uploader,
    observer,
    proving,
    obedience,
    solitude,
    regard,
    meter,
    workload,
    custody,
    via,
    changeState,
    worry,
  } = parts
  const startedAt = ports.clock.monotonic()
  /** Until the master says what it expects. */
  let contactMs = config.contactEverySeconds * 1000
  const patienceMs = Math.min(longestBackoffMs, Math.max(contactMs, 1000))
  let stage: Stage = { kind: 'greeting' }
  let askedPlacement = 0
  let askedEpoch: number | undefined
  let attempts = 0
  /** Pieces acknowledged when it last stumbled: a bad link that still gets something through is not left to rest. */
  let acknowledged = 0
  let beatDueAt = 0
  let desiredDueAt = 0
  /** Steps in a row that ended in silence. */
  let silences = 0
  let hasStumbled = false
  /** The last thing it was given was refused for want of room: that it answers otherwise does not make it one to rely on. */
  let isOutOfRoom = false
  /** The last answer was of a relay whose master is away. */
  let isRelayAlone = false
  /** Returns in a row that did not lead to an attachment. */
  let returns = 0

  const pauseMs = (): number => backoffMs(ports.random, attempts, patienceMs)

  /** A word of the master: solitude is over, unless the master still keeps nothing ([AG10]). Answers whether that is so. */
  const hear = (hasKept = uploader.acknowledged() > acknowledged): boolean => {
    isOutOfRoom &&= !hasKept
    if (isOutOfRoom) return false
    solitude.heard()
    attempts = 0
    return true
  }

  /** What a failure means for the stage, and how long to wait after it. */
  const stumble = (failure: Failure): number => {
    const { code, sentence } = failure
    isRelayAlone = code === upstreamAway
    // Nothing failed: the agent is being stopped, and what is not done yet is done after the next start.
    if (code === stopping.code) return 0
    const gotThrough = uploader.acknowledged() > acknowledged
    isOutOfRoom = keepsNothing.has(code) || (isOutOfRoom && !gotThrough)
    acknowledged = uploader.acknowledged()
    attempts = gotThrough ? 1 : attempts + 1
    if (gotThrough) silences = 0
    if (failure.kind === 'silent' || notObeyed.has(code)) {
      solitude.failed()
      silences++
      hasStumbled = true
      // One lost answer is asked for again. After several, who answers there now may be someone else.
      if (silences >= failuresUntilAlone) stage = { kind: 'greeting' }
      if (solitude.since() === undefined) worry({ code, sentence })
      else changeState('AUTONOMOUS', { code, sentence })
      // Of silences only a master that cannot work names a time.
      return failure.kind === 'silent' && failure.retryAfterMs !== undefined
        ? Math.max(pauseMs(), notBefore(ports.random, failure.retryAfterMs))
        : pauseMs()
    }
    if (code === 'RETURN_QUEUED') {
      // The master is there and names the time; its queue is no failure of the link, however long it is.
      hear()
      changeState('RETURNING', { code, sentence })
      return notBefore(ports.random, failure.retryAfterMs ?? patienceMs)
    }
    if (code === 'RETURN_REQUIRED') {
      stage = { kind: 'returning' }
      if (regard.isQuarantined()) return spread(ports.random, quarantinedPauseMs)
      return returns === 0 ? 0 : backoffMs(ports.random, returns, patienceMs)
    }
    const wait = Math.max(pauseMs(), failure.retryAfterMs ?? 0)
    if (stage.kind === 'enrolling' || (stage.kind === 'attached' && failure.status !== 401)) {
      worry({ code, sentence })
      return wait
    }
    // A token that is not known any more, a return that ended, a master that does not know the node: who answers there, and how it
    // sees the node, is asked from the beginning. Nobody who knows it is as good as nobody.
    if (strangerStatuses.includes(failure.status)) solitude.failed()
    stage = { kind: 'greeting' }
    changeState(solitude.since() === undefined ? 'CONNECTING' : 'AUTONOMOUS', { code, sentence })
    return wait
  }

  const showAttached = (): void => changeState(regard.isQuarantined() ? 'QUARANTINED' : 'ATTACHED')

  /** Under the signature of the heartbeat: what the answers on the way here said ([RY17]). */
  const toldHeads = (): NonNullable<HeartbeatRequest['told']> => {
    const incarnation = memory.get('incarnation')
    const own = Object.entries(memory.get('held') ?? {}).filter(([log]) => parseLogId(log).incarnation === incarnation)
    return own.map(([log, seq]) => ({ log, seq })).slice(0, 8)
  }

  const beat = async (): Promise<Failure | undefined> => {
    if (stage.kind !== 'attached' || ports.clock.monotonic() < beatDueAt) return undefined
    beatDueAt = ports.clock.monotonic() + contactMs
    const link = meter.read()
    const battery = workload.batteryPct()
    const [viaId] = via()
    const json: HeartbeatRequest = {
      sentAt: new Date(ports.clock.now()).toISOString(),
      uptimeSeconds: Math.round((ports.clock.monotonic() - startedAt) / 1000),
      health: observer.health(),
      version: workload.version(),
      backlogMessages: uploader.backlog(),
      ...(link === undefined ? {} : { link }),
      ...(battery === undefined ? {} : { batteryPct: battery }),
      ...(viaId === undefined ? {} : { viaId, told: toldHeads() }),
    }
    const answer = await client.ask(heartbeatAnswer, { method: 'POST', path: '/v1/heartbeat', token: stage.token, json })
    if (answer.kind !== 'ok') {
      // Asked again as soon as the pause after the failure is over.
      beatDueAt = 0
      return answer
    }
    const isHeard = hear()
    regard.hearTime(answer.value.now)
    const held = memory.get('fence')
    const isHigher = (answer.value.epoch ?? 0) > (held?.epoch ?? 0)
    // Behind what it signed itself: it was restored, and is shown once what it lost ([AU24]).
    const isBehind = answer.value.epoch !== undefined && answer.value.epoch < (held?.epoch ?? 0) && answer.value.epoch !== askedEpoch
    askedEpoch = answer.value.epoch
    const placement = answer.value.placement ?? 0
    // A move is asked for once: where none is shown, what the master desires raises the placement.
    // Where glass is broken it asks whether somebody has looked into it.
    if (isHigher || isBehind || memory.get('glass') !== undefined || (placement > (held?.placement ?? 0) && placement !== askedPlacement))
      await learn()
    askedPlacement = placement
    if (regard.hearPhase(answer.value)) stage = { kind: 'greeting' }
    else if (isHeard) showAttached()
    return answer.value.instruction === 'none' ? undefined : askedToReturn
  }

  /** The master says that its epoch rose, or that the node moved: nothing under it is obeyed before that was seen signed. */
  const learn = async (): Promise<void> => {
    const obeyed = obeyedBy(memory)
    if (!obeyed.ok) return
    const learnt = await learnAuthority(authorityParts(parts), client, obeyed.value)
    // It may have been told to obey another: who answers there is asked again.
    if (memory.get('approval')?.masterPublicKey !== obeyed.value.publicKey) stage = { kind: 'greeting' }
    else if (learnt.kind === 'refused') worry(learnt.refusal)
  }

  const lookAtDesired = async (token: string): Promise<Failure | undefined> => {
    const approval = memory.get('approval')
    if (approval === undefined || regard.isQuarantined() || ports.clock.monotonic() < desiredDueAt) return undefined
    desiredDueAt = ports.clock.monotonic() + Math.max(desiredEveryMs, contactMs)
    const answer = await client.ask(signedStatement.nullable(), { method: 'GET', path: '/v1/desired', token })
    if (answer.kind !== 'ok') return answer
    const hasChanged = answer.value !== null && takeUpDesired({ crypto: ports.crypto, journal, memory, workload }, approval, answer.value)
    if (hasChanged) {
      proving.prove(workload.restart(memory.get('desired')?.targetVersion ?? ''))
      observer.takeSnapshot()
    }
    return undefined
  }

  const live = async (token: string): Promise<number> => {
    const failure = (await beat()) ?? (await lookAtDesired(token)) ?? (await obedience.obey(token)) ?? (await sendRest(token))
    if (failure !== undefined) return stumble(failure)
    // Whatever there was to keep, the master has kept.
    if (isOutOfRoom && hear(true)) showAttached()
    // After what was received was told: the master then knows that it need not be handed over again.
    if (stage.kind === 'attached') obedience.ask(token, contactMs)
    return Math.max(0, beatDueAt - ports.clock.monotonic())
  }
  const sendRest = async (token: string): Promise<Failure | undefined> => {
    if (journal.unsigned() > 0) journal.sign()
    const pending = uploader.pending()
    return pending.length === 0 ? undefined : uploader.send(token, pending)
  }

  const step = async (): Promise<number | undefined> => {
    hasStumbled = false
    const waitMs = await takeStep()
    if (!hasStumbled) silences = 0
    if (isRelayAlone) await custody.visit()
    else if (!hasStumbled) custody.over()
    isRelayAlone = false
    return waitMs
  }
  const takeStep = async (): Promise<number | undefined> => {
    switch (stage.kind) {
      case 'greeting': {
        const greeting = await greet(parts)
        if (greeting.kind !== 'ok') return stumble(greeting)
        regard.hearTime(greeting.value.now)
        stage = memory.get('approval') === undefined ? { kind: 'enrolling', greeting: greeting.value } : { kind: 'attaching' }
        return 0
      }
      case 'enrolling': {
        changeState('ENROLLING')
        const enrolment = await enrol(parts, stage.greeting)
        if (enrolment.kind !== 'ok') return stumble(enrolment)
        const { status, reason } = enrolment.value
        if (status === 'REFUSED') {
          changeState('REFUSED', {
            code: 'ENROLMENT_REFUSED',
            sentence: `The master refused to let this node in: ${reason ?? 'no reason was given'}.`,
          })
          return undefined
        }
        attempts = status === 'APPROVED' ? 0 : attempts + 1
        if (status === 'APPROVED') stage = { kind: 'attaching' }
        return status === 'APPROVED' ? 0 : pauseMs()
      }
      case 'attaching': {
        const attachment = await attach(parts)
        if (attachment.kind !== 'ok') return stumble(attachment)
        returns = 0
        contactMs = Math.max(1000, attachment.value.contactEverySeconds * 1000)
        beatDueAt = 0
        desiredDueAt = 0
        stage = { kind: 'attached', token: attachment.value.token }
        const isHeard = hear()
        regard.hearPhase(attachment.value)
        regard.hearHeld(attachment.value.held)
        if (isHeard) showAttached()
        return 0
      }
      case 'attached':
        return live(stage.token)
      case 'returning': {
        changeState('RETURNING')
        const opened = await openReturn(parts)
        if (opened.kind !== 'ok') return stumble(opened)
        hear(true)
        stage = { kind: 'locking', session: opened.value }
        return 0
      }
      case 'locking': {
        const { session } = stage
        const locked = await countersign(parts, session)
        if (locked.kind !== 'ok') return stumble(locked)
        stage = { kind: 'replaying', session }
        return 0
      }
      case 'replaying': {
        changeState('REPLAYING')
        const verdict = await replay(parts, stage.session)
        if (verdict.kind !== 'ok') return stumble(verdict)
        returns++
        stage = { kind: 'attaching' }
        regard.hearPhase(verdict.value)
        const [reason] = verdict.value.reasons
        if (verdict.value.verdict === 'CLEAN' || reason === undefined) return 0
        changeState('QUARANTINED', reason)
        return pauseMs()
      }
    }
  }

  return { step, beat, isAtEase: () => stage.kind === 'attached' && attempts === 0 }
}

const askedToReturn: Failure = {
  kind: 'problem',
  status: 409,
  code: 'RETURN_REQUIRED',
  sentence: 'The master asks the node to return before anything else.',
  facts: {},
  retryAfterMs: undefined,
}
