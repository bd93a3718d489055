/** Layer 2 of the seed's interface: one node, exactly; and the filtered pages that lead to it. */
import { z } from 'zod'
import { reconciliationPolicies } from '../fleet/reconciliation/policy.ts'
import { waysOut } from '../fleet/reconciliation/ways-out.ts'
import { contactScheduleSchema } from '../fleet/connectivity/connectivity-events.ts'
import { connectivityModes, healths, nodeKinds, nodeRecordSchema, phases } from '../fleet/node/node-record.ts'
import { filterOf, nodeParts } from './filter.ts'
import { waiverView } from './waivers.ts'
import { authoritySchema, doubt, id, instant, pageOf, pageRequest } from './common.ts'

/** `from` and `to`: its phase or its mode changed last in that time. `asOf`: of so few nodes as one answer can fold ([QY43]). */
export const nodeFilter = filterOf(...nodeParts, 'from', 'to', 'asOf')
export const nodeListRequest = nodeFilter.extend(pageRequest)

/** `from` and `to`: when this master recorded it. `text`: part of the sentence or the type. */
const history = filterOf('from', 'to', 'text', 'asOf').extend({ nodeId: id, ...pageRequest })
/** Not exact when it is narrowed: what was found so far. */
const historyTotal = { isTotalExact: z.boolean().optional() }
export const timelineRequest = history
export const observationsRequest = history

/** A line in a list of nodes. */
export const nodeRow = z.object({
  id,
  name: z.string(),
  kind: z.enum(nodeKinds),
  tags: z.array(z.string()),
  serial: z.string().nullable(),
  domainId: id,
  domainName: z.string(),
  mode: z.enum(connectivityModes),
  /** Since when it is in that mode. */
  modeSince: instant.nullable(),
  phase: z.enum(phases),
  state: z.string(),
  health: z.enum(healths),
  lastSeenAt: instant.nullable(),
  backlogMessages: z.number().int().nonnegative(),
  secondsBehind: z.number().nonnegative(),
  driftScore: z.number().nullable(),
  reason: z.string(),
  doubts: z.array(doubt),
})
export type NodeRow = z.infer<typeof nodeRow>

/** Fewer items than asked for with a next page: the filter lets through so few that the rest is looked for with the next. */
export const nodePage = pageOf(nodeRow).extend({
  /** False: there are at least `total`, and counting them all would take longer than reading the page. */
  isTotalExact: z.boolean().optional(),
})

/** A line of the Timeline: a transition, with its cause. */
export const timelineEntry = z.object({
  eventId: id,
  /** What it moved: the phase, the connectivity mode, a return session, an act of a person, a fact of the node itself. */
  track: z.enum(['phase', 'connectivity', 'session', 'act', 'node']),
  type: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  /** Plain words. */
  sentence: z.string(),
  /** When it happened, by its source. */
  time: instant,
  /** When this master recorded it. */
  recordedAt: instant,
  /** The origin's clock was too far off to be believed; `time` is what it said. */
  isClockDoubtful: z.boolean(),
  actorName: z.string().nullable(),
  causeEventId: id.nullable(),
  /** The master that decided it, or the node that reported it. */
  originName: z.string(),
  originKind: z.enum(['master', 'node']),
})
export type TimelineEntry = z.infer<typeof timelineEntry>

export const timelinePage = pageOf(timelineEntry).extend(historyTotal)

export const observationEntry = z.object({
  eventId: id,
  kind: z.enum(['observation', 'snapshot', 'decision', 'health', 'alarm', 'link', 'unknown']),
  type: z.string(),
  time: instant,
  recordedAt: instant,
  sentence: z.string(),
  /** The event's data, to be shown as text. */
  data: z.record(z.string(), z.unknown()),
  /** Recorded by the node while it was on its own. */
  isFromAutonomy: z.boolean(),
})
export type ObservationEntry = z.infer<typeof observationEntry>

export const observationPage = pageOf(observationEntry).extend(historyTotal)

/** One line of desired against actual: an RFC 6901 path and both values as JSON. */
export const differenceEntry = z.object({
  path: z.string(),
  desired: z.unknown(),
  actual: z.unknown(),
  verdict: z.enum(['equal', 'different', 'missing', 'unknown', 'extra']),
  comparator: z.string(),
  /** What the verdict comes to under the rules of the policy; waived and decided by the node itself are apart from drift. */
  standing: z.enum(['in-spec', 'out-of-spec', 'waived', 'local-decision', 'ignored', 'unknown', 'unmanaged']),
  /** How much the line counts in the score. */
  weight: z.number(),
  sentence: z.string(),
  /** The waiver, or the event of the node's decision, that accounts for it. */
  because: z.string().nullable(),
})

export const desiredActual = z.object({
  policyBundleId: id.nullable(),
  policyName: z.string().nullable(),
  policyVersion: z.string().nullable(),
  /** The snapshot that the actual side rests on. */
  snapshotRef: z.string().nullable(),
  snapshotAt: instant.nullable(),
  entries: z.array(differenceEntry),
  driftScore: z.number().nullable(),
  outOfSpec: z.number().int().nonnegative().nullable(),
  /** Why this policy and no other; null while nothing is desired. */
  desiredBecause: z
    .object({
      sentence: z.string(),
      /** Where it is assigned. */
      domainId: id,
      assignmentId: id,
      assignedAt: instant,
      /** Keys whose signature over the bundle verifies here. */
      signedBy: z.array(z.string()),
      passedOver: z.array(z.object({ policyBundleId: id, policyName: z.string().nullable(), domainId: id, why: z.string() })),
    })
    .nullable(),
  /** What the score is the sum of, largest first; empty while it is unknown. */
  terms: z.array(z.object({ path: z.string(), share: z.number(), sentence: z.string() })),
  /** RFC 6902: what would lead from what was found to what is desired. */
  patch: z.array(z.object({ op: z.enum(['add', 'replace', 'remove']), path: z.string(), value: z.unknown().optional() })),
  /** How old the evidence is, and whether that is too old. */
  evidence: z.object({ state: z.enum(['fresh', 'stale', 'none']), ageSeconds: z.number().nullable(), sentence: z.string() }),
  /** That hold for it now, its own and those of the domains it is in. */
  waivers: z.array(waiverView),
})

/** A return of a node (seed 3B), open or closed. */
/** `kind` and `ways` are absent in verdicts of before; `ways` are of fleet/reconciliation/ways-out.ts. */
export const verdictReason = z.object({
  code: z.string(),
  sentence: z.string(),
  wayOut: z.string(),
  kind: z.enum(['notice', 'drift', 'trust']).nullable(),
  ways: z.array(z.enum(waysOut)),
})
export type VerdictReasonView = z.infer<typeof verdictReason>

const driftFigure = z.object({ score: z.number(), outOfSpec: z.number().int() })

/** The verdict as it would be now; nothing is written by asking. */
export const dryRunView = z.object({
  verdict: z.enum(['CLEAN', 'QUARANTINED']),
  policy: z.enum(reconciliationPolicies),
  reasons: z.array(verdictReason),
  driftBefore: driftFigure.nullable(),
  driftAfter: driftFigure.nullable(),
  at: instant,
})
export type DryRunView = z.infer<typeof dryRunView>

export const sessionView = z.object({
  id,
  nodeId: id,
  nodeName: z.string(),
  domainId: id,
  step: z.enum(['PROVING', 'LOCKED', 'UPLOADING', 'RECONCILING', 'CLOSED']),
  openedAt: instant,
  leaseUntil: instant.nullable(),
  closedAt: instant.nullable(),
  expectedEvents: z.number().int().nonnegative(),
  receivedEvents: z.number().int().nonnegative(),
  receivedBytes: z.number().int().nonnegative(),
  /** Events a second since the first piece; null before there is one. */
  ratePerSecond: z.number().nullable(),
  etaSeconds: z.number().nullable(),
  verdict: z.enum(['CLEAN', 'QUARANTINED', 'ABANDONED']).nullable(),
  /** Plain words, with a code each. */
  reasons: z.array(verdictReason),
  /** By which it was judged (domain, inherited); null while it is not, and for verdicts of before. */
  policy: z.enum(reconciliationPolicies).nullable(),
  /** What was known of its drift when it came, and when it was judged. */
  driftBefore: driftFigure.nullable(),
  driftAfter: driftFigure.nullable(),
  /** Wall clock of the node minus this master's, when it proved who it is. */
  clockOffsetMs: z.number(),
  /** How often the upload went on after a break. */
  resumedTimes: z.number().int().nonnegative(),
})
export type SessionView = z.infer<typeof sessionView>

/** How many returns are open at once, and how many bytes they have yet to send together ([RT14]). */
export const returnBudget = z.object({
  maxSessions: z.number().int().min(1).max(4096),
  maxBytes: z.number().int().min(1_000_000).max(65_536_000_000),
})

/** Nodes that asked to return and were told to wait, in the order in which they will be let in. */
export const returnQueueView = z.object({
  at: instant,
  open: z.number().int(),
  waiting: z.number().int(),
  /** The budget: returns open at once, and bytes that they have yet to send together. */
  maxSessions: z.number().int(),
  maxBytes: z.number().int(),
  /** Returns that end, a second, over the last minute; null while none did. */
  ratePerSecond: z.number().nullable(),
  /** Until the last of those who wait is let in; null while that is not known. */
  etaSeconds: z.number().nullable(),
  domains: z.array(z.object({ domainId: id, name: z.string(), waiting: z.number().int(), open: z.number().int() })),
  items: z.array(
    z.object({
      nodeId: id,
      nodeName: z.string(),
      domainId: id,
      place: z.number().int().positive(),
      askedAt: instant,
      /** When it was told to ask again. */
      dueAt: instant,
      expectedEvents: z.number().int().nonnegative(),
      etaSeconds: z.number().nullable(),
    }),
  ),
})
export type ReturnQueueView = z.infer<typeof returnQueueView>

/** `domainId`: that it came back into, and below. `from` and `to`: when it was opened. The other parts are asked of the node as it is now. */
export const sessionListRequest = filterOf(...nodeParts, 'from', 'to', 'asOf').extend({
  onlyOpen: z.coerce.boolean().default(false),
  ...pageRequest,
})
/** Of more than two thousand only the newest are looked at, and `total` is of these. */
export const sessionPage = pageOf(sessionView).extend({ isTotalExact: z.boolean() })

export const evidenceView = z.object({
  id: z.number().int(),
  nodeId: id,
  at: instant,
  code: z.string(),
  sentence: z.string(),
  log: z.string(),
  fromSeq: z.number().int(),
  toSeq: z.number().int(),
  sizeBytes: z.number().int(),
})

export const logView = z.object({
  log: z.string(),
  lane: z.enum(['control', 'fact', 'bulk']),
  seq: z.number().int(),
  signedTo: z.number().int(),
  head: z.string(),
})

/** `asOf`: as it was at that instant, as far as it is known today; absent for now. */
export const nodeMoment = z.object({ nodeId: id, asOf: instant.optional() })

export const nodeDetail = z.object({
  /** The past instant that all of this is of; null for now. Presence, returns under way and logs are not in it then. */
  asOf: instant.nullable(),
  doubts: z.array(doubt),
  record: nodeRecordSchema,
  domainPath: z.array(z.object({ id, name: z.string() })),
  authority: authoritySchema,
  /** Each figure's own instant: what it rests on. */
  ages: z.object({
    connectivity: instant.nullable(),
    health: instant.nullable(),
    version: instant.nullable(),
    inventory: instant.nullable(),
    drift: instant.nullable(),
    linkQuality: instant.nullable(),
  }),
  modeSince: instant.nullable(),
  modeReason: z.string(),
  autonomyBudgetSeconds: z.number().nullable(),
  /** When it is expected to be heard. */
  contact: z
    .object({
      /** Null: by the interval that it named when it asked to join. */
      schedule: contactScheduleSchema.nullable(),
      everySeconds: z.number(),
      /** Null of a node that was never heard, and once a schedule has run out. */
      nextExpectedAt: instant.nullable(),
    })
    .optional(),
  /** The relays on its way to the master, nearest first; empty where it reaches it by itself. Not told of the past. */
  way: z.array(z.object({ id, name: z.string() })).optional(),
  session: sessionView.nullable(),
  evidence: z.array(evidenceView),
  logs: z.array(logView),
  keyId: z.string().nullable(),
  /** What may be done to the node now; what may not says why. */
  actions: z.array(
    z.object({
      action: z.enum(['activate', 'quarantine', 'remediate', 'decommission', 'retire', 'revoke-key']),
      isAllowed: z.boolean(),
      reason: z.string(),
    }),
  ),
  /** mermaid `stateDiagram-v2` of the phase machine, from the same table that decides. */
  phaseDiagram: z.string(),
  connectivityDiagram: z.string(),
})
export type NodeDetail = z.infer<typeof nodeDetail>

export const snapshotView = z.object({
  ref: z.string(),
  at: instant,
  parts: z.array(
    z.object({ name: z.string(), digest: z.string(), sizeBytes: z.number().int(), isHeld: z.boolean(), content: z.unknown() }),
  ),
})
