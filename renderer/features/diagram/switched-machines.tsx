/** The two machines of a node, one at a time. */
import { t } from '@lingui/core/macro'
import { type ReactNode, useState } from 'react'
import { Section } from '../../ui/section.tsx'
import { Segments } from '../../ui/segments.tsx'
import { StateMachine } from './state-machine.tsx'

export function StateMachines({ phase, connectivity }: { readonly phase: string; readonly connectivity: string }): ReactNode {
  const [which, setWhich] = useState<'connectivity' | 'phase'>('connectivity')
  return (
    <Section
      title={t`State machine`}
      note={
        <Segments
          label={t`Which machine`}
          value={which}
          onChange={setWhich}
          options={[
            { id: 'connectivity', name: t`Connectivity` },
            { id: 'phase', name: t`Phase` },
          ]}
        />
      }
    >
      {which === 'phase' ? (
        <StateMachine text={phase} title={t`Phases of a node`} />
      ) : (
        <StateMachine text={connectivity} title={t`Connectivity of a node`} />
      )}
    </Section>
  )
}
