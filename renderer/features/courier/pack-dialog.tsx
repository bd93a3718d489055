/** Packing a bundle: for whom, onto what, how much of it, and who carries it; a bar shows what fits before anything is written. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useAct, useQuery, useQueryKeepingLast, useWorkspace } from '../../client/workspace.tsx'
import type { Query } from '../../client/query-cache.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { Choice, TextEntry } from '../../ui/fields.tsx'
import { Progress } from '../../ui/progress.tsx'
import { Segments } from '../../ui/segments.tsx'
import { ProblemPanel } from '../../ui/shown.tsx'
import { anyone, everything, type Job, type PackForm, type Plan, readPackForm } from './model.ts'
import classes from './page.module.css'
import { PlanBar } from './plan-bar.tsx'
import { useCourierQueries } from './use-courier.ts'
import { packProblemSentence, progressName } from './words.ts'

const nothing: Query<never> = { key: '', load: () => Promise.reject(new Error('never asked')), isTouchedBy: () => false }

export function PackDialog({ directory, onClose }: { readonly directory: string; readonly onClose: () => void }): ReactNode {
  const courier = useCourierQueries()
  const packing = useQuery(courier.packing())
  const [begunAt, setBegun] = useState<'no' | 'yes'>('no')
  const job = packing.data
  if (begunAt === 'yes' && job !== undefined) return <Packing job={job} onClose={onClose} onBack={() => setBegun('no')} />
  return <PackForms directory={directory} onBegun={() => setBegun('yes')} onClose={onClose} />
}

type FormsProps = { readonly directory: string; readonly onBegun: () => void; readonly onClose: () => void }

function PackForms({ directory, onBegun, onClose }: FormsProps): ReactNode {
  const { queries } = useWorkspace()
  const courier = useCourierQueries()
  const stations = useQuery(courier.stations())
  const volumes = useQuery(courier.volumes())
  const domains = useQuery(queries.domains())
  const [form, setForm] = useState<PackForm>(() => ({
    station: '',
    directory,
    scopeDomainId: everything,
    withFacts: true,
    withBulk: true,
    isFull: false,
    limit: 'volume',
    megabytes: '100',
    minutes: '10',
    kilobits: '64',
    carriedBy: '',
    due: '',
  }))
  const [isSure, setSure] = useState(false)
  const change = (changes: Partial<PackForm>): void => setForm({ ...form, ...changes })
  const { problems, plan, pack } = readPackForm(form)
  const planned = useQueryKeepingLast<Plan>(plan === null ? nothing : courier.plan(plan))
  const begin = useAct((client) => {
    if (pack === null) throw new Error('the form is not complete')
    return client.bundle.pack({ ...pack, isPlainConfirmed: isSure })
  })
  const isPlain = form.station === anyone
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (pack === null) return
    if (isPlain && !isSure) {
      setSure(true)
      return
    }
    if ((await begin.run(undefined)) === null) setSure(false)
    else onBegun()
  }
  if (isSure)
    return (
      <Dialog title={t`Really without encryption?`} isOpen onClose={onClose}>
        <form className={classes['form']} onSubmit={(event) => void submit(event)}>
          <p>
            <Trans>Whoever finds this stick can read all that is on it: nodes, places, policies, people and what they did.</Trans>
          </p>
          {begin.problem === null ? null : <ProblemPanel problem={begin.problem} isInline />}
          <DialogActions>
            <Button onPress={() => setSure(false)}>
              <Trans>Back</Trans>
            </Button>
            <Button look="danger" type="submit" isPending={begin.isRunning}>
              <Trans>Pack it readable</Trans>
            </Button>
          </DialogActions>
        </form>
      </Dialog>
    )
  const [first] = problems
  return (
    <Dialog title={t`Pack a bundle`} isOpen onClose={onClose} width="wide">
      <form className={classes['form']} onSubmit={(event) => void submit(event)}>
        <div className={classes['twoFields']}>
          <Choice
            label={t`For whom`}
            value={form.station === '' ? null : form.station}
            placeholder={t`Choose a station`}
            onChange={(station) => change({ station })}
            options={[
              ...(stations.data?.items ?? []).map(({ masterId, name }) => ({ id: masterId, name: boundText(name, 60) })),
              { id: anyone, name: t`Whoever gets it`, note: t`everything, readable by anyone` },
            ]}
          />
          <Choice
            label={t`Onto`}
            value={form.directory === '' ? null : form.directory}
            placeholder={t`Choose a stick`}
            onChange={(chosen) => change({ directory: chosen })}
            options={(volumes.data?.items ?? [])
              .filter(({ isReadOnly }) => !isReadOnly)
              .map(({ path, label }) => ({ id: path, name: boundText(label, 60), note: boundText(path, 80) }))}
          />
        </div>
        <div className={classes['twoFields']}>
          <Choice
            label={t`How much of the fleet`}
            value={form.scopeDomainId}
            onChange={(scopeDomainId) => change({ scopeDomainId })}
            options={[
              { id: everything, name: t`All of it` },
              ...(domains.data?.items ?? []).map(({ id, name, depth }) => ({ id, name: boundText(name, 60), depth })),
            ]}
          />
          <div className={classes['labelled']}>
            <span className={classes['label']}>
              <Trans>What</Trans>
            </span>
            <Segments
              label={t`What`}
              value={form.withBulk ? 'all' : form.withFacts ? 'facts' : 'control'}
              onChange={(what) => change({ withFacts: what !== 'control', withBulk: what === 'all' })}
              options={[
                { id: 'all', name: t`Everything` },
                { id: 'facts', name: t`No snapshots` },
                { id: 'control', name: t`Decisions only` },
              ]}
            />
          </div>
        </div>
        <Limit form={form} change={change} />
        {form.station === '' ? null : (
          <div className={classes['labelled']}>
            <span className={classes['label']}>
              <Trans>What fits</Trans>
            </span>
            {planned.data === undefined ? (
              planned.problem === null ? (
                <p className={classes['faint']}>{t`Working it out`}</p>
              ) : (
                <ProblemPanel problem={planned.problem} isInline />
              )
            ) : (
              <PlanBar plan={planned.data} isFull={form.isFull || isPlain} />
            )}
          </div>
        )}
        <div className={classes['twoFields']}>
          <TextEntry label={t`Carried by`} value={form.carriedBy} onChange={(carriedBy) => change({ carriedBy })} maxLength={200} />
          <TextEntry
            label={t`Due on`}
            value={form.due}
            onChange={(due) => change({ due })}
            help={t`As 2026-11-30. If nothing was heard by then, it stands in the inbox.`}
            error={problems.includes('due-malformed') ? packProblemSentence('due-malformed') : null}
            maxLength={10}
          />
        </div>
        {begin.problem === null ? null : <ProblemPanel problem={begin.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="primary" type="submit" isPending={begin.isRunning} whyNot={first === undefined ? null : packProblemSentence(first)}>
            <Trans>Pack it</Trans>
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

function Limit({ form, change }: { readonly form: PackForm; readonly change: (changes: Partial<PackForm>) => void }): ReactNode {
  return (
    <div className={classes['labelled']}>
      <span className={classes['label']}>
        <Trans>At most</Trans>
      </span>
      <span className={classes['limit']}>
        <Segments
          label={t`At most`}
          value={form.limit}
          onChange={(limit) => change({ limit })}
          options={[
            { id: 'volume', name: t`What the stick holds` },
            { id: 'bytes', name: t`So many megabytes` },
            { id: 'link', name: t`So many minutes of a link` },
          ]}
        />
        {form.limit === 'bytes' ? (
          <TextEntry
            label={t`Megabytes`}
            value={form.megabytes}
            onChange={(megabytes) => change({ megabytes })}
            inputMode="decimal"
            suffix="MB"
            maxLength={12}
          />
        ) : null}
        {form.limit === 'link' ? (
          <>
            <TextEntry
              label={t`Minutes`}
              value={form.minutes}
              onChange={(minutes) => change({ minutes })}
              inputMode="decimal"
              suffix="min"
              maxLength={8}
            />
            <TextEntry
              label={t`Rate of the link`}
              value={form.kilobits}
              onChange={(kilobits) => change({ kilobits })}
              inputMode="decimal"
              suffix="kbit/s"
              maxLength={10}
            />
          </>
        ) : null}
      </span>
    </div>
  )
}

function Packing({ job, onClose, onBack }: { readonly job: Job; readonly onClose: () => void; readonly onBack: () => void }): ReactNode {
  const formats = useFormats()
  const cancel = useAct((client) => client.bundle.cancelPacking({}))
  const { state, progress, problem, files } = job
  const stage = progress === null ? t`Beginning` : progressName(progress.stage)
  const share = progress === null || progress.total === 0 ? null : Math.min(1, progress.done / progress.total)
  return (
    <Dialog title={state === 'done' ? t`The bundle is packed` : t`Packing`} isOpen onClose={onClose}>
      <div className={classes['form']}>
        {state === 'running' ? (
          <>
            <p className={classes['strong']}>{stage}</p>
            <Progress label={stage} share={share}>
              {progress === null ? null : <span>{formats.bytes(progress.done)}</span>}
            </Progress>
            <p className={classes['soft']}>
              <Trans>Leave the stick where it is. You can close this; it goes on.</Trans>
            </p>
          </>
        ) : null}
        {state === 'done' ? (
          <>
            <p>
              <Trans>
                It was written and read back, and lies on the stick with a note for whoever finds it. Say on the desk when it goes.
              </Trans>
            </p>
            {files.map((file) => (
              <code key={file} className={classes['path']}>
                {boundText(file, 200)}
              </code>
            ))}
          </>
        ) : null}
        {state === 'cancelled' ? (
          <p>
            <Trans>It was given up; nothing of it is left on the stick.</Trans>
          </p>
        ) : null}
        {problem === null || state === 'cancelled' ? null : (
          <ProblemPanel problem={{ kind: 'UNAVAILABLE', ...problem, facts: {} }} isInline />
        )}
        <DialogActions>
          {state === 'running' ? (
            <Button isPending={cancel.isRunning} onPress={() => void cancel.run(undefined)}>
              <Trans>Give up</Trans>
            </Button>
          ) : null}
          {state === 'failed' || state === 'cancelled' ? (
            <Button onPress={onBack}>
              <Trans>Back</Trans>
            </Button>
          ) : null}
          <Button look={state === 'done' ? 'primary' : 'plain'} onPress={onClose}>
            {state === 'done' ? <Trans>Done</Trans> : <Trans>Close</Trans>}
          </Button>
        </DialogActions>
      </div>
    </Dialog>
  )
}
