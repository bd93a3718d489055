/** Publishing a policy: its names, its configuration as JSON checked while it is typed, its constraints. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Checkbox } from 'react-aria-components'
import type { Requests } from '../../client/rpc.ts'
import { useAct } from '../../client/workspace.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { say } from '../../ui/notices.ts'
import { ProblemPanel } from '../../ui/shown.tsx'
import { type Policy, type PolicyForm, type PolicyProblem, readPolicy } from './model.ts'
import classes from './publish.module.css'
import { SoftwareFields } from './software-fields.tsx'

type Props = {
  readonly initial: PolicyForm
  readonly published: readonly Policy[]
  readonly onClose: () => void
  readonly onPublished: (policy: Policy) => void
}

export function PublishDialog({ initial, published, onClose, onPublished }: Props): ReactNode {
  const [form, setForm] = useState(initial)
  const [touched, setTouched] = useState<ReadonlySet<keyof PolicyForm>>(new Set())
  const publish = useAct((client, request: Requests['policy']['publish']) => client.policy.publish(request))
  const { problems, request } = readPolicy(form, published)
  const change = (key: keyof PolicyForm, value: string): void => {
    setForm({ ...form, [key]: value })
    setTouched(new Set([...touched, key]))
  }
  const errorOf = (key: keyof PolicyForm): string | null => {
    const problem = problems[key]
    return problem === undefined || !touched.has(key) ? null : problemWord(problem)
  }
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (request === null) return
    const policy = await publish.run(request)
    if (policy === null) return
    say(t`The policy is published. Assign it to a domain to have it followed.`)
    onPublished(policy)
    onClose()
  }
  return (
    <Dialog title={initial.name === '' ? t`New policy` : t`New version`} isOpen onClose={onClose} width="wide">
      <form onSubmit={(event) => void submit(event)} className={classes['form']}>
        <div className={classes['line']}>
          <TextEntry
            label={t`Name`}
            value={form.name}
            onChange={(value) => change('name', value)}
            error={errorOf('name')}
            isRequired
            autoFocus={initial.name === ''}
            maxLength={200}
          />
          <TextEntry
            label={t`Version`}
            value={form.version}
            onChange={(value) => change('version', value)}
            error={errorOf('version')}
            isRequired
            autoFocus={initial.name !== ''}
            maxLength={64}
          />
          <TextEntry
            label={t`Target version of the software`}
            value={form.targetVersion}
            onChange={(value) => change('targetVersion', value)}
            error={errorOf('targetVersion')}
            isRequired
            maxLength={64}
          />
        </div>
        <TextEntry
          label={t`Configuration (JSON)`}
          value={form.configuration}
          onChange={(value) => change('configuration', value)}
          error={errorOf('configuration')}
          lines={14}
          isCode
          maxLength={200_000}
        />
        <div className={classes['line']}>
          <TextEntry
            label={t`Maintenance window`}
            value={form.maintenanceWindow}
            onChange={(value) => change('maintenanceWindow', value)}
            help={t`As 0 2 * * 6 for 4h in Europe/Berlin. Empty means any time.`}
            maxLength={200}
          />
          <TextEntry
            label={t`Least battery`}
            value={form.minBattery}
            onChange={(value) => change('minBattery', value)}
            error={errorOf('minBattery')}
            suffix="%"
            inputMode="decimal"
            maxLength={6}
          />
          <Checkbox
            className={classes['check'] ?? ''}
            isSelected={form.requiresOnline}
            onChange={(requiresOnline) => setForm({ ...form, requiresOnline })}
          >
            {({ isSelected }) => (
              <>
                <span className={`${classes['box']} ${isSelected ? classes['boxOn'] : ''}`} aria-hidden="true" />
                <Trans>Only while online</Trans>
              </>
            )}
          </Checkbox>
        </div>
        <SoftwareFields
          form={form}
          published={published}
          error={errorOf('software')}
          onChange={(part) => {
            setForm({ ...form, ...part })
            setTouched(new Set([...touched, 'software']))
          }}
        />
        {publish.problem === null ? null : <ProblemPanel problem={publish.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="primary" type="submit" isPending={publish.isRunning} whyNot={request === null ? firstProblem(problems) : null}>
            <Trans>Publish</Trans>
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

function firstProblem(problems: ReturnType<typeof readPolicy>['problems']): string {
  const [first] = Object.entries(problems)
  if (first === undefined) return ''
  return `${fieldName(first[0] as keyof PolicyForm)}: ${problemWord(first[1])}`
}

function fieldName(key: keyof PolicyForm): string {
  switch (key) {
    case 'name':
      return t`Name`
    case 'version':
      return t`Version`
    case 'targetVersion':
      return t`Target version of the software`
    case 'configuration':
      return t`Configuration (JSON)`
    case 'maintenanceWindow':
      return t`Maintenance window`
    case 'minBattery':
      return t`Least battery`
    case 'requiresOnline':
      return t`Only while online`
    case 'software':
      return t`Software to install`
    case 'rollBackAt':
      return t`Goes back at health`
  }
}

function problemWord(problem: PolicyProblem): string {
  switch (problem.kind) {
    case 'empty':
      return t`Must not be empty.`
    case 'not-json':
      return t`This is not JSON yet: see line ${problem.line}.`
    case 'not-an-object':
      return t`The outermost part must be an object in braces.`
    case 'not-a-share':
      return t`Enter 0 to 100.`
    case 'taken':
      return t`This version is published already and never changes.`
    case 'not-an-artifact':
      return t`This is not what "ibcf artifact publish" prints.`
    case 'other-version':
      return t`It is version ${boundText(problem.version, 40)}, which is not the target version.`
  }
}
