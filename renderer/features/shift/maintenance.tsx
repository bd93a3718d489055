/** Maintenance on the page of what is being worked on: that it is, until when and why, with the way out; and the button that begins it. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Wrench } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Choice } from '../../ui/fields.tsx'
import { Name } from '../../ui/name.tsx'
import { ReasonDialog } from '../acts/reason-dialog.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import { type Hours, type Maintenance, offeredHours, untilAfter } from './model.ts'
import classes from './shift.module.css'

type About = { readonly subject: string; readonly name: string }

/** Its own, that of a domain above it, that of a relay it hangs on. Nothing while nothing is worked on. */
export function MaintenanceStrip({ subject, name }: About): ReactNode {
  const { queries } = useWorkspace()
  const over = useQuery(queries.maintenance({ over: subject }))
  const [asked, setAsked] = useState<Maintenance | null>(null)
  const whyNot = useWhyNot('operator')
  const formats = useFormats()
  const items = over.data?.items ?? []
  return (
    <>
      {items.map((item) => {
        const until = formats.dayTime(item.until)
        return (
          <div key={item.maintenanceId} className={classes['strip']} role="status">
            <Wrench aria-hidden="true" size={16} />
            <span className={classes['stripWords']}>
              <strong>
                {item.subjectId === subject ? (
                  <Trans>In maintenance until {until}</Trans>
                ) : (
                  <Trans>
                    <Name text={item.subjectName ?? item.subjectId} /> is in maintenance until {until}
                  </Trans>
                )}
              </strong>
              <span>
                <Name text={item.reason} />
                {item.begunBy === null ? null : (
                  <>
                    {' · '}
                    <Name text={item.begunBy} />
                  </>
                )}
              </span>
            </span>
            {item.subjectId === subject ? (
              <Button look="quiet" whyNot={whyNot} onPress={() => setAsked(item)}>
                <Trans>It is over</Trans>
              </Button>
            ) : null}
          </div>
        )
      })}
      {asked === null ? null : (
        <ReasonDialog
          title={t`End the maintenance of ${boundText(name, 60)}`}
          explanation={t`What it needs is open again from now on.`}
          actName={t`It is over`}
          perform={(client, reason) => client.maintenance.end({ subject, maintenanceId: asked.maintenanceId, reason })}
          done={t`Recorded: the maintenance is over.`}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  )
}

export function MaintenanceButton({ subject, name }: About): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const whyNot = useWhyNot('operator')
  return (
    <>
      <Button look="quiet" whyNot={whyNot} icon={<Wrench aria-hidden="true" />} onPress={() => setOpen(true)}>
        <Trans>Maintenance</Trans>
      </Button>
      {isOpen ? <BeginDialog subject={subject} name={name} onClose={() => setOpen(false)} /> : null}
    </>
  )
}

function BeginDialog({ subject, name, onClose }: About & { readonly onClose: () => void }): ReactNode {
  const { clock } = useWorkspace()
  const [hours, setHours] = useState<Hours>('2')
  return (
    <ReasonDialog
      title={t`Maintenance: ${boundText(name, 60)}`}
      explanation={t`What it needs is put aside until then, shown as being worked on, and open again by itself. Quarantine, refused evidence and contested authority stay open.`}
      actName={t`Begin`}
      perform={(client, reason) => client.maintenance.begin({ subject, until: untilAfter(hours, clock.now()), reason })}
      done={t`Recorded: it is in maintenance.`}
      onClose={onClose}
    >
      <Choice label={t`For how long`} value={hours} onChange={setHours} options={offeredHours.map((id) => ({ id, name: hoursName(id) }))} />
    </ReasonDialog>
  )
}

function hoursName(hours: Hours): string {
  switch (hours) {
    case '1':
      return t`an hour`
    case '2':
      return t`2 hours`
    case '4':
      return t`4 hours`
    case '8':
      return t`a shift of 8 hours`
    case '24':
      return t`a day`
    case '72':
      return t`3 days`
  }
}
