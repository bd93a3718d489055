/** What people do about an item of the inbox: see it, give it to somebody, put it off, resolve it; every time on the record. */
import { t } from '@lingui/core/macro'
import { CheckCheck, Clock, Ellipsis, Eye, type LucideIcon, UserRound } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { roleName } from '../../i18n/words.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Choice } from '../../ui/fields.tsx'
import { Menu } from '../../ui/menu.tsx'
import { say } from '../../ui/notices.ts'
import { Segments } from '../../ui/segments.tsx'
import { ReasonDialog } from '../acts/reason-dialog.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import classes from './handling.module.css'
import { type AttentionItem, type Handling, nameOf, toHandlings } from './model.ts'
import { actMeaning, actName } from './words.ts'

const icons: Readonly<Record<Handling, LucideIcon>> = { acknowledge: Eye, assign: UserRound, snooze: Clock, resolve: CheckCheck }

export function HandlingMenu({ item }: { readonly item: AttentionItem }): ReactNode {
  const [asked, setAsked] = useState<Handling | null>(null)
  const whyNot = useWhyNot('operator')
  return (
    <>
      <Menu
        label={t`What to do about: ${boundText(item.title, 80)}`}
        buttonClassName={classes['button']}
        placement="bottom end"
        sections={[
          {
            entries: toHandlings(item).map((act) => {
              const Icon = icons[act]
              return {
                id: act,
                name: actName(act),
                note: whyNot ?? actMeaning(act),
                icon: <Icon aria-hidden="true" />,
                isBarred: whyNot !== null,
                onAction: () => (whyNot === null ? setAsked(act) : say(whyNot)),
              }
            }),
          },
        ]}
      >
        <Ellipsis aria-hidden="true" size={16} />
      </Menu>
      {asked === null ? null : <HandlingDialog key={asked} act={asked} item={item} onClose={() => setAsked(null)} />}
    </>
  )
}

const nobody = 'nobody'
const hours = ['1', '8', '24', '168'] as const

type DialogProps = { readonly act: Handling; readonly item: AttentionItem; readonly onClose: () => void }

function HandlingDialog({ act, item, onClose }: DialogProps): ReactNode {
  const { queries, clock } = useWorkspace()
  const operators = useQuery(queries.operators())
  const [operatorId, setOperatorId] = useState<string | null>(null)
  const [lasts, setLasts] = useState<(typeof hours)[number]>('8')
  const chosen = operatorId ?? item.handling?.assignedTo?.id ?? operators.data?.currentId ?? nobody
  const named = nameOf(item)
  return (
    <ReasonDialog
      title={actName(act)}
      explanation={
        <>
          <strong>{boundText(item.title, 200)}</strong>
          <br />
          {actMeaning(act)}
        </>
      }
      actName={actName(act)}
      reasonLabel={act === 'acknowledge' || act === 'assign' ? t`Note, kept on the record` : t`Reason, kept on the record`}
      isReasonOptional={act === 'acknowledge' || act === 'assign'}
      perform={(client, reason) => {
        switch (act) {
          case 'acknowledge':
            return client.attention.acknowledge({ ...named, note: reason })
          case 'assign':
            return client.attention.assign({ ...named, operatorId: chosen === nobody ? null : chosen, note: reason })
          case 'snooze':
            return client.attention.snooze({ ...named, until: new Date(clock.now() + Number(lasts) * 3_600_000).toISOString(), reason })
          case 'resolve':
            return client.attention.resolve({ ...named, reason })
        }
      }}
      done={t`Recorded: ${actName(act)}.`}
      onClose={onClose}
    >
      {act === 'assign' ? (
        <Choice
          label={t`To whom`}
          value={chosen}
          onChange={setOperatorId}
          options={[
            ...(operators.data?.items ?? []).map(({ id, name, role }) => ({ id, name: boundText(name, 60), note: roleName(role) })),
            { id: nobody, name: t`Nobody in particular` },
          ]}
        />
      ) : act === 'snooze' ? (
        <Segments
          label={t`For how long`}
          value={lasts}
          onChange={setLasts}
          options={[
            { id: '1', name: t`an hour` },
            { id: '8', name: t`8 hours` },
            { id: '24', name: t`a day` },
            { id: '168', name: t`a week` },
          ]}
        />
      ) : undefined}
    </ReasonDialog>
  )
}
