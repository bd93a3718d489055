/** How long bulk stays at hand, what would be sealed now, and how the sealing goes: set, begun and followed here. */
import { plural, t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Archive, CalendarCog } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { Answers } from '../../client/rpc.ts'
import { useAct, useQuery, useQueryKeepingLast, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { say } from '../../ui/notices.ts'
import { Progress } from '../../ui/progress.tsx'
import { ProblemPanel, Shown, Waiting } from '../../ui/shown.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import { shareDone } from './model.ts'
import classes from './retention.module.css'
import { readDays } from './retention-model.ts'

type ArchiveView = Answers['store']['archive']
type Wish = 'set' | 'seal'

export function Retention(): ReactNode {
  const { queries } = useWorkspace()
  const archive = useQuery(queries.archive(null))
  const whyNot = useWhyNot('engineer')
  const [wish, setWish] = useState<Wish | null>(null)
  const state = archive.data?.sealing.state
  return (
    <>
      <Shown answer={archive} waiting={<Waiting lines={2} />}>
        {(view) => (
          <div className={classes['retention']}>
            <div className={classes['line']}>
              <p>
                <Trans>Bulk stays at hand for {dayCount(view.keepBulkDays)}.</Trans>
                <span className={classes['soft']}>
                  <Preview preview={view.preview} />
                </span>
              </p>
              <div className={classes['acts']}>
                <Button icon={<CalendarCog aria-hidden="true" />} whyNot={whyNot} onPress={() => setWish('set')}>
                  <Trans>Set the days</Trans>
                </Button>
                <Button
                  icon={<Archive aria-hidden="true" />}
                  whyNot={whyNot ?? (state === 'sealing' ? t`Old bulk is being sealed already.` : null)}
                  onPress={() => setWish('seal')}
                >
                  <Trans>Seal now</Trans>
                </Button>
              </div>
            </div>
            <Standing sealing={view.sealing} />
          </div>
        )}
      </Shown>
      {wish !== null && archive.data !== undefined ? (
        <RetentionDialog wish={wish} days={archive.data.keepBulkDays} onClose={() => setWish(null)} />
      ) : null}
    </>
  )
}

function Preview({ preview }: { readonly preview: ArchiveView['preview'] }): ReactNode {
  const formats = useFormats()
  if (preview.events === 0) return <Trans>Nothing older is worth an archive.</Trans>
  const events = plural(preview.events, { one: '# event', other: '# events' })
  const logs = plural(preview.logs, { one: '# log', other: '# logs' })
  return (
    <Trans>
      Older and to be sealed: {events} of {logs}, {formats.bytes(preview.bytes)}.
    </Trans>
  )
}

function Standing({ sealing }: { readonly sealing: ArchiveView['sealing'] }): ReactNode {
  const formats = useFormats()
  switch (sealing.state) {
    case 'idle':
      return sealing.endedAt === null ? null : (
        <p className={classes['faint']}>
          <Trans>
            Looked through <Age at={sealing.endedAt} isSpoken />, and again each hour.
          </Trans>
        </p>
      )
    case 'looking':
      return (
        <p className={classes['faint']} role="status">
          <Trans>Looking for what is old enough.</Trans>
        </p>
      )
    case 'sealing': {
      const done = formats.bytes(sealing.done)
      const total = formats.bytes(sealing.total)
      return (
        <div role="group" aria-label={t`Sealing`}>
          <p>
            <strong>
              <Trans>Sealing. The master goes on working.</Trans>
            </strong>
          </p>
          <Progress label={t`Sealing`} share={shareDone(sealing)}>
            <span>
              <Trans>
                {done} of {total}
              </Trans>
            </span>
            <span>{plural(sealing.events, { one: '# event sealed', other: '# events sealed' })}</span>
          </Progress>
        </div>
      )
    }
    case 'problem':
      return sealing.problem === null ? null : (
        <>
          <ProblemPanel problem={{ kind: 'UNAVAILABLE', ...sealing.problem, facts: {} }} isInline />
          <p className={classes['faint']}>
            <Trans>It is tried again by itself; until then what could not be sealed stays in the store.</Trans>
          </p>
        </>
      )
  }
}

/** Either how long from now on, or what is sealed this once: with what that would be before anything happens. */
function RetentionDialog({ wish, days, onClose }: { readonly wish: Wish; readonly days: number; readonly onClose: () => void }): ReactNode {
  const { queries } = useWorkspace()
  const [text, setText] = useState(String(days))
  const wanted = readDays(text, wish === 'set' ? 1 : 0)
  const preview = useQueryKeepingLast(queries.archive(wanted ?? days))
  const set = useAct((client, keepBulkDays: number) => client.store.setRetention({ keepBulkDays }))
  const seal = useAct((client, keepBulkDays: number) => client.store.seal({ keepBulkDays }))
  const act = wish === 'set' ? set : seal
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (wanted === null || (await act.run(wanted)) === null) return
    say(wish === 'set' ? t`Bulk stays at hand for ${dayCount(wanted)}.` : t`Sealing has begun. The master goes on working.`)
    onClose()
  }
  const wrong = wish === 'set' ? t`A whole number of days, from 1 to 3650.` : t`A whole number of days, from 0 to 3650.`
  return (
    <Dialog title={wish === 'set' ? t`How long bulk stays at hand` : t`Seal old bulk now`} isOpen onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className={classes['form']}>
        <p className={classes['prose']}>
          <Trans>
            Snapshots and digests of presence that are older go into archives beside the store. They are read back when asked for, and
            nothing that rests on them changes. Control and facts always stay.
          </Trans>
        </p>
        <TextEntry
          label={wish === 'set' ? t`Days that bulk stays at hand` : t`Seal what is older than`}
          value={text}
          onChange={setText}
          error={wanted === null ? wrong : null}
          inputMode="decimal"
          suffix={t`days`}
          isRequired
          autoFocus
          maxLength={4}
        />
        <p className={classes['preview']} role="status">
          {preview.data === undefined ? <Trans>Looking.</Trans> : <Preview preview={preview.data.preview} />}
        </p>
        {act.problem === null ? null : <ProblemPanel problem={act.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="primary" type="submit" isPending={act.isRunning} whyNot={wanted === null ? wrong : null}>
            {wish === 'set' ? <Trans>Keep for so long</Trans> : <Trans>Seal</Trans>}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

function dayCount(days: number): string {
  return plural(days, { one: '# day', other: '# days' })
}
