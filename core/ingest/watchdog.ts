/**
 * Turns the passing of time into assessments: each node has one deadline at which silence would change its mode, kept in a queue,
 * so that a million quiet nodes cost nothing until one is due. Silence is measured on the clock that only grows, from the moment
 * this master began to listen: what it slept through is nobody's silence ([CN5]).
 */
import { assessContact, type Assessment, type ContactEvidence, nextDeadline } from '../fleet/connectivity/assess.ts'
import { expectationOf } from '../fleet/connectivity/expected-contact.ts'
import type { Thresholds } from '../fleet/decisions.ts'
import type { NodeId } from '../kernel/ids.ts'
import { createDeadlineQueue } from '../kernel/deadline-queue.ts'
import type { Clock, Scheduler } from '../kernel/ports.ts'
import type { NodeStanding } from './master-port.ts'
import type { Presence } from './presence.ts'

export type Watchdog = {
  /** Looks at the node now, and again when silence would change its mode. */
  readonly look: (node: NodeId) => void
  /** Looks again before long: what was recorded of it was undone. */
  readonly lookLater: (node: NodeId) => void
  readonly close: () => void
}

export type WatchdogParts = {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly presence: Presence
  readonly standing: (node: NodeId) => NodeStanding | undefined
  readonly thresholdsOf: (node: NodeStanding) => Thresholds
  /** Records a move; false when it could not be recorded now. */
  readonly assessed: (node: NodeId, assessment: Assessment) => boolean
}

const shortestWaitMs = 20
const longestWaitMs = 60_000
/** When what could not be recorded (the disk is full, say) is tried again. */
const retryMs = 5000

export function createWatchdog({ clock, scheduler, presence, standing, thresholdsOf, assessed }: WatchdogParts): Watchdog {
  const deadlines = createDeadlineQueue<NodeId>()
  const listeningSince = clock.monotonic()
  let cancel: (() => void) | undefined
  let plannedFor = Number.POSITIVE_INFINITY
  let isClosed = false

  function evidenceOf(node: NodeStanding): ContactEvidence {
    const heard = presence.of(node.nodeId)
    const nowMs = clock.monotonic()
    const lastContactMs = Math.max(heard?.heardMonotonic ?? listeningSince, listeningSince)
    return {
      mode: node.mode,
      nowMs,
      lastContactMs,
      // A schedule speaks of wall time; how long there is from the contact to what is expected next is counted on the clock that only grows.
      ...expectationOf(node, clock.now() - (nowMs - lastContactMs)),
      autonomyBudgetMs: node.autonomyBudgetSeconds * 1000,
      thresholds: thresholdsOf(node),
      link: heard?.link ?? null,
      goodContacts: heard?.goodContacts ?? 0,
      slowContacts: heard?.slowContacts ?? 0,
      isRelayed: (heard?.viaId ?? null) !== null,
    }
  }

  function look(node: NodeId): void {
    const known = standing(node)
    if (known === undefined || known.phase === 'PROVISIONING' || known.phase === 'RETIRED') {
      deadlines.set(node, undefined)
      return
    }
    // A node that was never heard of is not lost: there is nothing to assess yet.
    const isUnheard = known.mode === null && presence.of(node) === undefined
    const assessment = isUnheard ? undefined : assessContact(evidenceOf(known))
    const isRecorded = assessment === undefined || assessed(node, assessment)
    const after = standing(node)
    if (!isRecorded) deadlines.set(node, clock.monotonic() + retryMs)
    else deadlines.set(node, after === undefined || isUnheard ? undefined : nextDeadline(evidenceOf(after)))
    plan()
  }

  function plan(): void {
    const next = deadlines.next()
    if (isClosed || next === undefined || next >= plannedFor) return
    cancel?.()
    plannedFor = next
    const waitMs = Math.min(Math.max(next - clock.monotonic(), shortestWaitMs), longestWaitMs)
    cancel = scheduler.after(waitMs, () => {
      plannedFor = Number.POSITIVE_INFINITY
      // All are taken out before the first is looked at: a deadline is a sum, and one that is early by its last bit comes again after a
      // wait instead of at once and for ever.
      const due: NodeId[] = []
      const now = clock.monotonic()
      for (let node = deadlines.takeDue(now); node !== undefined; node = deadlines.takeDue(now)) due.push(node)
      for (const node of due) look(node)
      plan()
    })
  }

  return {
    look,
    lookLater: (node) => {
      deadlines.set(node, clock.monotonic() + retryMs)
      plan()
    },
    close: () => {
      isClosed = true
      cancel?.()
    },
  }
}
