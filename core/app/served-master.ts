/**
 * A master as the API sees it, wherever it runs: it is read here, and acts where its writer is. In this thread for simulated islands
 * and tests, across a line of messages for a real fleet; the rules are the same code either way.
 */
import type { DomainId, MasterId, OperatorId } from '../kernel/ids.ts'
import type { Ports } from '../kernel/ports.ts'
import { inMemory } from '../store/open.ts'
import type { KeyStore } from '../trust/key-store.ts'
import { type ActInput, type ActName, type ActOutput, perform } from './acts/acts.ts'
import type { ChangeFeed } from './change-feed.ts'
import type { MasterConfig } from './config.ts'
import type { Master, ReadOnlyReason } from './master.ts'
import { createQueries, type Queries } from './queries/queries.ts'
import type { ReadModel } from './read-model.ts'

/** What does not change while it runs. */
export type MasterFacts = Pick<MasterConfig, 'version' | 'name' | 'rootDomainName' | 'level' | 'isDemo'> & {
  readonly masterId: MasterId
  readonly rootDomainId: DomainId
  readonly keyId: string
  readonly keyProtection: KeyStore['protection']
  readonly startedAtMs: number
  /** Where it keeps everything; null for one in memory. */
  readonly directory: string | null
}

export type ServedMaster = {
  readonly facts: MasterFacts
  readonly ports: Ports
  readonly model: ReadModel
  /** Each in one moment: all that one answer rests on belongs together, whoever writes meanwhile. */
  readonly queries: Queries
  /** What `read` reads belongs to one moment. */
  readonly moment: <Value>(read: () => Value) => Value
  /** Resolves when it is durable; what is asked here afterwards sees it. Rejects with what refuses it. */
  readonly act: <Name extends ActName>(name: Name, input: ActInput<Name>, actor: OperatorId | undefined) => Promise<ActOutput<Name>>
  readonly feed: ChangeFeed
  /** Why nothing can be written now; null while it can. */
  readonly readOnlyReason: () => ReadOnlyReason
}

/** A master of this thread. What is read and written is on one connection, and nothing comes between two synchronous reads. */
export function servedHere(master: Master): ServedMaster {
  return {
    facts: factsOf(master),
    ports: master.config.ports,
    model: master.model,
    queries: createQueries(master.model),
    moment: (read) => read(),
    act: async (name, input, actor) => perform(master, name, input, actor),
    feed: master.feed,
    readOnlyReason: master.readOnlyReason,
  }
}

export function factsOf({ identity, config, port, keys, startedAtMs }: Master): MasterFacts {
  const { version, name, rootDomainName, level, isDemo, directory } = config
  const { masterId, rootDomainId } = identity
  return {
    version,
    name,
    rootDomainName,
    level,
    isDemo,
    masterId,
    rootDomainId,
    keyId: port.keyId,
    keyProtection: keys.protection,
    startedAtMs,
    directory: directory === inMemory ? null : directory,
  }
}

/** The same queries, each of them in one moment. */
export function inMoments(queries: Queries, moment: ServedMaster['moment']): Queries {
  const wrapped = Object.entries(queries).map(([name, query]) => {
    const ask = query as (...input: readonly unknown[]) => unknown
    return [name, (...input: readonly unknown[]) => moment(() => ask(...input))]
  })
  return Object.fromEntries(wrapped) as Queries
}
