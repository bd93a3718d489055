/**
 * The reference node agent: a store-and-forward process that observes, decides and records with or without a master, and loses
 * nothing on the way to one. All it needs of the world comes in: a thousand of them run in one process under a virtual clock.
 */
import { isAppError } from '../kernel/app-error.ts'
import type { Ports, Transport } from '../kernel/ports.ts'
import type { NodeId } from '../kernel/ids.ts'
import type { Store } from '../store/open.ts'
import type { AgentConfig, AgentState, AgentView, Difficulty } from './config.ts'
import { createContact } from './contact.ts'
import { createGatewayClient, type GatewayClient, stopping } from './gateway-client.ts'
import { loadIdentity } from './identity.ts'
import { openJournal } from './journal.ts'
import { createLinkMeter } from './link-meter.ts'
import { openMemory } from './memory.ts'
import { createObserver } from './observer.ts'
import { backoffMs, notBefore } from './pace.ts'
import { createSolitude } from './solitude.ts'
import { createUploader } from './upload.ts'
import type { Workload } from './workload.ts'

export type Agent = {
  readonly start: () => void
  /** Signs what is unsigned and leaves the store at rest; what was given in stays open. */
  readonly stop: () => Promise<void>
  readonly view: () => AgentView
}

export type AgentParts = {
  readonly ports: Ports
  readonly store: Store
  readonly transport: Transport
  readonly workload: Workload
  readonly config: AgentConfig
  /** Told of every change of state, mode, phase or difficulty. */
  readonly changed?: (view: AgentView) => void
}

/** The open tail is signed at least this often (design 3). */
const signEvery = { events: 64, ms: 5000 } as const
/** New events wait this long for company before they are sent. */
const sendAfterMs = 300
/** After the disk refused a write. */
const retryAfterMs = 5000
const mostPatience = 20

/** Throws Corrupt `IDENTITY_DAMAGED`, `AGENT_MEMORY_DAMAGED`, and what the store throws when it cannot be written. */
export function createAgent({ ports, store, transport, workload, config, changed }: AgentParts): Agent {
  const memory = openMemory(store.reader, store.transact)
  const identity = loadIdentity(ports, config.directory, memory.get('nodeId') as NodeId | undefined)
  const meter = createLinkMeter()
  const timers = new Map<string, () => void>()
  const interruptible = new Set<() => void>()
  let state: AgentState = 'CONNECTING'
  let difficulty: Difficulty | undefined
  let isStopped = false
  let told = ''
  let conversation: Promise<void> = Promise.resolve()
  let wake: () => void = () => undefined

  const tell = (): void => {
    const { state: its, mode, phase } = view()
    const line = JSON.stringify([its, mode, phase, difficulty])
    if (line === told) return
    told = line
    changed?.(view())
  }
  const changeState = (to: AgentState, why?: Difficulty): void => {
    ;[state, difficulty] = [to, why]
    tell()
  }
  const worry = (why: Difficulty): void => changeState(state, why)

  /** The environment's faults pass (a full disk is emptied); any other is ours or the disk's end, and is not worked around. */
  const survive = (error: unknown): void => {
    const code = isAppError(error) ? error.code : 'UNEXPECTED'
    const sentence = error instanceof Error ? error.message : String(error)
    if (isAppError(error) && error.kind === 'Unavailable') return worry({ code, sentence })
    ports.diagnostics.error(sentence, { code, stack: error instanceof Error ? (error.stack ?? null) : null })
    isStopped = true
    release()
    changeState('FAILED', { code, sentence })
  }
  const guarded = (act: () => void): void => {
    try {
      act()
    } catch (error) {
      survive(error)
    }
  }
  const set = (name: string, ms: number, act: () => void): void => {
    timers.get(name)?.()
    timers.set(
      name,
      ports.scheduler.after(ms, () => {
        timers.delete(name)
        if (!isStopped) guarded(act)
      }),
    )
  }
  const every = (name: string, ms: number, act: () => void): void => {
    set(name, ms, () => {
      every(name, ms, act)
      act()
    })
  }
  const release = (): void => {
    for (const cancel of timers.values()) cancel()
    timers.clear()
    for (const interrupt of [...interruptible]) interrupt()
  }
  /** Ends with the promise, or with `instead` when the agent is stopped: nobody waits for a dead link to time out. */
  const untilStopped = <T>(promise: Promise<T>, instead: T): Promise<T> =>
    new Promise((resolve, reject) => {
      const interrupt = (): void => resolve(instead)
      interruptible.add(interrupt)
      void promise.then(resolve, reject).finally(() => interruptible.delete(interrupt))
    })
  const pause = (ms: number): Promise<void> => {
    const waiting = new Promise<void>((resolve) => {
      wake = resolve
      set('pause', ms, resolve)
    })
    return untilStopped(waiting, undefined)
  }

  const journal = openJournal({
    ports,
    store,
    identity,
    memory,
    recorded: () => {
      if (journal.unsigned() >= signEvery.events) journal.sign()
      else if (!timers.has('sign')) set('sign', signEvery.ms, () => journal.sign())
      if (contact.isAtEase() && !timers.has('send')) set('send', sendAfterMs, () => contact.isAtEase() && wake())
    },
  })
  const client = patient(createGatewayClient(transport, ports.clock, meter, config.requestTimeoutMs))
  const uploader = createUploader({
    ports,
    store,
    journal,
    memory,
    client,
    between: async () => {
      if (isStopped) return stopping
      solitude.heard()
      return contact.beat()
    },
  })
  const solitude = createSolitude({ clock: ports.clock, memory, journal, budgetSeconds: config.autonomyBudgetSeconds })
  const observer = createObserver({
    journal,
    memory,
    solitude,
    meter,
    workload,
    reader: store.reader,
    crypto: ports.crypto,
    diskBudgetBytes: config.diskBudgetBytes,
    viaId: config.viaId,
  })
  const contact = createContact({
    ports,
    store,
    config,
    identity,
    memory,
    journal,
    client,
    uploader,
    observer,
    solitude,
    meter,
    workload,
    changeState,
    worry,
  })

  /** A master that is too busy says when to ask again; that is not a failure. */
  function patient(inner: GatewayClient): GatewayClient {
    return {
      ask: async (shape, request) => {
        for (let tries = 1; ; tries++) {
          if (isStopped) return stopping
          const answer = await untilStopped(inner.ask(shape, request), stopping)
          if (answer.kind !== 'problem' || answer.status !== 429 || tries > mostPatience) return answer
          worry({ code: answer.code, sentence: answer.sentence })
          await pause(
            answer.retryAfterMs === undefined ? backoffMs(ports.random, tries, 30_000) : notBefore(ports.random, answer.retryAfterMs),
          )
        }
      },
    }
  }

  const converse = async (): Promise<void> => {
    while (!isStopped) {
      let waitMs: number | undefined = retryAfterMs
      try {
        waitMs = await contact.step()
      } catch (error) {
        if (!isStopped) survive(error)
      }
      if (waitMs === undefined) return
      if (!isStopped) await pause(waitMs)
    }
  }

  const start = (): void => {
    const offlineSince = solitude.since() ?? null
    const unclean = memory.get('wasStopped') === false
    journal.record([{ type: 'ibcf.agent.started.v1', data: { version: workload.version(), offlineSince, unclean } }], (writer) =>
      memory.put(writer, 'wasStopped', false),
    )
    journal.sign()
    workload.carryOut(memory.get('decisions') ?? [])
    changeState(memory.get('approval') === undefined ? 'ENROLLING' : offlineSince === null ? 'CONNECTING' : 'AUTONOMOUS')
    every('observe', config.observeEverySeconds * 1000, observer.observe)
    every('snapshot', config.snapshotEverySeconds * 1000, observer.takeSnapshot)
    guarded(observer.observe)
    guarded(observer.takeSnapshot)
    conversation = converse()
  }
  const stop = async (): Promise<void> => {
    const hasFailed = state === 'FAILED'
    isStopped = true
    release()
    await conversation
    if (hasFailed) return
    store.transact((writer) => memory.put(writer, 'wasStopped', true))
    journal.sign()
    changeState('STOPPED')
  }
  const view = (): AgentView => ({
    nodeId: identity.nodeId,
    keyId: identity.keyId,
    state,
    ...contact.said(),
    health: memory.get('health') ?? 'UNKNOWN',
    masterId: memory.get('approval')?.masterId,
    backlogMessages: uploader.backlog(),
    aloneSince: solitude.since(),
    difficulty,
  })
  return { start, stop, view }
}
