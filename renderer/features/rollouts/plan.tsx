/** Planning a rollout: which policy to whom, in which waves, and how many may be in the middle of it at once. Nothing begins before it is started. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { Plus, X } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { goTo } from '../../app/navigation.ts'
import { useAct, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { Choice, TextEntry } from '../../ui/fields.tsx'
import { say } from '../../ui/notices.ts'
import { ProblemPanel } from '../../ui/shown.tsx'
import { firstWaves, type PlanForm, type PlanProblem, type PlanWave, readPlan } from './model.ts'
import classes from './plan.module.css'
import { planProblemName } from './words.ts'

type Props = { readonly domainId?: string; readonly policyBundleId?: string; readonly onClose: () => void }

const nobody = 'none'

export function PlanDialog({ domainId, policyBundleId, onClose }: Props): ReactNode {
  const { queries } = useWorkspace()
  const formats = useFormats()
  const domains = useQuery(queries.domains())
  const policies = useQuery(queries.policies())
  const rows = domains.data?.items ?? []
  const bundles = policies.data?.items ?? []
  const [form, setForm] = useState<PlanForm>({
    name: '',
    domainId: domainId ?? '',
    policyBundleId: policyBundleId ?? '',
    fallbackPolicyBundleId: null,
    tags: '',
    maxDisrupted: '10',
    waves: firstWaves,
  })
  const [isTried, setTried] = useState(false)
  const domain = rows.find(({ id }) => id === form.domainId) ?? rows[0]
  const { problems, request } = readPlan({ ...form, domainId: domain?.id ?? '' })
  const plan = useAct((client, wanted: NonNullable<typeof request>) => client.rollout.plan(wanted))
  const change = (part: Partial<PlanForm>): void => setForm({ ...form, ...part })
  const errorOf = (field: string): string | null => {
    const problem: PlanProblem | undefined = problems[field]
    return isTried && problem !== undefined ? planProblemName(problem) : null
  }
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setTried(true)
    if (request === null) return
    const planned = await plan.run(request)
    if (planned === null) return
    say(t`Planned. Nothing begins before it is started.`)
    onClose()
    goTo({ room: 'rollouts', rolloutId: planned.id })
  }
  const named = bundles.map((bundle) => ({
    id: bundle.id,
    name: `${boundText(bundle.name, 40)} ${boundText(bundle.version, 20)}`,
    note: t`target ${boundText(bundle.targetVersion, 20)}`,
  }))
  return (
    <Dialog title={t`Plan a rollout`} isOpen onClose={onClose} width="wide">
      <form onSubmit={(event) => void submit(event)} className={classes['form']}>
        <div className={classes['two']}>
          <TextEntry
            label={t`Name`}
            value={form.name}
            onChange={(name) => change({ name })}
            error={errorOf('name')}
            isRequired
            autoFocus
            maxLength={200}
          />
          <Choice
            label={t`To the domain`}
            value={domain?.id ?? null}
            onChange={(id) => change({ domainId: id })}
            options={rows.map((row) => ({
              id: row.id,
              name: boundText(row.name, 60),
              depth: row.depth,
              note: t`${formats.count(row.subtree.nodes)} nodes`,
            }))}
          />
          <div>
            <Choice
              label={t`Policy`}
              value={form.policyBundleId === '' ? null : form.policyBundleId}
              onChange={(id) => change({ policyBundleId: id })}
              options={named}
              placeholder={t`Choose a policy`}
            />
            {errorOf('policyBundleId') === null ? null : <p className={classes['error']}>{errorOf('policyBundleId')}</p>}
          </div>
          <Choice
            label={t`When aborted, go back to`}
            value={form.fallbackPolicyBundleId ?? nobody}
            onChange={(id) => change({ fallbackPolicyBundleId: id === nobody ? null : id })}
            options={[{ id: nobody, name: t`Nothing: nodes stay as they are` }, ...named]}
          />
          <TextEntry
            label={t`Only nodes with these tags`}
            help={t`All of them, with commas between. Empty: every node in service.`}
            value={form.tags}
            onChange={(tags) => change({ tags })}
          />
          <TextEntry
            label={t`At most in the middle of it`}
            help={t`So many nodes may be out of service for it at the same time.`}
            value={form.maxDisrupted}
            onChange={(maxDisrupted) => change({ maxDisrupted })}
            error={errorOf('maxDisrupted')}
            inputMode="decimal"
            suffix={t`nodes`}
          />
        </div>
        <Waves form={form} onChange={(waves) => change({ waves })} errorOf={errorOf} />
        {domain === undefined ? null : (
          <p className={classes['note']}>
            <Plural
              value={domain.subtree.nodes}
              one="# node is in this domain and below; the plan names those in service."
              other="# nodes are in this domain and below; the plan names those in service."
            />
          </p>
        )}
        {plan.problem === null ? null : <ProblemPanel problem={plan.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="primary" type="submit" isPending={plan.isRunning}>
            <Trans>Plan it</Trans>
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

type WavesProps = {
  readonly form: PlanForm
  readonly onChange: (waves: readonly PlanWave[]) => void
  readonly errorOf: (field: string) => string | null
}

function Waves({ form, onChange, errorOf }: WavesProps): ReactNode {
  const set = (at: number, part: Partial<PlanWave>): void =>
    onChange(form.waves.map((wave, index) => (index === at ? { ...wave, ...part } : wave)))
  return (
    <fieldset className={classes['waves']}>
      <legend className={classes['legend']}>
        <Trans>Waves</Trans>
      </legend>
      {form.waves.map((wave, at) => {
        const isLast = at === form.waves.length - 1
        const number = String(at + 1)
        return (
          <div key={at} className={classes['wave']}>
            <TextEntry
              label={t`Wave ${number}`}
              value={wave.name}
              onChange={(name) => set(at, { name })}
              error={errorOf(`name${String(at)}`)}
            />
            {isLast ? (
              <p className={classes['rest']}>
                <Trans>the rest</Trans>
              </p>
            ) : (
              <TextEntry
                label={t`Share`}
                value={wave.percent}
                onChange={(percent) => set(at, { percent })}
                error={errorOf(`percent${String(at)}`)}
                inputMode="decimal"
                suffix="%"
              />
            )}
            <TextEntry
              label={t`To be proven`}
              value={wave.success}
              onChange={(success) => set(at, { success })}
              error={errorOf(`success${String(at)}`)}
              inputMode="decimal"
              suffix="%"
            />
            <TextEntry
              label={t`Watched for`}
              value={wave.soakMinutes}
              onChange={(soakMinutes) => set(at, { soakMinutes })}
              error={errorOf(`soak${String(at)}`)}
              inputMode="decimal"
              suffix={t`min`}
            />
            <TextEntry
              label={t`Heard within`}
              value={wave.evidenceHours}
              onChange={(evidenceHours) => set(at, { evidenceHours })}
              error={errorOf(`evidence${String(at)}`)}
              inputMode="decimal"
              suffix={t`h`}
            />
            <label className={classes['gate']}>
              <input type="checkbox" checked={wave.hasGate} onChange={(event) => set(at, { hasGate: event.target.checked })} />
              <Trans>Gate</Trans>
            </label>
            <IconButton
              label={t`Take wave ${number} away`}
              icon={<X aria-hidden="true" />}
              isDisabled={form.waves.length === 1}
              onPress={() => onChange(form.waves.filter((_wave, index) => index !== at))}
            />
          </div>
        )
      })}
      <p className={classes['note']}>
        <Trans>What a node proved counts only while it was heard of within so many hours. Empty: however long ago that is.</Trans>
      </p>
      <Button
        look="quiet"
        icon={<Plus aria-hidden="true" />}
        onPress={() =>
          onChange([
            ...form.waves.slice(0, -1),
            { name: '', percent: '10', soakMinutes: '30', success: '95', evidenceHours: '', hasGate: false },
            ...form.waves.slice(-1),
          ])
        }
      >
        <Trans>A wave before the last</Trans>
      </Button>
    </fieldset>
  )
}
