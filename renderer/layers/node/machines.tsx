/** The machines that were this node, what asks to be it, and forks of its logs that wait for a decision. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { type ReactNode, useState } from 'react'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { DecideFork, ReplaceHardware } from '../../features/returns/hardware.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Section } from '../../ui/section.tsx'
import type { NodeDetail } from './model.ts'

export function MachinesPanel({ node }: { readonly node: NodeDetail }): ReactNode {
  const { queries } = useWorkspace()
  const formats = useFormats()
  const [asked, setAsked] = useState<'replace' | 'fork' | null>(null)
  const { id, name, lifecycle } = node.record
  const hardware = useQuery(queries.hardware(id)).data
  if (hardware === null || hardware === undefined) return null
  const undecided = hardware.forks.filter(({ decided }) => decided === null).length
  const onClose = (): void => setAsked(null)
  return (
    <Section
      title={t`Machine`}
      note={
        hardware.offers.length > 0 ? (
          <Plural value={hardware.offers.length} one="# machine asks to be this node" other="# machines ask to be this node" />
        ) : undecided > 0 ? (
          <Plural value={undecided} one="# fork waits for a decision" other="# forks wait for a decision" />
        ) : undefined
      }
      actions={
        lifecycle.phase === 'RETIRED' ? undefined : (
          <>
            {undecided > 0 ? (
              <Button look="quiet" onPress={() => setAsked('fork')}>
                <Trans>Decide the fork</Trans>
              </Button>
            ) : null}
            <Button look="quiet" onPress={() => setAsked('replace')}>
              <Trans>Replace hardware</Trans>
            </Button>
          </>
        )
      }
    >
      <Facts
        items={hardware.machines.map(({ serial, since, reason }, at) => ({
          name: at === 0 ? t`Now, since ${formats.dayTime(since)}` : t`Before, since ${formats.dayTime(since)}`,
          value: `${serial === null ? t`no serial told` : boundText(serial, 60)} - ${boundText(reason, 120)}`,
        }))}
      />
      {asked === 'replace' ? <ReplaceHardware nodeId={id} name={name} onClose={onClose} /> : null}
      {asked === 'fork' ? <DecideFork nodeId={id} name={name} onClose={onClose} /> : null}
    </Section>
  )
}
