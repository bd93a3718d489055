/** What a policy installs to bring nodes to its target version: an artifact that is known here, or one just published, and when it goes back. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { healthName } from '../../i18n/words.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Choice, TextEntry } from '../../ui/fields.tsx'
import { knownSoftware, type Policy, type PolicyForm, rollBackHealths, writeSoftware } from './model.ts'
import classes from './publish.module.css'

type Props = {
  readonly form: PolicyForm
  readonly published: readonly Policy[]
  readonly error: string | null
  readonly onChange: (part: Partial<PolicyForm>) => void
}

const nothing = 'nothing'
const pasted = 'pasted'

export function SoftwareFields({ form, published, error, onChange }: Props): ReactNode {
  const known = knownSoftware(published)
  const chosen = known.find((software) => writeSoftware(software) === form.software)
  const value = form.software === '' ? nothing : (chosen?.artifactId ?? pasted)
  const choose = (id: string): void => {
    const software = known.find(({ artifactId }) => artifactId === id)
    if (software !== undefined) onChange({ software: writeSoftware(software), targetVersion: software.version })
    else onChange({ software: id === nothing ? '' : '{\n  \n}' })
  }
  return (
    <>
      <div className={classes['line']}>
        <Choice
          label={t`Software to install`}
          value={value}
          onChange={choose}
          options={[
            { id: nothing, name: t`None` },
            ...known.map(({ artifactId, name, version }) => ({
              id: artifactId,
              name: `${boundText(name, 40)} ${boundText(version, 40)}`,
            })),
            { id: pasted, name: t`One that was just published` },
          ]}
        />
        {value === nothing ? null : (
          <Choice
            label={t`Goes back at health`}
            value={form.rollBackAt}
            onChange={(rollBackAt) => onChange({ rollBackAt })}
            options={rollBackHealths.map((id) => ({
              id,
              name: id === 'FAILED' ? healthName(id) : t`${healthName(id)} or worse`,
            }))}
          />
        )}
      </div>
      {value === pasted ? (
        <TextEntry
          label={t`The artifact`}
          help={t`What "ibcf artifact publish" printed for the file.`}
          value={form.software}
          onChange={(software) => onChange({ software: boundText(software, 20_000) })}
          error={error}
          lines={6}
          isCode
          maxLength={20_000}
        />
      ) : error === null ? null : (
        <p className={classes['error']}>{error}</p>
      )}
      {value === nothing ? null : (
        <p className={classes['note']}>
          <Trans>A rollout tells each node to install it. That takes two people: one starts the rollout, another agrees.</Trans>
        </p>
      )}
    </>
  )
}
