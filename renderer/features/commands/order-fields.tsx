/** What is to be told: the kind, its data, until when, and why. The same for one node and for many. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { boundText } from '../../ui/bound-text.ts'
import { Choice, TextEntry } from '../../ui/fields.tsx'
import { Segments } from '../../ui/segments.tsx'
import { lastings, type OrderForm, type OrderProblem, orderKinds, partNames } from './model.ts'
import classes from './order-fields.module.css'
import { commandKindMeaning, commandKindName, lastingName, orderProblemName, partName } from './words.ts'

type Props = {
  readonly form: OrderForm
  readonly problem: OrderProblem | null
  readonly onChange: (form: OrderForm) => void
}

export function OrderFields({ form, problem, onChange }: Props): ReactNode {
  const change = (part: Partial<OrderForm>): void => onChange({ ...form, ...part })
  return (
    <div className={classes['fields']}>
      <div className={classes['two']}>
        <Choice
          label={t`What to do`}
          value={form.kind}
          onChange={(kind) => change({ kind })}
          options={orderKinds.map((id) => ({ id, name: commandKindName(id) }))}
        />
        <Choice
          label={t`It is to begin`}
          value={form.expires}
          onChange={(expires) => change({ expires })}
          options={lastings.map((id) => ({ id, name: lastingName(id) }))}
        />
      </div>
      <p className={classes['meaning']}>{commandKindMeaning(form.kind)}</p>
      <OrderData form={form} problem={problem} onChange={change} />
      <label className={classes['check']}>
        <input type="checkbox" checked={form.requiresOnline} onChange={(event) => change({ requiresOnline: event.target.checked })} />
        <Trans>Only while it is in contact</Trans>
      </label>
      <TextEntry
        label={t`Reason, kept on the record`}
        value={form.reason}
        onChange={(reason) => change({ reason })}
        isRequired
        lines={2}
        maxLength={1000}
      />
    </div>
  )
}

function OrderData({
  form,
  problem,
  onChange,
}: {
  readonly form: OrderForm
  readonly problem: OrderProblem | null
  readonly onChange: (part: Partial<OrderForm>) => void
}): ReactNode {
  // What was not begun yet is not told as a mistake.
  const error = problem === null || problem.kind === 'empty' ? null : orderProblemName(problem)
  switch (form.kind) {
    case 'set-config':
      return (
        <TextEntry
          label={t`Places and values`}
          help={t`One in a line: /log/level = "info". Nothing behind the sign takes the value away.`}
          value={form.changes}
          onChange={(changes) => onChange({ changes })}
          error={error}
          lines={4}
          isCode
          maxLength={20_000}
        />
      )
    case 'run-snapshot':
      return (
        <fieldset className={classes['parts']}>
          <legend className={classes['legend']}>
            <Trans>Parts of the snapshot</Trans>
          </legend>
          {partNames.map((part) => (
            <label key={part} className={classes['check']}>
              <input
                type="checkbox"
                checked={form.parts.includes(part)}
                onChange={(event) =>
                  onChange({ parts: partNames.filter((name) => (name === part ? event.target.checked : form.parts.includes(name))) })
                }
              />
              {partName(part)}
            </label>
          ))}
        </fieldset>
      )
    case 'restart':
      return (
        <Segments
          label={t`What is to be restarted`}
          value={form.scope}
          onChange={(scope) => onChange({ scope })}
          options={[
            { id: 'agent', name: t`The agent` },
            { id: 'host', name: t`The whole machine` },
          ]}
        />
      )
    case 'install-artifact':
      return (
        <TextEntry
          label={t`The artifact`}
          help={t`What "ibcf artifact publish" printed for the file.`}
          value={form.artifact}
          onChange={(artifact) => onChange({ artifact: boundText(artifact, 20_000) })}
          error={error}
          lines={5}
          isCode
          maxLength={20_000}
        />
      )
  }
}
