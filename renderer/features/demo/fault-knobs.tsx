/** The fault knobs of the demo island, on the page of the node they turn: break something and watch what the fleet makes of it. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { FileWarning, Link2Off, Link as LinkIcon, type LucideIcon, Power, RadioTower, Snail } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { Requests } from '../../client/rpc.ts'
import { useAct, useQuery, useWorkspace } from '../../client/workspace.tsx'
import type { Kind } from '../../i18n/words.ts'
import { Button } from '../../ui/button.tsx'
import { ProblemPanel } from '../../ui/shown.tsx'
import classes from './fault-knobs.module.css'

type FaultKind = Requests['demo']['fault']['kind']

export function FaultKnobs({ nodeId, kind }: { readonly nodeId: string; readonly kind: Kind }): ReactNode {
  const { queries } = useWorkspace()
  const demo = useQuery(queries.demo())
  const [sentence, setSentence] = useState<string | null>(null)
  const fault = useAct((client, which: FaultKind) => client.demo.fault({ kind: which, nodeId }))
  const isCut = demo.data?.cut.includes(nodeId) ?? false
  const isRelay = kind === 'RELAY' || kind === 'GATEWAY'
  const turn = async (which: FaultKind): Promise<void> => {
    setSentence(null)
    const answer = await fault.run(which)
    if (answer !== null) setSentence(answer.sentence)
  }
  const knobs: readonly { readonly kind: FaultKind; readonly name: string; readonly icon: LucideIcon; readonly isShown: boolean }[] = [
    { kind: 'cut-link', name: t`Cut the link`, icon: Link2Off, isShown: !isRelay && !isCut },
    { kind: 'restore-link', name: t`Restore the link`, icon: LinkIcon, isShown: !isRelay },
    { kind: 'cut-relay', name: t`Cut this relay`, icon: RadioTower, isShown: isRelay && !isCut },
    { kind: 'restore-relay', name: t`Restore this relay`, icon: RadioTower, isShown: isRelay && isCut },
    { kind: 'slow-link', name: t`Slow the link`, icon: Snail, isShown: true },
    { kind: 'tamper-backlog', name: t`Alter its backlog`, icon: FileWarning, isShown: true },
    { kind: 'restart-node', name: t`Restart it`, icon: Power, isShown: true },
  ]
  return (
    <section className={classes['knobs']} aria-label={t`Fault knobs of the demo island`}>
      <p className={classes['title']}>
        <Trans>Fault knobs</Trans>
      </p>
      <div className={classes['buttons']}>
        {knobs
          .filter((knob) => knob.isShown)
          .map((knob) => (
            <Button
              key={knob.kind}
              icon={<knob.icon aria-hidden="true" />}
              onPress={() => void turn(knob.kind)}
              isDisabled={fault.isRunning}
            >
              {knob.name}
            </Button>
          ))}
      </div>
      <p className={classes['answer']} role="status">
        {sentence ?? (isCut ? t`Its link is cut now.` : '')}
      </p>
      {fault.problem === null ? null : <ProblemPanel problem={fault.problem} isInline />}
    </section>
  )
}
