/** A return as the steps of the seed's sequence (3B), with the one it is at, and how far its upload is. */
import type { Session } from '../../i18n/words.ts'

export const returnSteps = ['PROVING', 'LOCKED', 'UPLOADING', 'RECONCILING', 'CLOSED'] as const
export type ReturnStep = (typeof returnSteps)[number]
export type StepState = 'done' | 'present' | 'ahead' | 'never'

export type ReturnProgress = {
  readonly steps: readonly { readonly step: ReturnStep; readonly state: StepState }[]
  /** 0..1 of the events that the node announced; null while it has not said how many there are. */
  readonly share: number | null
  readonly isOpen: boolean
}

export function toReturnProgress(
  session: Pick<Session, 'step' | 'expectedEvents' | 'receivedEvents' | 'closedAt' | 'verdict'>,
): ReturnProgress {
  const isOpen = session.closedAt === null
  const at = returnSteps.indexOf(session.step)
  // An abandoned return stopped somewhere on the way; which steps it had taken is told by what was received.
  const reached = session.verdict === 'ABANDONED' ? (session.receivedEvents > 0 ? 2 : 1) : at
  const steps = returnSteps.map((step, place) => {
    if (session.verdict === 'ABANDONED' && step !== 'CLOSED' && place > reached) return { step, state: 'never' as const }
    if (place < at) return { step, state: 'done' as const }
    if (place === at) return { step, state: isOpen ? ('present' as const) : ('done' as const) }
    return { step, state: 'ahead' as const }
  })
  const share =
    session.expectedEvents === 0
      ? at >= returnSteps.indexOf('RECONCILING')
        ? 1
        : null
      : Math.min(1, session.receivedEvents / session.expectedEvents)
  return { steps, share, isOpen }
}

/** The return of a node that closed last, or null when none is known here. */
export function lastReturnOf(nodeId: string, sessions: readonly Session[]): Session | null {
  const closed = sessions.filter((session) => session.nodeId === nodeId && session.closedAt !== null)
  return closed.toSorted((a, b) => (b.closedAt ?? '').localeCompare(a.closedAt ?? ''))[0] ?? null
}
