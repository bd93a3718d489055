/** Projections as an operator sees them: how far each is, whether it is being rebuilt, and which events it could not fold. */
import { z } from 'zod'
import { connectivityModes, healths, nodeKinds, phases } from '../fleet/node/node-record.ts'
import { id, instant } from './common.ts'

const count = z.number().int().nonnegative()

export const rebuildView = z.object({
  /** Events that are folded into the new tables, of all there are. */
  done: count,
  total: count,
  /** Events a second in this run; 0 before anything was written. */
  rate: z.number().nonnegative(),
  /** Null while the rate is not known. */
  etaSeconds: count.nullable(),
  startedAt: instant,
  reason: z.string(),
  /** Archives of sealed events that are not here: what serves goes on, and the rebuild once they are back. The first twenty. */
  waitsFor: z.array(z.string()),
})

export const projectionView = z.object({
  name: z.string(),
  /** Of this program, and of what serves: while they differ, what is shown is of the older one. */
  version: count,
  servedVersion: count.nullable(),
  /** Local positions: the last event that is in it, and the newest there is. */
  position: count,
  head: count,
  behind: count,
  state: z.enum(['current', 'outdated', 'rebuilding']),
  /** A rebuild makes all of them anew at once. */
  rebuild: rebuildView.nullable(),
  /** Events that it could not fold. */
  parked: count,
  /** Subjects that wait to be judged again after a change of authority. */
  rejudging: count,
})

export const projectionList = z.object({
  items: z.array(projectionView),
  /** Decisions of masters that did not hold the domain: kept, and without effect. */
  powerless: count,
  /** To be compared with another place that holds the same; final once nobody waits to be judged again. */
  stateHash: z.string(),
  isSettled: z.boolean(),
})

export const parkedEvent = z.object({
  projection: z.string(),
  version: count,
  position: count,
  /** Null where not an event could not be folded but a row could not be made. */
  eventId: id.nullable(),
  type: z.string().nullable(),
  subjectId: id,
  code: z.string(),
  sentence: z.string(),
  firstAt: instant,
  lastAt: instant,
  tries: count,
})

export const powerlessEvent = z.object({
  eventId: id,
  type: z.string(),
  subjectId: id,
  domainId: z.string(),
  masterId: id,
  epoch: count,
  position: count,
  /** Why it has none, and what would give it some. */
  code: z.string(),
  sentence: z.string(),
  wouldAllow: z.string(),
})

/** A node at a past instant: from events alone, without the presence of then. */
export const nodeAsOf = z.object({
  at: instant,
  name: z.string(),
  kind: z.enum(nodeKinds),
  tags: z.array(z.string()),
  domainId: z.string(),
  phase: z.enum(phases),
  phaseSince: instant,
  phaseReason: z.string(),
  mode: z.enum(connectivityModes).nullable(),
  modeSince: instant.nullable(),
  modeReason: z.string().nullable(),
  health: z.enum(healths),
  state: z.string(),
  adoptedPolicyId: z.string().nullable(),
  snapshotAt: instant.nullable(),
  lastEventAt: instant.nullable(),
})
