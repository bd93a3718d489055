/**
 * A master: its store, what it decides, what it hears. Composition only - the rules are in fleet, the folds in projections, the
 * wire in ingest. Several can live in one process (main and demo workspace, simulator).
 */
import { thresholdsOf } from './queries/thresholds.ts'
import { authorityOf, epochFor, lapsedGrantOf } from './queries/authority-view.ts'
import { judgingPort } from './queries/judging.ts'
import { expectationOf } from '../fleet/connectivity/expected-contact.ts'
import { isAppError } from '../kernel/app-error.ts'
import type { DomainId, NodeId } from '../kernel/ids.ts'
import { toBase64 } from '../kernel/hex.ts'
import type { Commit, Heard, MasterPort } from '../ingest/master-port.ts'
import { createPresence } from '../ingest/presence.ts'
import { createQueueTables } from '../ingest/returns/queue-table.ts'
import { createReturnTable } from '../ingest/returns/return-table.ts'
import { createWatchdog } from '../ingest/watchdog.ts'
import { preAuthenticationEncoding } from '../log/dsse.ts'
import { projections } from '../projections/all.ts'
import { isMergeDue, mergeIndexes } from '../store/event-index.ts'
import { type GroupingStore, groupTransactions } from '../store/grouping.ts'
import { inMemory, openStore, type Store } from '../store/open.ts'
import { lockDataDirectory } from '../store/lock.ts'
import { lastPosition } from '../store/read-events.ts'
import { openKeyStore, type KeyStore } from '../trust/key-store.ts'
import { createChangeFeed, type ChangeFeed } from './change-feed.ts'
import { createCarriageTable } from './commands/carriage.ts'
import { commandsFor } from './commands/commands-for.ts'
import { createDraftTable } from './authority/drafts.ts'
import { createLapseWatch } from './authority/lapse-watch.ts'
import { createShiftWatch } from './shift-watch.ts'
import { createExpiryWatch } from './commands/expiry-watch.ts'
import { commandsTouchedBy } from './commands/touched.ts'
import type { MasterConfig } from './config.ts'
import { changeOf } from './changes.ts'
import { createDigester } from './digest.ts'
import { followHealth } from './follow-health.ts'
import { foundMaster } from './found.ts'
import { loadIdentity, type MasterIdentity, requireOwnKey } from './identity.ts'
import { awaitContact } from './keeping/await-contact.ts'
import { keepCollecting } from './keeping/collect.ts'
import { nodeConcerned, recordGlass } from './authority/glass.ts'
import { recordShown } from './authority/witness.ts'
import { grantChainOf, holderElsewhere, movesFor } from './grant-chain.ts'
import { lineOf } from '../fleet/authority/line.ts'
import { createHighWater } from './keeping/high-water.ts'
import { judgeLife, openLife } from './keeping/incarnation.ts'
import { createRetaining, type Retaining } from './keeping/retaining.ts'
import { createLookAgain } from './look-again.ts'
import { moveMode, movePhase } from './node-moves.ts'
import { createProjectionEngine, type ProjectionEngine } from './projecting/engine.ts'
import { createProjectionKeeper, type ProjectionKeeper } from './projecting/keep-projections.ts'
import { createReadModel, type ReadModel } from './read-model.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { createRefusals } from './refusals.ts'
import { createRolloutRunner } from './rollouts/runner.ts'
import { createSyncTables } from './sync/tables.ts'
import { type Background, createBackground } from './writer/background.ts'

export type ReadOnlyReason = { readonly code: string; readonly sentence: string } | null

export type Master = {
  readonly identity: MasterIdentity
  readonly config: MasterConfig
  readonly startedAtMs: number
  readonly store: GroupingStore
  readonly engine: ProjectionEngine
  readonly projections: ProjectionKeeper
  readonly model: ReadModel
  readonly keys: KeyStore
  readonly recorder: Recorder
  readonly feed: ChangeFeed
  readonly port: MasterPort
  /** For work that can wait until nobody waits for a commit. */
  readonly background: Background
  /** Seals old bulk. */
  readonly retaining: Retaining
  /** Why nothing can be written now; null while it can. */
  readonly readOnlyReason: () => ReadOnlyReason
  /** Thresholds changed: every node is looked at again, a large fleet in the background. */
  readonly lookAgain: () => void
  readonly close: () => void
}

/** A node goes through so many modes at most before its next deadline. */
const mostLooksAtOnce = 8

/** What a rollout rests on: its decisions, assignments, and what nodes say of policies, of what they installed and of being there. */
const rolloutBasis = /^ibcf\.(rollout|policy|desired|connectivity|lifecycle|command\.(applied|rejected))\./

/**
 * Opens the master of a data directory, founding it when there is none. Throws what the store, its lock, the identity and the keys
 * throw; nothing is held when it does.
 */
export async function openMaster(config: MasterConfig): Promise<Master> {
  const lock = config.directory === inMemory ? undefined : await lockDataDirectory(config.directory, 'master')
  let store: Store | undefined
  try {
    store = await openStore({ directory: config.directory, mode: 'read-write', role: 'master', ports: config.ports })
    return compose(config, groupTransactions(store), lock)
  } catch (error) {
    store?.[Symbol.dispose]()
    lock?.[Symbol.dispose]()
    throw error
  }
}

/**
 * The same over a store that somebody else opened and answers for: a simulated world whose disks and power it decides about. What lies
 * beside a store (identity, keys, marks) is then looked for in `config.directory` through the Files port.
 */
export function openMasterOver(config: MasterConfig, store: Store): Master {
  return compose(config, groupTransactions(store), undefined)
}

function compose(config: MasterConfig, store: GroupingStore, lock: Disposable | undefined): Master {
  const { ports } = config
  const { reader } = store
  const hasEvents = lastPosition(reader) > 0
  const life = judgeLife(config, loadIdentity(config, hasEvents), reader)
  const { identity } = life
  const directory = config.directory === inMemory ? undefined : config.directory
  const highWater = createHighWater(directory, identity.masterId, life.mark, ports)
  const keys = openKeyStore(directory, config.keyProtection, ports)
  const key = hasEvents ? requireOwnKey(keys, identity, reader) : (keys.of(identity.masterId) ?? keys.make(identity.masterId))
  const engine = store.transact((writer) => {
    createReturnTable(writer)
    createQueueTables(writer)
    createSyncTables(writer)
    createCarriageTable(writer)
    createDraftTable(writer)
    return createProjectionEngine(writer, projections, ports.crypto)
  })
  const background = createBackground(ports)
  const presence = createPresence()
  const refusals = createRefusals(ports)
  const feed = createChangeFeed(ports.clock, ports.scheduler, () => lastPosition(reader))
  const startedAtMs = ports.clock.now()
  const model = createReadModel(
    {
      reader,
      ports,
      presence,
      masterId: identity.masterId,
      level: config.level,
      rootDomainId: identity.rootDomainId,
      startedAtMs,
      refusals: refusals.list,
    },
    engine,
  )
  const projectionKeeper = createProjectionKeeper({
    store,
    engine,
    ports,
    told: () => feed.tell({ topics: ['projections'] }),
    register: background.register,
  })
  const mergeSoon = background.register('merging indexes', () => {
    if (isMergeDue(reader)) store.transact(mergeIndexes)
    return false
  })
  const moved = new Set<NodeId>()
  let wakeRollouts = (): void => undefined
  const recorder = createRecorder({
    store,
    engine,
    identity,
    key,
    keys,
    ports,
    epochOf: (domain, about) => epochFor(model, domain, nodeConcerned(model, about)),
    placementOf: (subject) => model.placement(subject),
    signed: highWater.note,
    committed: (events) => {
      if (engine.isAnyoneWaiting()) projectionKeeper.look()
      if (isMergeDue(reader)) mergeSoon()
      feed.tell(changeOf(events, (command) => model.command(command)?.issued?.nodeId))
      for (const command of commandsTouchedBy(events)) expiryWatch.look(command)
      for (const { event } of events) if (event?.type.startsWith('ibcf.authority.') === true) lapseWatch.look(event.subject)
      for (const { event } of events) if (event?.type.startsWith('ibcf.maintenance.') === true) shiftWatch.look(event.subject)
      for (const { event } of events)
        if (
          event?.type === 'ibcf.connectivity.assessed.v1' ||
          event?.type === 'ibcf.enrolment.approved.v1' ||
          event?.type === 'ibcf.node.scheduled.v1' ||
          event?.type === 'ibcf.node.released.v1' ||
          event?.type === 'ibcf.node.taken.v1'
        )
          moved.add(event.subject as string as NodeId)
      if (events.some(({ event }) => event !== undefined && rolloutBasis.test(event.type))) wakeRollouts()
      lookAtMoved()
    },
    undone: (events) => {
      for (const { event } of events)
        if (event?.type === 'ibcf.connectivity.assessed.v1') watchdog.lookLater(event.subject as string as NodeId)
    },
  })

  const judging = judgingPort(model)
  const { standing } = judging

  let readOnlyReason: ReadOnlyReason = null
  function noteWriting(reason: ReadOnlyReason): void {
    if (readOnlyReason?.code === reason?.code) return
    readOnlyReason = reason
    feed.tell({ topics: ['master'] })
  }

  function noteFailure(error: unknown): void {
    if (isAppError(error) && error.kind === 'Unavailable' && error.code.startsWith('STORE_'))
      noteWriting({ code: error.code, sentence: error.message })
  }

  /** A disk that is full or away is a state, not a crash: it shows, reading goes on, and the next write that works ends it. */
  const commit: MasterPort['commit'] = (act) => {
    try {
      const value = record(act)
      store.settle({ kept: () => noteWriting(null), undone: noteFailure })
      return value
    } catch (error) {
      noteFailure(error)
      throw error
    }
  }

  const record: MasterPort['commit'] = (act) =>
    recorder.record(({ writer, decide, accept, takeIn }) => {
      const scope: Commit = {
        writer,
        decide,
        acceptSegment: (node, domain, segment) => {
          const outcome = accept(node, domain, segment)
          if (outcome.kind === 'stored') followHealth(model, scope, node, outcome.events)
          return outcome
        },
        takeSegment: takeIn,
        moveMode: (node, to, event, reason, debt) => moveMode(model, decide, node, to, event, reason, debt),
        movePhase: (node, event, reason, code, actor) => movePhase(model, decide, node, event, reason, code, actor),
        signStatement: (payloadType, document) => port.signStatement(payloadType, document),
      }
      return act(scope)
    })

  /** Of a node that another master hears, silence here says nothing ([CN12]). */
  function isOursToHear(node: NodeId): boolean {
    const domain = model.lifecycle(node)?.domainId
    if (domain === undefined) return false
    const { standing: held } = authorityOf(model, domain, node)
    return held === 'held-here' || held === 'contested' || (held === 'nobody' && lapsedGrantOf(model, domain) !== undefined)
  }

  const watchdog = createWatchdog({
    clock: ports.clock,
    scheduler: ports.scheduler,
    presence,
    standing: (node) => (isOursToHear(node) ? standing(node) : undefined),
    thresholdsOf: (node) => thresholdsOf(model, node.domainId).thresholds,
    assessed: (node, { to, event, reason }) => {
      try {
        const outcome = store.aside(() => commit((scope) => scope.moveMode(node, to, event, reason)))
        if (!outcome.ok)
          ports.diagnostics.error('the watchdog asked for a move the machine refuses', { code: outcome.refusal.code, to, event })
        return outcome.ok
      } catch (error) {
        // It is asked for by a timer, by a node that is heard and after other commits: none of them is to fail for this one.
        ports.diagnostics.warn('a change of mode could not be recorded', {
          code: isAppError(error) ? error.code : 'UNEXPECTED',
          nodeId: node,
        })
        return false
      }
    },
  })
  let isLooking = false
  function lookAtMoved(): void {
    // A look can commit and so come back here: the set is worked off by the outermost call.
    if (isLooking) return
    isLooking = true
    const looks = new Map<NodeId, number>()
    try {
      for (const node of moved) {
        moved.delete(node)
        const times = (looks.get(node) ?? 0) + 1
        looks.set(node, times)
        // A move that has no effect here would be made again at once, and for ever.
        if (times > mostLooksAtOnce) watchdog.lookLater(node)
        else watchdog.look(node)
      }
    } finally {
      isLooking = false
    }
  }

  function heard(node: NodeId, how: Heard): void {
    const known = standing(node)
    if (known === undefined) return
    presence.hear(node, how, ports.clock.monotonic(), {
      thresholds: thresholdsOf(model, known.domainId).thresholds,
      contactEveryMs: expectationOf(known, presence.of(node)?.heardAt ?? how.at).contactEveryMs,
    })
    watchdog.look(node)
    feed.tell({ topics: ['presence'], nodeIds: [node], domainIds: [known.domainId] })
  }

  const port: MasterPort = {
    masterId: identity.masterId,
    level: config.level,
    keyId: key.keyId,
    publicKey: key.publicKey,
    name: () => model.master(identity.masterId)?.name ?? config.name,
    rootDomainId: identity.rootDomainId,
    ports,
    reader,
    commit,
    standing,
    enrolment: (node) => {
      const state = model.lifecycle(node)
      if (state === undefined) return undefined
      return {
        requestId: state.requestId as never,
        keyId: state.keyId,
        status: state.enrolment,
        reason: state.enrolment === 'REFUSED' ? state.reason : null,
        decidedAt: state.decidedAt,
      }
    },
    pendingEnrolments: () => Number(reader.get("SELECT count(*) AS n FROM lifecycle_nodes WHERE enrolment = 'PENDING'")?.['n'] ?? 0),
    desiredFor: judging.desiredFor,
    reconciliationOf: judging.reconciliationOf,
    issuedTo: judging.issuedTo,
    offersOf: (node) => model.hardware(node) ?? { offers: [], refused: [], forks: [] },
    commandsFor: (node) => commandsFor(model, commit, node, (domain) => grantChainOf(model, port, domain)),
    driftOf: judging.driftOf,
    grantChain: (domain) => grantChainOf(model, port, domain),
    holderOf: (domain) => holderElsewhere(model, port, domain),
    moves: (domain, node) => movesFor(model, domain, node),
    takeGlass: (node, statement) => recordGlass({ model, port, identity }, node, statement),
    takeShown: (chain) => recordShown({ model, port, identity }, chain),
    heldAt: (domain) => (model.holder(domain).grantedAtDomainId ?? undefined) as DomainId | undefined,
    domainLine: (domain) => lineOf(model.book, domain) as DomainId[],
    tick: recorder.tick,
    signStatement: (payloadType, document) => {
      const bytes = new TextEncoder().encode(JSON.stringify(document))
      return {
        document: toBase64(bytes),
        keyid: key.keyId,
        signature: toBase64(ports.crypto.sign(key.privateKey, preAuthenticationEncoding(payloadType, bytes))),
      }
    },
    heard,
    changed: (node) => feed.tell({ topics: ['sessions'], nodeIds: [node], isProgress: true }),
    refused: refusals.count,
  }
  const expiryWatch = createExpiryWatch({ model, ports, commit })
  const lapseWatch = createLapseWatch({ model, ports, parts: { model, port, identity }, commit })
  const digester = createDigester({ model, ports, everyMs: config.digestEveryMs, commit })
  foundMaster(recorder, engine, reader, identity, key, config)
  const shiftWatch = createShiftWatch({ model, ports, commit })
  openLife(recorder, life, config, reader, () => awaitContact(model, commit))
  const rollouts = createRolloutRunner({ model, ports, commit, register: background.register })
  wakeRollouts = rollouts.wake
  const stopCollecting = keepCollecting(store, background, ports.scheduler)
  const retaining = createRetaining({
    store,
    background,
    ports,
    directory,
    told: () => feed.tell({ topics: ['store'] }),
    lookForArchives: projectionKeeper.lookForArchives,
  })
  const lookAgain = createLookAgain(reader, background, watchdog.look)
  lookAgain()

  return {
    identity,
    config,
    startedAtMs,
    store,
    engine,
    projections: projectionKeeper,
    model,
    keys,
    recorder,
    feed,
    port,
    background,
    retaining,
    lookAgain,
    readOnlyReason: () => readOnlyReason,
    close: () => {
      stopCollecting()
      retaining.close()
      rollouts.close()
      background.close()
      watchdog.close()
      expiryWatch.close()
      lapseWatch.close()
      digester.close()
      feed.close()
      shiftWatch.close()
      recorder.close()
      highWater.close()
      store[Symbol.dispose]()
      lock?.[Symbol.dispose]()
    },
  }
}
