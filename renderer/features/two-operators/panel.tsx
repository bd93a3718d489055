/** Which kinds of commands take two people in a domain: what always does, what it adds itself or inherits, and setting it ([CM24]). */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { type ReactNode, useState } from 'react'
import type { Answers, Requests } from '../../client/rpc.ts'
import { useAct, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { Name } from '../../ui/name.tsx'
import { say } from '../../ui/notices.ts'
import { Section } from '../../ui/section.tsx'
import { Segments } from '../../ui/segments.tsx'
import { ProblemPanel, Shown } from '../../ui/shown.tsx'
import { orderKinds } from '../commands/model.ts'
import { commandKindName } from '../commands/words.ts'
import { useWhyNot } from '../operators/use-why-not.ts'
import classes from './panel.module.css'
import { isSameSetting, toggleKind } from './model.ts'

type Setting = Answers['command']['twoOperators']
type Kinds = Exclude<Requests['domain']['configure']['twoOperatorKinds'], undefined>
type Domain = { readonly id: string; readonly name: string }

export function TwoOperatorsPanel({ domain }: { readonly domain: Domain }): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.twoOperators(domain.id))
  const whyNot = useWhyNot('engineer')
  const [isOpen, setOpen] = useState(false)
  return (
    <Section
      title={t`Commands that take two people`}
      actions={
        <Button whyNot={whyNot ?? (answer.data === undefined ? t`The setting was not heard yet.` : null)} onPress={() => setOpen(true)}>
          <Trans>Change</Trans>
        </Button>
      }
    >
      <Shown answer={answer}>
        {(setting) => (
          <>
            <ul className={classes['kinds']}>
              {orderKinds.map((kind) => (
                <li key={kind} className={needsTwo(setting, kind) ? classes['two'] : classes['one']}>
                  <strong>{commandKindName(kind)}</strong>: <span>{wordOf(setting, kind)}</span>
                </li>
              ))}
            </ul>
            <p className={classes['origin']}>
              {setting.setBy === null ? (
                <Trans>No domain asks for more than what always takes two.</Trans>
              ) : setting.own === null ? (
                <Trans>
                  Inherited from <Name text={setting.setBy.name} />.
                </Trans>
              ) : (
                <Trans>Set in this domain, for it and all below that say nothing else.</Trans>
              )}
            </p>
            {isOpen ? <ChangeDialog domain={domain} setting={setting} onClose={() => setOpen(false)} /> : null}
          </>
        )}
      </Shown>
    </Section>
  )
}

type ChangeProps = { readonly domain: Domain; readonly setting: Setting; readonly onClose: () => void }

function ChangeDialog({ domain, setting, onClose }: ChangeProps): ReactNode {
  const [own, setOwn] = useState<readonly string[] | null>(setting.own)
  const act = useAct((client, kinds: Kinds) => client.domain.configure({ domainId: domain.id, thresholds: {}, twoOperatorKinds: kinds }))
  const isUnchanged = isSameSetting(own, setting.own)
  const submit = async (): Promise<void> => {
    if (isUnchanged) return
    const chosen = own === null ? null : orderKinds.filter((kind) => own.includes(kind))
    if ((await act.run(chosen)) === null) return
    say(t`In force for commands from now on.`)
    onClose()
  }
  return (
    <Dialog title={t`Commands that take two people`} isOpen onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
        className={classes['form']}
      >
        <p>
          <Trans>One person tells, another agrees. Until then no node is told.</Trans>
        </p>
        <Segments
          label={t`Whose word holds`}
          value={own === null ? 'inherited' : 'own'}
          onChange={(whose) => setOwn(whose === 'own' ? setting.kinds : null)}
          options={[
            { id: 'inherited', name: t`As the domain above` },
            { id: 'own', name: t`This domain` },
          ]}
        />
        <fieldset className={classes['choices']} disabled={own === null}>
          <legend className={classes['legend']}>
            <Trans>Two people for</Trans>
          </legend>
          {orderKinds.map((kind) => {
            const isAlways = setting.always.includes(kind)
            return (
              <label key={kind} className={classes['check']}>
                <input
                  type="checkbox"
                  checked={isAlways || (own ?? setting.kinds).includes(kind)}
                  disabled={isAlways}
                  onChange={(event) => setOwn(toggleKind(own ?? setting.kinds, kind, event.target.checked))}
                />
                {commandKindName(kind)} {isAlways ? <span className={classes['soft']}>{t`always`}</span> : null}
              </label>
            )
          })}
        </fieldset>
        {act.problem === null ? null : <ProblemPanel problem={act.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="primary" type="submit" isPending={act.isRunning} whyNot={isUnchanged ? t`Nothing was changed.` : null}>
            <Trans>Put in force</Trans>
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

function needsTwo({ always, kinds }: Setting, kind: string): boolean {
  return always.includes(kind) || kinds.includes(kind)
}

function wordOf(setting: Setting, kind: string): string {
  if (setting.always.includes(kind)) return t`always two`
  return needsTwo(setting, kind) ? t`two here` : t`one is enough`
}
