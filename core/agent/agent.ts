/**
 * The reference node agent: a store-and-forward process that observes, decides and records with or without a master, and loses
 * nothing on the way to one. All it needs of the world comes in: a thousand of them run in one process under a virtual clock.
 */
import { isAppError } from '../kernel/app-error.ts'
import { fromBase64 } from '../kernel/hex.ts'
import type { NodeId } from '../kernel/ids.ts'
import type { Ports, Transport } from '../kernel/ports.ts'
import type { Writer } from '../kernel/reader.ts'
import { keyWordsOf } from '../log/fingerprint.ts'
import { hasBlob, readBlob } from '../store/blobs.ts'
import type { Store } from '../store/open.ts'
import { breakGlass, type GlassOrder } from './broken-glass.ts'
import type { AgentConfig, AgentState, AgentView, Difficulty } from './config.ts'
import { createExecutor } from './commands/executor.ts'
import { createInstallArtifact } from './commands/install-artifact.ts'
import { openCommandLedger } from './commands/ledger.ts'
import { createObedience } from './commands/obedience.ts'
import { createRestart } from './commands/restart.ts'
import { createRunSnapshot } from './commands/run-snapshot.ts'
import { createSetConfig } from './commands/set-config.ts'
import type { SoftwarePlace } from './commands/software.ts'
import { createContact } from './contact.ts'
import { createCustody } from './custody.ts'
import { takeUpDesired } from './desired.ts'
import { createGatewayClient, type GatewayClient, stopping } from './gateway-client.ts'
import { createGateways } from './gateways.ts'
import { loadIdentity } from './identity.ts'
import { type Fact, openJournal } from './journal.ts'
import { createLinkMeter } from './link-meter.ts'
import { openMemory } from './memory.ts'
import { takeUpKey } from './new-key.ts'
import { createObserver } from './observer.ts'
import { backoffMs, notBefore } from './pace.ts'
import { createProving } from './proving.ts'
import { createRegard } from './regard.ts'
import { createSolitude } from './solitude.ts'
import { createTimetable, type Timetable } from './timetable.ts'
import { createUploader } from './upload.ts'
import type { Workload } from './workload.ts'

export type Agent = {
  readonly start: () => void
  /** Signs what is unsigned and leaves the store at rest; what was given in stays open. */
  readonly stop: () => Promise<void>
  readonly view: () => AgentView
  /** Facts of what runs beside the agent, in its log, in one transaction with whatever `also` writes. */
  readonly record: (facts: readonly Fact[], also?: (writer: Writer) => void) => void
  /** Lets another master command this node alone ([AU23]); before `start`, or it takes effect with the next conversation. Throws as `breakGlass`. */
  readonly breakGlass: (order: GlassOrder) => void
}

export type AgentParts = {
  readonly ports: Ports
  readonly store: Store
  /** The way to its master that it prefers: over a relay, or to the master itself. */
  readonly transport: Transport
  /** Other ways to the same master, tried in this order when that one does not lead there. */
  readonly otherTransports?: readonly Transport[]
  readonly workload: Workload
  readonly config: AgentConfig
  /** Where software is installed; absent where there is no such place. */
  readonly software?: SoftwarePlace
  /** Stops this agent and starts it anew over the same store; absent where nobody does. */
  readonly restartAgent?: () => void
  /** Told of every change of state, mode, phase or difficulty. */
  readonly changed?: (view: AgentView) => void
}

/** The open tail is signed at least this often (design 3). */
const signEvery = { events: 64, ms: 5000 } as const
/** New events wait this long for company before they are sent. */
const sendAfterMs = 300
/** After the disk refused a write. */
const retryWriteMs = 5000
/** A window that opens in a month is looked at on the way there: timers reach no farther than 24 days. */
const longestTimerMs = 24 * 60 * 60 * 1000

/** Throws Corrupt `IDENTITY_DAMAGED`, `AGENT_MEMORY_DAMAGED`, and what the store throws when it cannot be written. */
export function createAgent(parts: AgentParts): Agent {
  const { ports, store, workload, config, software, restartAgent, changed } = parts
  const { clock } = ports
  const memory = openMemory(store.reader, store.transact)
  const identity = loadIdentity(ports, config.directory, memory.get('nodeId') as NodeId | undefined)
  takeUpKey({ ports, store, memory, identity })
  const keyWords = keyWordsOf(ports.crypto, identity.publicKey)
  const transports = [parts.transport, ...(parts.otherTransports ?? [])]
  const transport = createGateways({ clock, crypto: ports.crypto, transports, signer: identity })
  const via = (): readonly string[] => (config.viaId === undefined ? transport.via() : [config.viaId])
  let state: AgentState = 'CONNECTING'
  let difficulty: Difficulty | undefined
  let told = ''
  let conversation: Promise<void> = Promise.resolve()

  const changeState = (to: AgentState, why?: Difficulty): void => {
    ;[state, difficulty] = [to, why]
    const now = JSON.stringify([state, difficulty, regard.mode(), regard.phase(), custody.held()])
    if (now !== told) changed?.(view())
    told = now
  }
  const worry = (why: Difficulty): void => changeState(state, why)

  /** The environment's faults pass (a full disk is emptied); any other is ours or the disk's end, and is not worked around. */
  const survive = (error: unknown): void => {
    const code = isAppError(error) ? error.code : 'UNEXPECTED'
    const sentence = error instanceof Error ? error.message : String(error)
    if (isAppError(error) && error.kind === 'Unavailable') return worry({ code, sentence })
    ports.diagnostics.error(sentence, { code, stack: error instanceof Error ? (error.stack ?? null) : null })
    timetable.close()
    changeState('FAILED', { code, sentence })
  }
  const guarded = (act: () => void): void => {
    try {
      act()
    } catch (error) {
      survive(error)
    }
  }

  const timetable = createTimetable(ports.scheduler, guarded)
  const meter = createLinkMeter()
  const recorded = (): void => {
    if (journal.unsigned() >= signEvery.events) journal.sign()
    else if (!timetable.has('sign')) timetable.set('sign', signEvery.ms, () => journal.sign())
    if (contact.isAtEase() && !timetable.has('send')) timetable.set('send', sendAfterMs, timetable.wake)
  }
  const journal = openJournal({ ports, store, identity, memory, recorded })
  const solitude = createSolitude({ clock, memory, journal, budgetSeconds: config.autonomyBudgetSeconds })
  const regard = createRegard({ clock, store, memory, journal })
  /** A master that was too busy for the question for commands is too busy for the others as well ([AG12]); by the monotonic clock. */
  let busyUntil = 0
  const busyMs = (): number => busyUntil - clock.monotonic()
  const client = createPatientClient(createGatewayClient(transport, clock, meter, config.requestTimeoutMs), timetable, ports, worry, busyMs)
  const between = async () => {
    if (timetable.isClosed()) return stopping
    solitude.heard()
    return contact.beat()
  }
  const uploader = createUploader({ ports, store, identity, journal, memory, client, between })
  const { diskBudgetBytes } = config
  const { reader } = store
  const observer = createObserver({ journal, memory, reader, crypto: ports.crypto, solitude, meter, workload, diskBudgetBytes, via })
  const proving = createProving({ journal, memory, workload })
  const ledger = openCommandLedger(store.reader, store.transact)
  const executor = createExecutor({
    ports,
    nodeId: identity.nodeId,
    ledger,
    journal,
    memory,
    regard,
    solitude,
    workload,
    acts: {
      'set-config': createSetConfig(workload),
      restart: createRestart(ledger.run, restartAgent),
      'run-snapshot': createRunSnapshot(observer),
      'install-artifact': createInstallArtifact({
        crypto: ports.crypto,
        place: software,
        masterKey: () => {
          const key = memory.get('approval')?.masterPublicKey
          return key === undefined ? undefined : fromBase64(key)
        },
        content: (digest) => readBlob(reader, digest),
      }),
    },
    holdsContent: (digest) => hasBlob(reader, digest),
    changed: observer.takeSnapshot,
    later: (ms) => timetable.set('commands', Math.min(ms, longestTimerMs), obey),
    restartAgent,
  })
  const obey = (): void => void executor.work().catch(survive)
  const obedience = createObedience({
    clock,
    scheduler: ports.scheduler,
    store,
    nodeId: identity.nodeId,
    transport,
    timeoutMs: config.requestTimeoutMs,
    journal,
    executor,
    between,
    busyFor: (ms) => {
      busyUntil = clock.monotonic() + notBefore(ports.random, ms)
    },
    wake: () => timetable.wake(),
    isClosed: timetable.isClosed,
    survive,
  })
  const custody = createCustody({
    ports,
    store,
    identity,
    journal,
    memory,
    uploader,
    meter,
    timeoutMs: config.requestTimeoutMs,
    relayAlone: transport.relayAlone,
    take: (left, approval) => {
      const desired = regard.isQuarantined() ? null : left.desired
      if (desired !== null && takeUpDesired({ crypto: ports.crypto, journal, memory, workload }, approval, desired)) {
        proving.prove(workload.restart(memory.get('desired')?.targetVersion ?? ''))
        observer.takeSnapshot()
      }
      if (left.commands !== null && executor.take(left.commands).ok) obey()
    },
    isClosed: timetable.isClosed,
  })
  const joining = { ports, store, config, identity, memory, journal, client, uploader, via }
  const contact = createContact({
    ...joining,
    observer,
    proving,
    obedience,
    solitude,
    regard,
    meter,
    workload,
    custody,
    changeState,
    worry,
  })

  const converse = async (): Promise<void> => {
    while (!timetable.isClosed()) {
      let waitMs: number | undefined = retryWriteMs
      try {
        waitMs = await contact.step()
      } catch (error) {
        survive(error)
      }
      if (waitMs === undefined) return
      await timetable.pause(waitMs, contact.isAtEase())
    }
  }
  const begin = (): void => {
    const offlineSince = solitude.since() ?? null
    const unclean = memory.get('wasStopped') === false
    journal.record([{ type: 'ibcf.agent.started.v1', data: { version: workload.version(), offlineSince, unclean } }], (writer) =>
      memory.put(writer, 'wasStopped', false),
    )
    journal.sign()
    changeState(memory.get('approval') === undefined ? 'ENROLLING' : offlineSince === null ? 'CONNECTING' : 'AUTONOMOUS')
    timetable.every('observe', config.observeEverySeconds * 1000, observer.observe)
    timetable.every('snapshot', config.snapshotEverySeconds * 1000, observer.takeSnapshot)
    timetable.every('prove', config.snapshotEverySeconds * 1000, proving.look)
    guarded(() => proving.prove(true))
    guarded(observer.observe)
    guarded(observer.takeSnapshot)
    // Before anything else is heard: what was begun when the last run ended is found out about.
    obey()
    conversation = converse()
  }
  const start = (): void => {
    try {
      begin()
    } catch (error) {
      survive(error)
      timetable.set('start', retryWriteMs, start)
    }
  }
  const stop = async (): Promise<void> => {
    timetable.close()
    await conversation
    await executor.stop()
    if (state === 'FAILED') return
    store.transact((writer) => memory.put(writer, 'wasStopped', true))
    journal.sign()
    changeState('STOPPED')
  }
  const view = (): AgentView => ({
    nodeId: identity.nodeId,
    keyId: identity.keyId,
    keyWords,
    state,
    mode: regard.mode(),
    phase: regard.phase(),
    health: memory.get('health') ?? 'UNKNOWN',
    masterId: memory.get('approval')?.masterId,
    backlogMessages: uploader.backlog(),
    aloneSince: solitude.since(),
    heldAtRelay: custody.held(),
    via: via(),
    difficulty,
  })
  return { start, stop, view, record: (facts, also) => journal.record(facts, also), breakGlass: (order) => void breakGlass(joining, order) }
}

/** Questions to a busy master before its refusal counts as one. */
const mostPatience = 20

/** A master that is too busy says when to ask again: that is waited out and is no failure ([AG12]). */
function createPatientClient(
  inner: GatewayClient,
  timetable: Timetable,
  { random }: Ports,
  worry: (why: Difficulty) => void,
  busyMs: () => number,
): GatewayClient {
  return {
    ask: async (shape, request) => {
      for (let tries = 1; ; tries++) {
        if (busyMs() > 0) await timetable.pause(busyMs(), false)
        if (timetable.isClosed()) return stopping
        const answer = await timetable.untilClosed(inner.ask(shape, request), stopping)
        // A place in the queue of returns is asked for by a fresh proof: the one that was sent is spent.
        const isOver = answer.kind !== 'problem' || answer.status !== 429 || answer.code === 'RETURN_QUEUED'
        if (isOver || tries > mostPatience) return answer
        const { code, sentence, retryAfterMs } = answer
        worry({ code, sentence })
        await timetable.pause(retryAfterMs === undefined ? backoffMs(random, tries, 30_000) : notBefore(random, retryAfterMs), false)
      }
    },
  }
}
