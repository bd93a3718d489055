/**
 * The side that serves: a master whose writer is in another thread. Queries read the store on a connection of their own; acts and
 * requests of nodes cross over; what the writer tells keeps presence, counts and the feed of changes here up to date.
 */
import type { GatewayDoor } from '../../ingest/gateway.ts'
import type { GatewayResponse } from '../../ingest/exchange.ts'
import type { NodePresence, Presence } from '../../ingest/presence.ts'
import { problemResponse } from '../../ingest/problem.ts'
import { AppError } from '../../kernel/app-error.ts'
import { assertNever } from '../../kernel/assert-never.ts'
import { fromBase64 } from '../../kernel/hex.ts'
import type { NodeId } from '../../kernel/ids.ts'
import type { Ports } from '../../kernel/ports.ts'
import { loadEngine } from '../../store/engine.ts'
import { type LiveReader, openLiveReader } from '../../store/live-reader.ts'
import { openStore } from '../../store/open.ts'
import { lastPosition } from '../../store/read-events.ts'
import { type ChangeFeed, createChangeFeed } from '../change-feed.ts'
import type { ReadOnlyReason } from '../master.ts'
import { createFingerprintKeeper, type FingerprintKeeper } from '../held/fingerprint-keeper.ts'
import { createQueries } from '../queries/queries.ts'
import { warmInSlices } from '../queries/warm.ts'
import { createReadModel } from '../read-model.ts'
import type { RefusalCount } from '../refusals.ts'
import { inMoments, type MasterFacts, type ServedMaster } from '../served-master.ts'
import { apart, type Asked, errorOf, type Judged, type Line, type Told } from '../writer/messages.ts'
import { type Checker, type CheckerThread, createChecker } from './checker.ts'
import { createStateReader } from './state-reader.ts'

/** A fleet's master with its gateway, open and ready to be served. */
export type OpenFleet = {
  readonly master: ServedMaster
  readonly gateway: GatewayDoor
  /** Resolves when everything asked before is done, signed and closed. */
  readonly close: () => Promise<void>
}

/** The first search for the fingerprint is to hold up nobody who waits for the program to start. */
const searchAfterMs = 500

/** Throws what opening the master throws over there. */
export async function openRemoteMaster(
  line: Line<Asked, Told>,
  directory: string,
  ports: Ports,
  startChecker?: () => CheckerThread,
): Promise<OpenFleet> {
  // Loaded while the other thread opens; whether it can be is found out again below.
  const engine = loadEngine().catch(() => undefined)
  const mirror = createMirror()
  const calls = createCalls(line)
  const facts = await new Promise<MasterFacts>((resolve, reject) => {
    line.listen((told) => {
      switch (told.kind) {
        case 'ready':
          resolve(told.facts)
          return
        case 'failed':
          reject(errorOf(told.failure))
          return
        case 'done':
          calls.settle(told.id, (call) => call.resolve(told.value))
          return
        case 'refused':
          calls.settle(told.id, (call) => call.reject(errorOf(told.failure)))
          return
        case 'changed':
        case 'refusals':
        case 'read-only':
          mirror.take(told)
          return
        default:
          assertNever(told)
      }
    })
  })
  let store: LiveReader
  try {
    await engine
    store = await openLiveReader(directory, ports)
  } catch (error) {
    await calls.ask({ kind: 'close' })
    throw error
  }
  const feed = createChangeFeed(ports.clock, ports.scheduler, () => lastPosition(store.reader))
  mirror.follow(feed)
  const keeper = createFingerprintKeeper({
    ...ports,
    openMoment: () => openStore({ directory, mode: 'read-only', role: 'master', ports }),
    position: () => lastPosition(store.reader),
    found: () => feed.tell({ topics: ['master'] }),
  })
  const cancelFirstSearch = ports.scheduler.after(searchAfterMs, () => void keeper.current())
  const master = servedOver(store, facts, feed, ports, mirror, calls, keeper.current)
  const keyOf = (node: string): Uint8Array | undefined => {
    const known = master.model.lifecycle(node)
    return known === undefined ? undefined : fromBase64(known.publicKey)
  }
  const checker = startChecker === undefined ? undefined : createChecker(startChecker, keyOf)
  const callOffWarming = warmInSlices(master.model, ports.scheduler, master.moment)
  return {
    master,
    gateway: createDoor(line, calls, checker),
    close: async () => {
      feed.close()
      cancelFirstSearch()
      callOffWarming()
      checker?.close()
      await keeper.close()
      // Before the writer, so that its connection is the last one and leaves nothing in the write-ahead log.
      store[Symbol.dispose]()
      await calls.ask({ kind: 'close' })
    },
  }
}

function servedOver(
  store: LiveReader,
  facts: MasterFacts,
  feed: ChangeFeed,
  ports: Ports,
  mirror: Mirror,
  calls: Calls,
  keptFingerprint: FingerprintKeeper['current'],
): ServedMaster {
  const { masterId, level, rootDomainId, startedAtMs } = facts
  const { presence, refusals } = mirror
  const { reader, moment } = store
  const model = createReadModel(
    { reader, ports, presence, masterId, level, rootDomainId, startedAtMs, refusals, keptFingerprint },
    createStateReader(store),
  )
  return {
    facts,
    ports,
    model,
    moment,
    queries: inMoments(createQueries(model), moment),
    act: (name, input, actor) => calls.ask({ kind: 'act', name, input, actor }) as never,
    feed,
    readOnlyReason: mirror.readOnlyReason,
  }
}

/** Nodes reach the writer through it. What it costs to be refused without being a request is borne here. */
function createDoor(line: Line<Asked, Told>, calls: Calls, checker: Checker | undefined): GatewayDoor {
  return {
    admit: async (head) => {
      const judged = (await calls.ask({ kind: 'admit', head })) as Judged
      if (judged.kind === 'answer') return judged
      const { maxBodyBytes, admission } = judged
      return {
        kind: 'read',
        maxBodyBytes,
        proceed: async (body) => {
          const checked = await checker?.check(head, body)
          const whole = apart(body)
          const asked = {
            kind: 'proceed',
            admission,
            remote: head.remote,
            body: whole,
            ...(checked === undefined ? {} : { checked }),
          } as const
          return (await calls.ask(asked, [whole.buffer])) as GatewayResponse
        },
        drop: () => line.post({ kind: 'drop', admission }),
      }
    },
    refuse: (code, sentence, remote) => {
      line.post({ kind: 'count-refusal', code, sentence, remote })
      return problemResponse({ code, sentence, facts: {} })
    },
  }
}

type Call = { readonly resolve: (value: unknown) => void; readonly reject: (error: unknown) => void }
type WithoutId<Message> = Message extends { readonly id: number } ? Omit<Message, 'id'> : never
type Calls = {
  readonly ask: (question: WithoutId<Asked>, owned?: readonly ArrayBuffer[]) => Promise<unknown>
  readonly settle: (id: number, how: (call: Call) => void) => void
}

function createCalls(line: Line<Asked, Told>): Calls {
  const open = new Map<number, Call>()
  let numbered = 0
  return {
    ask: (question, owned) =>
      new Promise((resolve, reject) => {
        const id = ++numbered
        open.set(id, { resolve, reject })
        line.post({ ...question, id } as Asked, owned)
      }),
    settle: (id, how) => {
      const call = open.get(id)
      if (call === undefined) throw new AppError('Bug', 'ANSWER_UNKNOWN', 'The writer answered what nobody asked.', { id })
      open.delete(id)
      how(call)
    },
  }
}

type Mirror = {
  readonly presence: Pick<Presence, 'of' | 'follow'>
  readonly refusals: () => readonly RefusalCount[]
  readonly readOnlyReason: () => ReadOnlyReason
  readonly take: (told: Extract<Told, { kind: 'changed' | 'refusals' | 'read-only' }>) => void
  readonly follow: (feed: ChangeFeed) => void
}

/** What the writer knows in memory only, as it was last told. */
function createMirror(): Mirror {
  const present = new Map<NodeId, NodePresence>()
  const listeners: ((node: NodeId) => void)[] = []
  let refusals: readonly RefusalCount[] = []
  let reason: ReadOnlyReason = null
  let feed: ChangeFeed | undefined
  return {
    presence: { of: (node) => present.get(node), follow: (listener) => void listeners.push(listener) },
    refusals: () => refusals,
    readOnlyReason: () => reason,
    follow: (followed) => {
      feed = followed
    },
    take: (told) => {
      switch (told.kind) {
        case 'changed':
          for (const [node, heard] of told.presence) {
            present.set(node, heard)
            for (const listener of listeners) listener(node)
          }
          feed?.tell(told.change)
          return
        case 'refusals':
          refusals = told.refusals
          return
        case 'read-only':
          reason = told.reason
          return
        default:
          assertNever(told)
      }
    },
  }
}
