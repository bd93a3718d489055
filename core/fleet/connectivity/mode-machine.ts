/**
 * The connectivity mode of a node as a table: the spectrum and the arrows of the seed's 3A, and a written list of additions with
 * their reasons ([CN1]). `from: null` is the first assessment of a node (3A: the arrows that leave ACTIVE).
 */
import type { ConnectivityMode } from '../node/node-record.ts'
import { accepted, refused, type Result } from '../../kernel/result.ts'

export type ModeEvent =
  | 'connectivity-live'
  | 'latency-threshold'
  | 'sync-interval-extends'
  | 'connection-lost'
  | 'connection-detected'
  | 'backlog-upload'
  | 'replay-complete'
  | 'budget-exceeded'
  | 'contact-improved'
  | 'contact-regular'
  | 'link-dropped'

export type ModeArrow = {
  readonly from: ConnectivityMode | null
  readonly event: ModeEvent
  readonly to: ConnectivityMode
  readonly label: string
  /** Why it exists although 3A does not draw it; absent for the arrows of 3A. */
  readonly addition?: string
}

export const modeArrows: readonly ModeArrow[] = [
  { from: null, event: 'connectivity-live', to: 'LIVE', label: 'Connectivity live' },
  { from: null, event: 'latency-threshold', to: 'DELAYED', label: 'Latency increases' },
  { from: null, event: 'sync-interval-extends', to: 'EDGE_CACHED', label: 'Periodic sync' },
  { from: null, event: 'connection-lost', to: 'AUTONOMOUS', label: 'Connection lost' },
  { from: 'LIVE', event: 'latency-threshold', to: 'DELAYED', label: 'Latency threshold' },
  { from: 'LIVE', event: 'connection-lost', to: 'AUTONOMOUS', label: 'Connection lost' },
  { from: 'DELAYED', event: 'sync-interval-extends', to: 'EDGE_CACHED', label: 'Sync interval extends' },
  { from: 'DELAYED', event: 'connection-lost', to: 'AUTONOMOUS', label: 'Connection lost' },
  { from: 'EDGE_CACHED', event: 'connection-lost', to: 'AUTONOMOUS', label: 'Connection lost' },
  { from: 'AUTONOMOUS', event: 'connection-detected', to: 'RETURNING', label: 'Connection detected' },
  { from: 'RETURNING', event: 'backlog-upload', to: 'REPLAYING', label: 'Backlog upload' },
  { from: 'REPLAYING', event: 'replay-complete', to: 'LIVE', label: 'Replay complete' },
  {
    from: 'LIVE',
    event: 'sync-interval-extends',
    to: 'EDGE_CACHED',
    label: 'Sync interval extends',
    addition: 'A node whose relay falls back to periodic sync is not late first.',
  },
  {
    from: 'AUTONOMOUS',
    event: 'budget-exceeded',
    to: 'DISCONNECTED',
    label: 'Autonomy budget exceeded',
    addition: 'The spectrum of section 3 names it between AUTONOMOUS and RETURNING.',
  },
  {
    from: 'DISCONNECTED',
    event: 'connection-detected',
    to: 'RETURNING',
    label: 'Connection detected',
    addition: 'The spectrum of section 3: the way back is the same.',
  },
  {
    from: 'EDGE_CACHED',
    event: 'contact-improved',
    to: 'DELAYED',
    label: 'Contact improves',
    addition: 'Getting better without a backlog needs no replay.',
  },
  {
    from: 'DELAYED',
    event: 'contact-regular',
    to: 'LIVE',
    label: 'Contact regular',
    addition: 'Getting better without a backlog needs no replay.',
  },
  {
    from: 'RETURNING',
    event: 'link-dropped',
    to: 'AUTONOMOUS',
    label: 'Link dropped',
    addition: 'The link can go again before anything was uploaded.',
  },
  {
    from: 'REPLAYING',
    event: 'link-dropped',
    to: 'AUTONOMOUS',
    label: 'Link dropped',
    addition: 'The link can go again in the middle of the upload.',
  },
]

/** The arrow that `event` takes from `from`, or a refusal that says which events are possible there, and from which modes this one is. */
export function transitMode(from: ConnectivityMode | null, event: string): Result<ModeArrow> {
  const arrow = modeArrows.find((candidate) => candidate.from === from && candidate.event === event)
  if (arrow !== undefined) return accepted(arrow)
  const possible = modeArrows.filter((candidate) => candidate.from === from).map((candidate) => candidate.event)
  return refused('MODE_TRANSITION_REFUSED', `A node in ${from ?? 'its first assessment'} does not take "${event.replaceAll('-', ' ')}".`, {
    from,
    event,
    possible: possible.join(' '),
    takenFrom: modeArrows
      .filter((candidate) => candidate.event === event)
      .map((candidate) => candidate.from ?? 'first assessment')
      .join(', '),
  })
}

/** From these the only way back is a return, even of nothing (design 2, Lifecycle). */
export function needsReturn(mode: ConnectivityMode | null): boolean {
  return mode === 'AUTONOMOUS' || mode === 'DISCONNECTED' || mode === 'RETURNING' || mode === 'REPLAYING'
}
