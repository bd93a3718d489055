/** What the score of a node is made of, as of when it was looked at; what grows by itself since is counted when it is asked for. */
import { type Attention, scoreNode } from '../../fleet/attention/score.ts'
import type { AttentionWeights } from '../../fleet/attention/weights.ts'
import type { ReadModel } from '../read-model.ts'
import { weightsFor } from './attention-weights.ts'
import type { desiredPolicyOf } from './desired-policy.ts'
import { driftOf } from './drift-of-node.ts'
import type { EvidenceCount } from './evidence.ts'
import { anyExcuses } from './excuses.ts'
import { secondsBehind } from './live-node.ts'
import { isOfFleet, isUnheard, type NodeView, readNodeViewsOf } from './node-view.ts'

export type Scored = {
  readonly view: NodeView
  readonly drift: number | null
  readonly weights: AttentionWeights
  /** Refused pieces that are not settled. */
  readonly evidence: number
  /** Since when it waits, by its events: what equal scores are told apart by. */
  readonly waitingSince: string
  /** Undefined while presence says nothing of it: without presence it would score as this one. */
  readonly unheard: NodeView | undefined
  readonly unheardDrift: number | null
}

export type ScoreParts = {
  readonly evidence: ReadonlyMap<string, EvidenceCount>
  readonly desiredOf: (view: NodeView) => ReturnType<typeof desiredPolicyOf>
}

/** Only of the fleet, in no order. */
export function readScored(model: ReadModel, nodes: readonly string[], { evidence, desiredOf }: ScoreParts): readonly Scored[] {
  if (nodes.length === 0) return []
  const waiting = new Map(
    model.reader
      .all<{ subject: string; since: string }>(
        'SELECT subject, since FROM node_standings WHERE subject IN (SELECT value FROM json_each(?))',
        JSON.stringify(nodes),
      )
      .map(({ subject, since }) => [subject, since]),
  )
  const silent: ReadModel = { ...model, presence: { ...model.presence, of: () => undefined } }
  const heard = nodes.filter((node) => model.presence.of(node as NodeView['id']) !== undefined)
  const unheard = new Map<string, NodeView>(readNodeViewsOf(silent, heard).map((view) => [view.id, view]))
  const hasExcuses = anyExcuses(model)
  const drift = (of: ReadModel, view: NodeView): number | null => driftOf(of, view, desiredOf(view), hasExcuses).score
  return readNodeViewsOf(model, nodes)
    .filter(isOfFleet)
    .map((view) => {
      const other = unheard.get(view.id)
      return {
        view,
        drift: drift(model, view),
        weights: weightsFor(model, view.domainId, desiredOf(view)),
        evidence: unsettled(view, evidence.get(view.id)),
        waitingSince: waiting.get(view.id) ?? '',
        unheard: other,
        unheardDrift: other === undefined ? null : drift(silent, other),
      }
    })
}

/** Undefined when there is nothing to look at. */
export function scoreAt(scored: Scored, nowMs: number): Attention | undefined {
  return scoreView(scored, scored.view, scored.drift, nowMs)
}

/** The most that it can score until then, whatever presence says or forgets that makes it no worse than its events say. */
export function mostUntil(scored: Scored, untilMs: number): number {
  const { unheard, unheardDrift } = scored
  const heard = scoreAt(scored, untilMs)?.score ?? 0
  return unheard === undefined ? heard : Math.max(heard, scoreView(scored, unheard, unheardDrift, untilMs)?.score ?? 0)
}

function scoreView({ evidence, weights }: Scored, view: NodeView, drift: number | null, nowMs: number): Attention | undefined {
  const { mode, lastSeenMs } = view
  const standing = {
    quarantineEvent: view.phase === 'QUARANTINED' ? view.phaseEvent : null,
    health: view.health,
    isDisconnected: mode === 'DISCONNECTED',
    isNeverHeard: mode === null,
    isOutOfContact: isUnheard(view) && mode !== null,
    secondsBehind: secondsBehind(mode, view.contactSecondsAfter, lastSeenMs, nowMs),
    autonomyBudgetSeconds: view.autonomyBudgetSeconds,
    backlogMessages: view.backlogMessages,
    evidence,
    drift,
  }
  return scoreNode(standing, weights)
}

/** A decision to take a node back settles what it had sent before ([AT2]). */
function unsettled(view: NodeView, evidence: EvidenceCount | undefined): number {
  if (evidence === undefined) return 0
  return view.phase === 'QUARANTINED' || evidence.lastAt > Date.parse(view.phaseSince) ? evidence.count : 0
}
