/** A rollout over a thousand nodes as a model: a tenth out of contact, one in fifty that cannot converge, everything else in its time. */
import { describe, expect, it } from 'vitest'
import type { RolloutEvent } from '../../../../core/fleet/rollout/rollout-events.ts'
import { type NodeOutcome, outcomeOf, type RolloutEvidence } from '../../../../core/fleet/rollout/outcome.ts'
import { evolveRollout, openedWaves, type Rollout, splitIntoWaves } from '../../../../core/fleet/rollout/rollout.ts'
import { decideAdvance, disruptedOf, nextToStart, type RolloutView, safeToAdvance } from '../../../../core/fleet/rollout/verdict.ts'

const idOf = (n: number): string => `01HZZZZZZZZZZZZZZZZZZZ${String(n).padStart(4, '0')}`
const target = { policyBundleId: idOf(9001), targetVersion: '2.0.0' }
const maxDisrupted = 40
const tickMs = 60_000

type Modelled = {
  readonly id: string
  readonly isOffline: boolean
  readonly cannot: boolean
  readonly takesTicks: number
  startedAt: number | null
}

function evidenceOf(node: Modelled, tick: number): RolloutEvidence {
  const isDone = node.startedAt !== null && tick - node.startedAt >= node.takesTicks
  return {
    phase: 'ACTIVE',
    mode: node.isOffline ? 'AUTONOMOUS' : 'LIVE',
    hasStarted: node.startedAt !== null,
    adoptedPolicyBundleId: node.startedAt === null ? null : target.policyBundleId,
    reportedVersion: isDone && !node.cannot ? '2.0.0' : '1.0.0',
    proof: isDone && !node.cannot ? { policyBundleId: target.policyBundleId, version: '2.0.0', isAfterRestart: true } : null,
    refusal: isDone && node.cannot ? { code: 'HARDWARE_UNSUPPORTED', sentence: 'Other hardware.', isFinal: true } : null,
    failure: null,
  }
}

/** Runs until it is over, cannot go on, or nothing has changed for an hour of its own time. */
function run(lastShare: number, comesBackAt = Number.POSITIVE_INFINITY) {
  const nodes: Modelled[] = Array.from({ length: 1000 }, (_none, n) => ({
    id: idOf(n),
    isOffline: n % 10 === 3,
    cannot: n % 50 === 7,
    takesTicks: 1 + ((n * 7) % 5),
    startedAt: null,
  }))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const lists = splitIntoWaves([...byId.keys()], [0.01, 0.1, 0.3])
  const terms = { name: 'wave', failedShareAtMost: 0.05, soakSeconds: 300, hasGate: false }
  const shares = [0.8, 0.85, 0.85, lastShare]
  const planned = {
    name: 'a thousand',
    domainId: idOf(9000),
    ...target,
    fallbackPolicyBundleId: null,
    maxDisrupted,
    waves: shares.map((successShare) => ({ ...terms, successShare })),
  }
  let rollout: Rollout | undefined
  const decide = (type: RolloutEvent['type'], data: object, atMs: number): void => {
    rollout = evolveRollout(rollout, { type, data, atMs } as RolloutEvent)
  }
  decide('ibcf.rollout.planned.v1', planned, 0)
  lists.forEach((nodeIds, wave) => decide('ibcf.rollout.enlisted.v1', { wave, nodeIds }, 0))
  decide('ibcf.rollout.started.v1', { reason: 'agreed' }, 0)
  let mostDisrupted = 0
  let view: RolloutView | undefined
  for (let tick = 0; tick < 400; tick++) {
    if (rollout === undefined) break
    const all = nodes.map((node) => (tick < comesBackAt ? node : { ...node, isOffline: false }))
    const outcomes = new Map<string, NodeOutcome>(all.map((node) => [node.id, outcomeOf(evidenceOf(node, tick), target)]))
    view = { rollout, outcomes, nowMs: tick * tickMs }
    mostDisrupted = Math.max(mostDisrupted, disruptedOf(view))
    const step = decideAdvance(view)
    if (step.ok && step.value.step === 'finish') decide('ibcf.rollout.completed.v1', { reason: 'all proven' }, view.nowMs)
    if (step.ok && step.value.step === 'advance') decide('ibcf.rollout.advanced.v1', { wave: step.value.wave, reason: '' }, view.nowMs)
    if (rollout.phase === 'COMPLETED') break
    const opened = new Set(openedWaves(rollout).flatMap(({ nodeIds }) => nodeIds))
    for (const id of nextToStart({ ...view, rollout })) {
      const node = byId.get(id)
      expect(opened.has(id) && node !== undefined && (!node.isOffline || tick >= comesBackAt)).toBe(true)
      if (node !== undefined) node.startedAt = tick
    }
  }
  if (rollout === undefined || view === undefined) throw new Error('the rollout of this test was not planned')
  const count = (name: string) => [...(view?.outcomes.values() ?? [])].filter(({ outcome }) => outcome === name).length
  const verdict = safeToAdvance({ ...view, rollout })
  return { rollout, mostDisrupted, count, verdict }
}

describe('a rollout over a thousand nodes', () => {
  it('[RO7] completes what can be completed, and calls the tenth that is out of contact unknown', () => {
    const { rollout, mostDisrupted, count } = run(0.85)
    expect(rollout.phase).toBe('COMPLETED')
    expect(['converged', 'unknown', 'cannot-converge', 'failed', 'pending'].map(count)).toEqual([880, 100, 20, 0, 0])
    expect(mostDisrupted).toBeGreaterThan(maxDisrupted / 2)
    expect(mostDisrupted).toBeLessThanOrEqual(maxDisrupted)
  })

  it('[RO7] waits for those out of contact where more is asked for, and goes on once they have come and proven it', () => {
    const waiting = run(0.95)
    expect([waiting.rollout.phase, waiting.verdict.verdict]).toEqual(['RUNNING', 'wait'])
    expect(waiting.verdict.reasons.map(({ code }) => code)).toContain('THRESHOLD_NOT_REACHED')
    const after = run(0.95, 200)
    expect([after.rollout.phase, after.count('converged'), after.count('unknown'), after.count('cannot-converge')]).toEqual([
      'COMPLETED',
      980,
      0,
      20,
    ])
    expect(after.mostDisrupted).toBeLessThanOrEqual(maxDisrupted)
  })

  it('[RO7] stops where more is asked for than can be reached with those that cannot converge', () => {
    const { rollout, verdict } = run(0.99)
    expect([rollout.phase, verdict.verdict]).toEqual(['RUNNING', 'stop'])
    expect(verdict.reasons.filter(({ bearing }) => bearing === 'stop').map(({ code }) => code)).toEqual(['THRESHOLD_OUT_OF_REACH'])
  })
})
