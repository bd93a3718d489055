/** How the projections stand, the rebuild that is under way, and what could not be folded. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { Ban, Hammer } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useAct, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { say } from '../../ui/notices.ts'
import { Progress } from '../../ui/progress.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty, ProblemPanel, Shown, Waiting } from '../../ui/shown.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import { type ProjectionList, projectionState, type ProjectionView, shareDone, summarize } from './model.ts'
import classes from './page.module.css'
import { ParkedEvents } from './parked.tsx'
import { projectionMeaning, projectionStateName } from './words.ts'

export function ProjectionsSection(): ReactNode {
  const { queries } = useWorkspace()
  const projections = useQuery(queries.projections())
  const whyNot = useWhyNot('engineer')
  const [isAsking, setAsking] = useState(false)
  const summary = projections.data === undefined ? null : summarize(projections.data)
  return (
    <Section
      title={t`Projections`}
      anchor="held-projections"
      isFlush
      note={summary === null ? undefined : <Standing list={projections.data} />}
      actions={
        summary === null ? null : (
          <Button
            icon={<Hammer aria-hidden="true" />}
            whyNot={whyNot ?? (summary.rebuild === null ? null : t`A rebuild is under way already.`)}
            onPress={() => setAsking(true)}
          >
            <Trans>Rebuild</Trans>
          </Button>
        )
      }
    >
      <Shown
        answer={projections}
        waiting={
          <div className={classes['waiting']}>
            <Waiting lines={6} />
          </div>
        }
      >
        {(data) => (
          <>
            <RebuildPanel list={data} whyNot={whyNot} />
            <ParkedEvents total={summarize(data).parked} />
            {data.items.length === 0 ? (
              <div className={classes['waiting']}>
                <Empty title={t`Nothing is folded here`} />
              </div>
            ) : (
              <ProjectionTable items={data.items} />
            )}
          </>
        )}
      </Shown>
      {isAsking ? <RebuildDialog onClose={() => setAsking(false)} /> : null}
    </Section>
  )
}

/** In a line: whether all of them are up to date, and what is kept without effect. */
function Standing({ list }: { readonly list: ProjectionList | undefined }): ReactNode {
  if (list === undefined) return null
  const { current, total, rejudging, parked } = summarize(list)
  return (
    <>
      {current === total ? (
        <Trans>all up to date</Trans>
      ) : (
        <Trans>
          {current} of {total} up to date
        </Trans>
      )}
      {parked === 0 ? null : (
        <>
          {', '}
          <Plural value={parked} one="# event parked" other="# events parked" />
        </>
      )}
      {rejudging === 0 ? null : (
        <>
          {', '}
          <Plural value={rejudging} one="# subject being judged again" other="# subjects being judged again" />
        </>
      )}
      {list.powerless === 0 ? null : (
        <>
          {', '}
          <Plural value={list.powerless} one="# decision kept without effect" other="# decisions kept without effect" />
        </>
      )}
    </>
  )
}

function ProjectionTable({ items }: { readonly items: readonly ProjectionView[] }): ReactNode {
  const formats = useFormats()
  const columns: readonly Column<ProjectionView>[] = [
    {
      id: 'name',
      title: t`Projection`,
      draw: (item) => (
        <span className={classes['named']}>
          <span className={classes['strong']}>{item.name}</span>
          <span className={classes['faint']}>{projectionMeaning(item.name)}</span>
        </span>
      ),
    },
    {
      id: 'state',
      title: t`State`,
      width: '12rem',
      draw: (item) => {
        const state = projectionState(item)
        return (
          <span className={classes['state']}>
            <span className={`${classes['dot']} ${classes[`dot-${state}`]}`} aria-hidden="true" />
            {projectionStateName(state)}
          </span>
        )
      },
    },
    {
      id: 'version',
      title: t`Version`,
      width: '7rem',
      align: 'end',
      isSecondary: true,
      draw: ({ version, servedVersion }) =>
        servedVersion === version || servedVersion === null ? String(version) : t`${servedVersion}, to be ${version}`,
    },
    {
      id: 'position',
      title: t`Rests on event`,
      width: '9rem',
      align: 'end',
      isSecondary: true,
      draw: ({ position }) => formats.count(position),
    },
    {
      id: 'behind',
      title: t`Behind`,
      width: '6rem',
      align: 'end',
      draw: ({ behind }) => (behind === 0 ? '\u2014' : formats.count(behind)),
    },
    {
      id: 'parked',
      title: t`Parked`,
      width: '6rem',
      align: 'end',
      draw: ({ parked }) => (parked === 0 ? '\u2014' : <span className={classes['loud']}>{formats.count(parked)}</span>),
    },
  ]
  return <Table label={t`Projections`} columns={columns} rows={items} keyOf={({ name }) => name} isUrgent={({ parked }) => parked > 0} />
}

function RebuildPanel({ list, whyNot }: { readonly list: ProjectionList; readonly whyNot: string | null }): ReactNode {
  const formats = useFormats()
  const cancel = useAct((client) => client.projection.cancelRebuild({}))
  const { rebuild } = summarize(list)
  if (rebuild === null) return null
  const done = formats.count(rebuild.done)
  const total = formats.count(rebuild.total)
  return (
    <div className={classes['panel']} role="group" aria-label={t`Rebuild`}>
      <div className={classes['panelHead']}>
        <p>
          <strong>
            <Trans>Rebuilding beside what serves</Trans>
          </strong>{' '}
          <span className={classes['soft']}>
            {boundText(rebuild.reason, 200)}{' '}
            <Trans>
              Begun <Age at={rebuild.startedAt} isSpoken />. It goes on by itself after a restart.
            </Trans>
          </span>
        </p>
        <Button
          icon={<Ban aria-hidden="true" />}
          whyNot={whyNot}
          isPending={cancel.isRunning}
          onPress={() =>
            void cancel
              .run(undefined)
              .then((told) => (told === null ? undefined : say(t`The rebuild was given up. What serves goes on serving.`)))
          }
        >
          <Trans>Cancel the rebuild</Trans>
        </Button>
      </div>
      <Progress label={t`Events folded anew`} share={shareDone(rebuild)}>
        <span>
          <Trans>
            {done} of {total} events
          </Trans>
        </span>
        {rebuild.rate === 0 ? null : (
          <span>
            <Trans>{formats.count(rebuild.rate)} a second</Trans>
          </span>
        )}
        {rebuild.etaSeconds === null ? null : (
          <span>
            <Trans>about {formats.longDuration(rebuild.etaSeconds)} to go</Trans>
          </span>
        )}
      </Progress>
      {rebuild.waitsFor.length === 0 ? null : (
        <p className={classes['amber']}>
          <Trans>
            It waits for archives that are not there: {rebuild.waitsFor.map((file) => boundText(file, 80)).join(', ')}. Once they are put
            back it goes on by itself.
          </Trans>
        </p>
      )}
      {cancel.problem === null ? null : <ProblemPanel problem={cancel.problem} isInline />}
    </div>
  )
}

function RebuildDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [reason, setReason] = useState('')
  const whyNot = useWhyNot('engineer')
  const rebuild = useAct((client, why: string) => client.projection.rebuild({ reason: why }))
  const why = reason.trim()
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (why === '' || whyNot !== null) return
    const begun = await rebuild.run(why)
    if (begun === null) return
    say(t`The rebuild has begun. What serves goes on serving until it is done.`)
    onClose()
  }
  return (
    <Dialog title={t`Rebuild the projections`} isOpen onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} className={classes['form']}>
        <p>
          <Trans>
            Everything that is shown is made anew from the first event, in new tables beside the present ones. Those go on serving and being
            fed until the new ones have caught up and take their place. No event is changed or lost, nobody is told anything and nothing is
            decided. It needs about as much disk as the present tables.
          </Trans>
        </p>
        <TextEntry
          label={t`Reason`}
          value={reason}
          onChange={setReason}
          help={t`Shown while it is under way.`}
          isRequired
          autoFocus
          maxLength={200}
        />
        {rebuild.problem === null ? null : <ProblemPanel problem={rebuild.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="primary" type="submit" isPending={rebuild.isRunning} whyNot={whyNot ?? (why === '' ? t`Say why first.` : null)}>
            <Trans>Rebuild</Trans>
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
