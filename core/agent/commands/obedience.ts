/** The node's end of the line of commands: one question that stays open at the master, and the work on what it answered ([CM19]). */
import { signedStatement } from '../../contract/gateway/statement.ts'
import type { Clock, Scheduler, Transport } from '../../kernel/ports.ts'
import type { NodeId } from '../../kernel/ids.ts'
import type { Store } from '../../store/open.ts'
import { createGatewayClient, type Failure } from '../gateway-client.ts'
import type { Journal } from '../journal.ts'
import { createLinkMeter } from '../link-meter.ts'
import type { Executor } from './executor.ts'
import { fetchContent } from './fetch-content.ts'

export type Obedience = {
  /** Does what can be done, and fetches what it needs for the rest. */
  readonly obey: (token: string) => Promise<Failure | undefined>
  /**
   * Asks for commands, unless it is asking; what comes is taken in at once. A master that holds no question open is asked once for
   * each contact, `contactMs` apart.
   */
  readonly ask: (token: string, contactMs: number) => void
}

export type ObedienceParts = {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly store: Store
  readonly nodeId: NodeId
  readonly transport: Transport
  readonly timeoutMs: number
  readonly journal: Journal
  readonly executor: Executor
  readonly between: () => Promise<Failure | undefined>
  /** The master asked to be left alone for so long. */
  readonly busyFor: (ms: number) => void
  /** Something came, or the line is free again: the conversation goes on at once. */
  readonly wake: () => void
  readonly isClosed: () => boolean
  readonly survive: (error: unknown) => void
}

const waitSeconds = 20
/**
 * An answer without content that came sooner than this was not held open, whatever of it the link took: the next question waits for the
 * next contact. By the second it would be asked over and over where the link is slow.
 */
const heldAtLeastMs = waitSeconds * 750
const beatEveryMs = 1000
const busyAtLeastMs = 1000

export function createObedience(parts: ObedienceParts): Obedience {
  const { clock, scheduler, store, nodeId, transport, timeoutMs, journal, executor, between, busyFor, wake, isClosed, survive } = parts
  // Its own meter: how long a question is held open says nothing about the link.
  const client = createGatewayClient(transport, clock, createLinkMeter(), timeoutMs + waitSeconds * 1000)
  let askedWith: string | undefined
  let nextAt: number | undefined
  const disbelieved = new Set<string>()

  const answered = async (token: string, contactMs: number): Promise<void> => {
    const askedAt = clock.monotonic()
    const answer = await client.ask(signedStatement.nullable(), { method: 'GET', path: `/v1/commands?wait=${waitSeconds}`, token })
    if (askedWith === token) askedWith = undefined
    const isBusy = answer.kind === 'problem' && answer.status === 429
    const named = answer.kind === 'ok' ? undefined : answer.retryAfterMs
    if (isBusy || named !== undefined) busyFor(named ?? busyAtLeastMs)
    if (isClosed() || answer.kind !== 'ok') return
    if (answer.value === null) {
      if (clock.monotonic() - askedAt >= heldAtLeastMs) wake()
      else nextAt = askedAt + contactMs
      return
    }
    const taken = executor.take(answer.value)
    if (taken.ok) {
      // What is only told again waits for the next turn: its receipt is on the way, or cannot get through.
      if (taken.value.isNew) wake()
      return
    }
    const { refusal } = taken
    if (disbelieved.has(refusal.code)) return
    disbelieved.add(refusal.code)
    journal.record([
      {
        type: 'ibcf.alarm.raised.v1',
        data: { name: 'commands-not-believed', severity: 'warning', detail: `${refusal.sentence} (${refusal.code})` },
      },
    ])
  }

  /** A program that takes long to come up does not silence the heartbeat. */
  const workBetweenBeats = async (): Promise<Failure | undefined> => {
    let isDone = false
    const done = executor.work().finally(() => {
      isDone = true
    })
    // Where the link fails first, what fails here fails again when it is tried again, and is dealt with then.
    done.catch(() => undefined)
    for (;;) {
      await Promise.race([done, pause(scheduler, beatEveryMs)])
      if (isDone) return undefined
      const failure = await between()
      if (failure !== undefined) return failure
    }
  }

  return {
    obey: async (token) => {
      const hindrance = await workBetweenBeats()
      if (hindrance !== undefined) return hindrance
      for (const wanted of executor.wanted()) {
        let failure: Failure | undefined
        const mayGoOn = async (): Promise<boolean> => {
          failure = await between()
          return failure === undefined
        }
        const fetched = await fetchContent({ store, nodeId, transport, timeoutMs, mayGoOn }, token, wanted)
        if (fetched === 'not-the-content') executor.contentIsWrong(wanted.digest)
        if (failure !== undefined) return failure
        if (fetched === 'here') failure = await workBetweenBeats()
        if (failure !== undefined) return failure
      }
      return undefined
    },
    ask: (token, contactMs) => {
      if (askedWith === token || (nextAt !== undefined && clock.monotonic() < nextAt)) return
      nextAt = undefined
      askedWith = token
      answered(token, contactMs).catch(survive)
    },
  }
}

function pause({ after }: Scheduler, ms: number): Promise<void> {
  return new Promise((resolve) => {
    after(ms, resolve)
  })
}
