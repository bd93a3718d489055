/**
 * Keeps rollouts going: starts nodes within the disruption budget, opens the next wave and ends the rollout where that is safe and no
 * gate is in the way ([RO9]). It decides nothing that its verdict does not say, and only where this master is master of record.
 */
import type { Commit } from '../../ingest/master-port.ts'
import type { DomainId } from '../../kernel/ids.ts'
import type { Ports } from '../../kernel/ports.ts'
import type { RolloutState } from '../../projections/rollouts.ts'
import { decideAdvance, nextToStart, safeToAdvance } from '../../fleet/rollout/verdict.ts'
import { authorityOf } from '../queries/authority-view.ts'
import type { NodeView } from '../queries/node-view.ts'
import type { ReadModel } from '../read-model.ts'
import { assignByName } from './assign.ts'
import { bringSoftware } from './software.ts'
import { type RolloutStanding, standingOf } from './view.ts'

export type RolloutRunner = {
  /** Something happened that a rollout may rest on. */
  readonly wake: () => void
  readonly close: () => void
}

export type RolloutRunnerParts = {
  readonly model: ReadModel
  readonly ports: Ports
  readonly commit: <Value>(act: (commit: Commit) => Value) => Value
  /** Registers work that is done while nobody waits for a commit. */
  readonly register: (name: string, slice: () => boolean) => () => void
}

/** Many nodes prove themselves at the same time: they are looked at together. */
const gatherMs = 1000
/** A wave that is watched is looked at again at least so often. */
const lookEveryMs = 30_000

export function createRolloutRunner({ model, ports, commit, register }: RolloutRunnerParts): RolloutRunner {
  let pending: string[] = []
  let cancel: (() => void) | undefined
  let dueMs = Number.POSITIVE_INFINITY
  let isClosed = false

  const goOn = register('rollouts', () => {
    const rolloutId = pending.pop()
    if (rolloutId === undefined) return false
    const rollout = model.rollout(rolloutId)
    if (rollout !== undefined) takeStep(rolloutId, rollout)
    return pending.length > 0
  })

  function takeStep(rolloutId: string, rollout: RolloutState): void {
    if (!isHeldHere(rollout.domainId)) return
    const standing = standingOf(model, rollout)
    if (safeToAdvance(standing).verdict === 'stop') return
    startNodes(rolloutId, standing)
    if (rollout.phase !== 'RUNNING') return
    const step = decideAdvance(standing)
    if (step.ok) {
      const about = { subject: rolloutId, domain: rollout.domainId as DomainId }
      commit(({ decide }) =>
        step.value.step === 'finish'
          ? decide({ ...about, type: 'ibcf.rollout.completed.v1', data: { reason: 'Every wave reached what was asked of it.' } })
          : decide({
              ...about,
              type: 'ibcf.rollout.advanced.v1',
              data: { wave: step.value.wave, reason: 'The wave before it reached what was asked of it.' },
            }),
      )
    }
    // What time alone decides: a wave is watched for so long.
    lookWithin(lookEveryMs)
  }

  function startNodes(rolloutId: string, standing: RolloutStanding): void {
    const { rollout, views, overtaken } = standing
    const viewOf = (id: string): NodeView | undefined => {
      const view = views.get(id)
      return view === undefined || overtaken.has(id) || !isHeldHere(view.domainId) ? undefined : view
    }
    const nodes = nextToStart(standing, (id) => viewOf(id) !== undefined).flatMap((id) => viewOf(id) ?? [])
    if (nodes.length === 0) return
    const software = model.policy(rollout.policyBundleId)?.software
    const bringing = { rolloutId, rollout, actor: rollout.agreement?.startedBy ?? null }
    commit((scope) => {
      const ready =
        software === undefined ? nodes : nodes.filter(({ id }) => bringSoftware(model, ports, scope, id, { ...bringing, software }))
      assignByName(scope, ports, ready, rollout.policyBundleId, `Rollout ${rollout.name}`.slice(0, 4000))
    })
  }

  function isHeldHere(domainId: string): boolean {
    return authorityOf(model, domainId).standing === 'held-here'
  }

  function lookWithin(ms: number): void {
    const atMs = ports.clock.monotonic() + ms
    if (isClosed || atMs >= dueMs) return
    cancel?.()
    dueMs = atMs
    cancel = ports.scheduler.after(ms, () => {
      dueMs = Number.POSITIVE_INFINITY
      const rows = model.reader.all<{ subject: string }>("SELECT subject FROM rollouts WHERE phase IN ('RUNNING', 'COMPLETED')")
      pending = rows.map(({ subject }) => subject)
      if (pending.length > 0) goOn()
    })
  }

  lookWithin(gatherMs)
  return {
    wake: () => lookWithin(gatherMs),
    close: () => {
      isClosed = true
      cancel?.()
    },
  }
}
