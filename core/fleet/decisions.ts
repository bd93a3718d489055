/**
 * What only a master can say: every decision, the shape of its data and the lane it travels in. Facts of nodes are in
 * node/node-events.ts; the two never mix (design 2, Convergence).
 */
import { z } from 'zod'
import { attentionEvents } from './attention/handling.ts'
import { authorityEvents, grantTerms } from './authority/events.ts'
import { commandDecisions } from './command/events.ts'
import { connectivityEvents } from './connectivity/connectivity-events.ts'
import { bundleEvents } from './courier/bundle-events.ts'
import { waiverEvents } from './drift/waiver.ts'
import { hardwareEvents } from './hardware/events.ts'
import {
  connectivityModes,
  constraintsSchema,
  linkQualitySchema,
  masterLevels,
  nodeKinds,
  phases,
  syncDebtSchema,
} from './node/node-record.ts'
import { placeEvents } from './node/place.ts'
import { envelopeSchema, policyEvents, policyTermsShape } from './policy/policy-events.ts'
import { relayEvents } from './relay/relay-record.ts'
import { reconciliationEvents, reconciliationPolicies } from './reconciliation/policy.ts'
import { rolloutEvents } from './rollout/rollout-events.ts'
import { shiftEvents } from './shift/shift-events.ts'

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const text = z.string().max(4000)
const instant = z.iso.datetime()
const count = z.number().int().nonnegative()
const head = z.object({ log: text, seq: count, head: text })
const statement = z.object({ document: z.string(), keyid: z.string(), signature: z.string() })

export const thresholdsSchema = z.object({
  /** Round trip above which a node that is heard is DELAYED, milliseconds. */
  slowRttMs: z.number().positive(),
  slowLossPct: z.number().min(0).max(100),
  /** Silence beyond its schedule after which it is DELAYED, EDGE_CACHED, AUTONOMOUS; seconds. */
  delayedAfterS: z.number().positive(),
  edgeCachedAfterS: z.number().positive(),
  autonomousAfterS: z.number().positive(),
  /** Consecutive good contacts before it is LIVE again. */
  recoverAfterContacts: z.number().int().min(1).max(100),
})
export type Thresholds = z.infer<typeof thresholdsSchema>

/** `kind` says what it weighs, `ways` names the acts that lead out of it (reconciliation/ways-out.ts); verdicts of before told neither. */
export const verdictReasonSchema = z.object({
  code: text,
  sentence: text,
  wayOut: text,
  kind: z.enum(['notice', 'drift', 'trust']).optional(),
  ways: z.array(z.string().max(60)).max(20).optional(),
})
export type VerdictReason = z.infer<typeof verdictReasonSchema>

const driftFigure = z.object({ score: z.number().min(0).max(1), outOfSpec: count })
const modeCounts = z.record(z.enum(connectivityModes), count)

export const decisions = {
  // The control plane itself.
  'ibcf.log.opened.v1': { lane: 'control', data: z.object({ continues: z.array(head), reason: text }) },
  /**
   * A life of a master that began after it was founded. Its logs bear the new incarnation; the ones of before are closed at the points
   * named here. Several in a row where there are many points; the first one is the first event of the new life.
   */
  'ibcf.incarnation.opened.v1': {
    lane: 'control',
    data: z.object({
      incarnation: id,
      reason: z.enum(['restored', 'high-water']),
      continues: z.array(head),
      /** Points that this master once signed and does not hold any more, as far as it knows. */
      lost: z.array(head),
    }),
  },
  'ibcf.master.created.v1': { lane: 'control', data: z.object({ name: text, level: z.enum(masterLevels), keyId: text, publicKey: text }) },
  'ibcf.master.renamed.v1': { lane: 'control', data: z.object({ name: text }) },
  'ibcf.operator.created.v1': { lane: 'control', data: z.object({ name: text, role: text, keyId: text, publicKey: text }) },
  'ibcf.domain.created.v1': {
    lane: 'control',
    data: z.object({ name: text, parentId: id.nullable(), level: z.enum(masterLevels), thresholds: thresholdsSchema.partial() }),
  },
  'ibcf.domain.renamed.v1': { lane: 'control', data: z.object({ name: text }) },
  'ibcf.domain.configured.v1': {
    lane: 'control',
    data: z.object({
      thresholds: thresholdsSchema.partial(),
      /** Kinds of commands that two people are asked for here, besides those that always are; null: as the domain above has it. */
      twoOperatorKinds: z.array(text).max(50).nullable().optional(),
    }),
  },
  'ibcf.authority.granted.v1': {
    lane: 'control',
    data: z.object({
      masterId: id,
      level: z.enum(masterLevels),
      epoch: count,
      until: instant.nullable(),
      right: z.enum(['root', 'grant', 'break-glass']),
      /** The life of the master that it is given to; absent: its first one. A later life has nothing of it. */
      incarnation: id.nullable().optional(),
      /** Of break-glass: why it was taken, for those who review it. */
      reason: text.optional(),
      ...grantTerms,
    }),
  },
  ...authorityEvents,
  // Nodes: joining, phase, connectivity. The subject is the node.
  'ibcf.enrolment.requested.v1': {
    lane: 'control',
    data: z.object({
      requestId: id,
      name: text,
      kind: z.enum(nodeKinds),
      tags: z.array(text),
      keyId: text,
      publicKey: text,
      serial: text.nullable(),
      manufacturer: text.nullable(),
      model: text.nullable(),
      contactEverySeconds: z.number(),
      autonomyBudgetSeconds: z.number(),
      viaId: id.nullable(),
      statement,
    }),
  },
  'ibcf.enrolment.approved.v1': { lane: 'control', data: z.object({ requestId: id, domainId: id, keyId: text, publicKey: text }) },
  'ibcf.enrolment.refused.v1': { lane: 'control', data: z.object({ requestId: id, reason: text }) },
  'ibcf.lifecycle.transitioned.v1': {
    lane: 'control',
    data: z.object({ from: z.enum(phases), to: z.enum(phases), event: text, reason: text, code: text.nullable() }),
  },
  'ibcf.connectivity.assessed.v1': {
    lane: 'control',
    data: z.object({
      /** Null for the first assessment of a node. */
      from: z.enum(connectivityModes).nullable(),
      to: z.enum(connectivityModes),
      event: text,
      reason: text,
      lastSeen: instant.nullable(),
      link: linkQualitySchema.nullable(),
      syncDebt: syncDebtSchema,
    }),
  },
  'ibcf.key.revoked.v1': { lane: 'control', data: z.object({ keyId: text, cut: z.array(head), reason: text }) },
  // Returns (seed 3B). The subject is the node.
  'ibcf.session.opened.v1': {
    lane: 'control',
    data: z.object({ sessionId: id, expectedEvents: count, frontier: z.array(head), clockOffsetMs: z.number() }),
  },
  'ibcf.session.closed.v1': {
    lane: 'control',
    data: z.object({
      sessionId: id,
      verdict: z.enum(['CLEAN', 'QUARANTINED', 'ABANDONED']),
      reasons: z.array(verdictReasonSchema),
      receivedEvents: count,
      held: z.array(head),
      /** By which policy it was judged, and what was known of its drift when it came and when it was judged; absent in verdicts of before. */
      policy: z.enum(reconciliationPolicies).optional(),
      driftBefore: driftFigure.nullable().optional(),
      driftAfter: driftFigure.nullable().optional(),
    }),
  },
  'ibcf.segment.accepted.v1': { lane: 'fact', data: z.object({ log: text, from: count, to: count, head: text }) },
  'ibcf.evidence.parked.v1': {
    lane: 'control',
    data: z.object({ log: text, from: count, to: count, code: text, sentence: text, digest: text, sizeBytes: count }),
  },
  // Desired state. The subject is the policy bundle, then the domain.
  'ibcf.policy.published.v1': {
    lane: 'control',
    data: z.object({
      name: text,
      version: text,
      targetVersion: text,
      configuration: z.record(z.string(), z.unknown()),
      constraints: constraintsSchema,
      ...policyTermsShape,
      /** The bundle as a statement that a node can check whoever carried it. */
      envelope: envelopeSchema.optional(),
    }),
  },
  'ibcf.policy.assigned.v1': { lane: 'control', data: z.object({ policyBundleId: id }) },
  ...policyEvents,
  ...rolloutEvents,
  ...waiverEvents,
  // How strictly a domain judges who comes back, and who may be a node from now on.
  ...reconciliationEvents,
  ...hardwareEvents,
  // What is expected of links, and what was done about what needs a person.
  ...connectivityEvents,
  ...placeEvents,
  ...relayEvents,
  ...attentionEvents,
  // What a shift works on, and what it tells the next one.
  ...shiftEvents,
  // What a node is told to do. The subject is the command.
  ...commandDecisions,
  // What is carried by hand. The subject is the bundle.
  ...bundleEvents,
  // Presence, digested per domain: enough for the spectrum over time. The subject is the domain.
  'ibcf.presence.digested.v1': {
    lane: 'bulk',
    data: z.object({
      from: instant,
      to: instant,
      modes: modeCounts,
      backlogMessages: count,
      worstSecondsBehind: z.number().nonnegative(),
      contacts: count,
    }),
  },
} as const satisfies Record<string, { readonly lane: 'control' | 'fact' | 'bulk'; readonly data: z.ZodType }>

export type DecisionType = keyof typeof decisions
export type DecisionData<Type extends DecisionType> = z.infer<(typeof decisions)[Type]['data']>
