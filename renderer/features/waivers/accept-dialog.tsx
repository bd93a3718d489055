/** Accepts drift at one place of a node until a date: it counts no more, and is shown as accepted. */
import { t } from '@lingui/core/macro'
import { type ReactNode, useState } from 'react'
import { useWorkspace } from '../../client/workspace.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Choice } from '../../ui/fields.tsx'
import { ReasonDialog } from '../acts/reason-dialog.tsx'

const days = ['1', '7', '30', '90'] as const
type Days = (typeof days)[number]

type Props = { readonly nodeId: string; readonly path: string; readonly onClose: () => void }

export function AcceptDialog({ nodeId, path, onClose }: Props): ReactNode {
  const { clock } = useWorkspace()
  const [lasts, setLasts] = useState<Days>('7')
  return (
    <ReasonDialog
      title={t`Accept the difference at ${boundText(path, 80)}`}
      explanation={t`It stays a difference and counts no more until the date; then it counts again. Everything below this place is accepted too.`}
      actName={t`Accept it`}
      perform={(client, reason) =>
        client.waiver.grant({ subject: nodeId, path, until: new Date(clock.now() + Number(lasts) * 86_400_000).toISOString(), reason })
      }
      done={t`Recorded: the difference is accepted.`}
      onClose={onClose}
    >
      <Choice label={t`For how long`} value={lasts} onChange={setLasts} options={days.map((id) => ({ id, name: daysName(id) }))} />
    </ReasonDialog>
  )
}

/** Takes an acceptance back before its date. */
export function RevokeDialog({
  waiver,
  onClose,
}: {
  readonly waiver: { readonly waiverId: string; readonly subject: string; readonly path: string }
  readonly onClose: () => void
}): ReactNode {
  const { subject, waiverId, path } = waiver
  return (
    <ReasonDialog
      title={t`Accept it no longer: ${boundText(path, 80)}`}
      explanation={t`The difference counts again from now on.`}
      actName={t`Accept it no longer`}
      perform={(client, reason) => client.waiver.revoke({ subject, waiverId, reason })}
      done={t`Recorded: the difference counts again.`}
      onClose={onClose}
    />
  )
}

function daysName(lasts: Days): string {
  switch (lasts) {
    case '1':
      return t`a day`
    case '7':
      return t`a week`
    case '30':
      return t`30 days`
    case '90':
      return t`90 days`
  }
}
