/** What people do about a rollout, each act with its reason when it cannot be done now. */
import { t } from '@lingui/core/macro'
import { type ReactNode, useState } from 'react'
import type { MasterClient } from '../../client/rpc.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { ReasonDialog } from '../acts/reason-dialog.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import classes from './acts.module.css'
import { isUnapproved, type Rollout, type RolloutAct, toActs, waitingGate } from './model.ts'
import { actMeaning, actName, barrierName } from './words.ts'

type Asked = RolloutAct | 'open-gate'

export function RolloutActs({ rollout }: { readonly rollout: Rollout }): ReactNode {
  const [asked, setAsked] = useState<Asked | null>(null)
  const whyNot = useWhyNot('engineer')
  const { queries } = useWorkspace()
  const operators = useQuery(queries.operators()).data
  const who = operators?.currentId ?? null
  const gate = waitingGate(rollout)
  const name = boundText(rollout.name, 60)
  // What the phase rules out for good is not shown beside what only waits: five buttons that cannot be pressed tell nothing.
  const acts = toActs(rollout, who).filter(
    ({ act, barrier }) =>
      barrier === null || barrier === 'not-safe' || barrier === 'needs-another' || (barrier === 'no-fallback' && act === 'roll-back'),
  )
  return (
    <div className={classes['acts']}>
      {gate === null ? null : <Button look="primary" whyNot={whyNot} onPress={() => setAsked('open-gate')}>{t`Open the gate`}</Button>}
      {acts.map(({ act, barrier }) => (
        <Button
          key={act}
          look={lookOf(act, gate !== null || isUnapproved(rollout))}
          whyNot={whyNot ?? (barrier === null ? null : barrierName(barrier, rollout))}
          onPress={() => setAsked(act)}
        >
          {actName(act)}
        </Button>
      ))}
      {asked === null ? null : (
        <ReasonDialog
          key={asked}
          title={
            asked === 'open-gate'
              ? t`Open the gate of ${boundText(rollout.waves[gate ?? 0]?.name ?? '', 40)}`
              : `${actName(asked)}: ${name}`
          }
          explanation={
            asked === 'open-gate' ? t`The wave begins once the wave before it is safe, without asking again.` : actMeaning(asked)
          }
          actName={asked === 'open-gate' ? t`Open the gate` : actName(asked)}
          look={asked === 'abort' || asked === 'roll-back' ? 'danger' : 'primary'}
          perform={(client, reason) => perform(client, asked, rollout.id, gate ?? 0, reason)}
          done={asked === 'open-gate' ? t`Recorded: the gate is open.` : t`Recorded: ${actName(asked)}, ${name}.`}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  )
}

/** One act at most is the next thing to do: agreeing and opening the gate come before going on. */
function lookOf(act: RolloutAct, isHeldUp: boolean): 'primary' | 'plain' {
  if (act === 'approve') return 'primary'
  return (act === 'start' || act === 'advance' || act === 'resume') && !isHeldUp ? 'primary' : 'plain'
}

function perform(client: MasterClient, act: Asked, rolloutId: string, wave: number, reason: string): Promise<unknown> {
  const about = { rolloutId, reason }
  switch (act) {
    case 'start':
      return client.rollout.start(about)
    case 'advance':
      return client.rollout.advance(about)
    case 'pause':
      return client.rollout.pause(about)
    case 'resume':
      return client.rollout.resume(about)
    case 'abort':
      return client.rollout.abort(about)
    case 'roll-back':
      return client.rollout.rollBack(about)
    case 'approve':
      return client.rollout.approve(about)
    case 'open-gate':
      return client.rollout.openGate({ ...about, wave })
  }
}
