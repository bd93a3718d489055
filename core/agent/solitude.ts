/** Whether the node is on its own, since when, and whether that is longer than it is meant to bear. */
import type { Clock } from '../kernel/ports.ts'
import type { Writer } from '../kernel/reader.ts'
import type { Fact, Journal } from './journal.ts'
import type { Memory } from './memory.ts'

export type Solitude = {
  /** Undefined while a master answers. */
  readonly since: () => string | undefined
  readonly isBeyondBudget: () => boolean
  /** A master that knows the node answered: solitude ends, and that is recorded. */
  readonly heard: () => void
  /** A request came to nothing. The third in a row begins solitude, and that is recorded. */
  readonly failed: () => void
  /** When the budget has just run out: an alarm, and what the node decides about it ([AG10]). */
  readonly judgeBudget: () => readonly Fact[]
  /** Writes what must outlive a restart, in the transaction of the facts above. */
  readonly remember: (writer: Writer) => void
}

/** Requests in a row that came to nothing. */
export const failuresUntilAlone = 3

/** Only a node that was let in can lose its master; before, it merely waits at the door. */
export function createSolitude(parts: { clock: Clock; memory: Memory; journal: Journal; budgetSeconds: number }): Solitude {
  const { clock, memory, journal, budgetSeconds } = parts
  const instant = (): string => new Date(clock.now()).toISOString()
  const secondsSince = (since: string): number => Math.max(0, (clock.now() - Date.parse(since)) / 1000)
  let heardAt = memory.get('heardAt') ?? instant()
  let failures = 0

  const isOverBudget = (): boolean => {
    const alone = memory.get('alone')
    return alone !== undefined && secondsSince(alone.since) > budgetSeconds
  }
  return {
    since: () => memory.get('alone')?.since,
    isBeyondBudget: () => memory.get('alone')?.isBeyondBudget ?? false,
    heard: () => {
      failures = 0
      heardAt = instant()
      const alone = memory.get('alone')
      if (alone === undefined) return
      journal.record([{ type: 'ibcf.connection.regained.v1', data: { offlineSeconds: secondsSince(alone.since) } }], (writer) => {
        memory.forget(writer, 'alone')
        memory.put(writer, 'heardAt', heardAt)
      })
    },
    failed: () => {
      failures++
      if (failures < failuresUntilAlone || memory.get('alone') !== undefined || memory.get('approval') === undefined) return
      journal.record([{ type: 'ibcf.connection.lost.v1', data: { since: heardAt, attempts: failures } }], (writer) =>
        memory.put(writer, 'alone', { since: heardAt, isBeyondBudget: false }),
      )
    },
    judgeBudget: () => {
      const alone = memory.get('alone')
      if (alone === undefined || alone.isBeyondBudget || !isOverBudget()) return []
      const detail = `No master has been heard since ${alone.since}; ${budgetSeconds} s is what this node may go on alone.`
      const policyBundleId = memory.get('desired')?.policyBundleId ?? null
      return [
        { type: 'ibcf.alarm.raised.v1', data: { name: 'autonomy-budget-exceeded', severity: 'critical', detail } },
        { type: 'ibcf.decision.taken.v1', data: { policy: 'autonomy budget', decision: 'report-degraded', basis: detail, policyBundleId } },
      ]
    },
    remember: (writer) => {
      const alone = memory.get('alone')
      if (alone !== undefined) memory.put(writer, 'alone', { ...alone, isBeyondBudget: alone.isBeyondBudget || isOverBudget() })
      memory.put(writer, 'heardAt', heardAt)
    },
  }
}
