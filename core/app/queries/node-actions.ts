/** What an operator may do to a node now; what they may not says why, in the words of the table that decides. */
import type { AuthorityView } from '../../contract/common.ts'
import type { NodeDetail } from '../../contract/nodes.ts'
import { type PhaseEvent, transitPhase } from '../../fleet/lifecycle/phase-machine.ts'
import type { LifecycleState } from '../../projections/lifecycle.ts'

type NodeAction = NodeDetail['actions'][number]

export function actionsOf(lifecycle: Pick<LifecycleState, 'phase' | 'isKeyRevoked'>, authority: AuthorityView): NodeAction[] {
  const { phase } = lifecycle
  const moves: readonly (readonly [NodeAction['action'], PhaseEvent])[] = [
    ['activate', 'activation'],
    ['quarantine', 'operator-quarantine'],
    ['remediate', 'remediation-complete'],
    ['decommission', phase === 'QUARANTINED' ? 'unrecoverable' : 'planned-decommission'],
    ['retire', 'decommission-complete'],
  ]
  const actions = moves.map(([action, event]): NodeAction => {
    const arrow = transitPhase(phase, event)
    if (action === 'remediate' && arrow.ok && lifecycle.isKeyRevoked)
      return { action, isAllowed: false, reason: 'Its key was cut: it needs a new one, or other hardware, first.' }
    return arrow.ok
      ? { action, isAllowed: true, reason: `${phase} becomes ${arrow.value.to}.` }
      : { action, isAllowed: false, reason: arrow.refusal.sentence }
  })
  const revoke: NodeAction = lifecycle.isKeyRevoked
    ? { action: 'revoke-key', isAllowed: false, reason: 'Its key was cut already.' }
    : { action: 'revoke-key', isAllowed: true, reason: 'Its key is cut here: what it signs from now on has no effect.' }
  const foreign = whyNotHere(authority)
  return [...actions, revoke].map((action) =>
    foreign !== undefined && action.isAllowed ? { ...action, isAllowed: false, reason: foreign } : action,
  )
}

function whyNotHere({ standing, masterName, masterId }: AuthorityView): string | undefined {
  switch (standing) {
    case 'held-here':
      return undefined
    case 'held-elsewhere':
      return `${masterName ?? masterId} is master of record here; it is decided there.`
    case 'contested':
      return 'Two masters hold this domain at the same epoch; that has to be settled first.'
    case 'nobody':
      return 'No master holds this domain now.'
  }
}
