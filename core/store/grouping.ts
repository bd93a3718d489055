/**
 * Several pieces of work in one transaction, so that they share what a commit costs most: the wait for the disk. Each transaction
 * that the work asks for becomes a savepoint of the shared one, so that one which is refused or fails takes back only itself.
 */
import { AppError } from '../kernel/app-error.ts'
import type { Writer } from '../kernel/reader.ts'
import { contextOf, forgetTransaction } from './context.ts'
import type { Store } from './open.ts'

/** What is to be done once it is known whether the disk has it. Neither may throw. */
export type Settlement = { readonly kept: () => void; readonly undone: (error: unknown) => void }

export type GroupingStore = Store & {
  /**
   * Runs the jobs as they come, all that they transact in one transaction, durable when this returns. No further one is taken after
   * a failure that undid the whole group (a full disk). A job must not throw. Where no transaction can be begun at all they run
   * without one, each failing by itself where it writes.
   */
  readonly together: (jobs: Iterable<() => void>) => GroupOutcome
  /** Inside of a group `kept` or `undone` is called when it ended; outside, `kept` at once: what was transacted is durable. */
  readonly settle: (settlement: Settlement) => void
  /** Runs work whose being undone fails nobody: what is transacted in it does not count in `parts`. */
  readonly aside: <T>(act: () => T) => T
  /** How many transactions were asked for in this run, so that a job can be told from one that wrote nothing. */
  readonly parts: () => number
  /** How many were really made. */
  readonly transactions: () => number
}

/** Of an undone group nothing is held. */
export type GroupOutcome = { readonly kind: 'durable' } | { readonly kind: 'undone'; readonly error: unknown }

type Group = {
  readonly writer: Writer
  readonly settlements: Settlement[]
  isInPart: boolean
  /** SQLite rolled all of it back by itself, as it does on a full disk. */
  broken: { readonly error: unknown } | undefined
}

export function groupTransactions(store: Store): GroupingStore {
  let group: Group | undefined
  let asideDepth = 0
  let parts = 0
  let transactions = 0

  function transact<T>(act: (writer: Writer) => T): T {
    if (asideDepth === 0) parts++
    if (group !== undefined) return inSavepoint(group, act)
    const value = store.transact(act)
    transactions++
    return value
  }

  function together(jobs: Iterable<() => void>): GroupOutcome {
    const opened: { group?: Group } = {}
    try {
      store.transact((writer) => {
        group = opened.group = { writer, settlements: [], isInPart: false, broken: undefined }
        try {
          for (const job of jobs) {
            job()
            if (group.broken !== undefined) throw group.broken.error
          }
        } finally {
          group = undefined
        }
      })
      transactions++
    } catch (error) {
      if (opened.group === undefined) return runAlone(jobs)
      for (const { undone } of opened.group.settlements) undone(error)
      return { kind: 'undone', error }
    }
    for (const { kept } of opened.group?.settlements ?? []) kept()
    return { kind: 'durable' }
  }

  return {
    ...store,
    transact,
    together,
    settle: (settlement) => {
      if (group === undefined) settlement.kept()
      else group.settlements.push(settlement)
    },
    aside: (act) => {
      asideDepth++
      try {
        return act()
      } finally {
        asideDepth--
      }
    },
    parts: () => parts,
    transactions: () => transactions,
  }
}

/** The store cannot be written now; what only reads is answered all the same, and what writes is told why. */
function runAlone(jobs: Iterable<() => void>): GroupOutcome {
  for (const job of jobs) job()
  return { kind: 'durable' }
}

function inSavepoint<T>(group: Group, act: (writer: Writer) => T): T {
  const { writer } = group
  if (group.broken !== undefined) throw group.broken.error
  if (group.isInPart) throw new AppError('Bug', 'TRANSACTION_NESTED', 'A transaction was begun inside another one.')
  writer.run('SAVEPOINT part')
  group.isInPart = true
  try {
    const value = act(writer)
    if (value instanceof Promise)
      throw new AppError('Bug', 'TRANSACTION_ASYNC', 'A transaction cannot wait: what it does must be done when it returns.')
    writer.run('RELEASE part')
    return value
  } catch (error) {
    try {
      writer.run('ROLLBACK TO part')
      writer.run('RELEASE part')
    } catch {
      // There is no such savepoint any more: the whole transaction is gone, and with it what others did in it.
      group.broken = { error }
    }
    forgetTransaction(contextOf(writer))
    throw error
  } finally {
    group.isInPart = false
  }
}
