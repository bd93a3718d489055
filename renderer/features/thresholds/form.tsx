/** When a silent node counts as late, cached, alone: seen and changed for a domain and all below it that has nothing of its own. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { Answers } from '../../client/rpc.ts'
import { useAct } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Button } from '../../ui/button.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { Name } from '../../ui/name.tsx'
import { say } from '../../ui/notices.ts'
import { Section } from '../../ui/section.tsx'
import { ProblemPanel } from '../../ui/shown.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import { readForm, type ThresholdError, type ThresholdName, thresholdNames, toForm } from './model.ts'
import classes from './form.module.css'

export function ThresholdsForm({ domain }: { readonly domain: Answers['domain']['get'] }): ReactNode {
  const formats = useFormats()
  const [form, setForm] = useState(() => toForm(domain.thresholds))
  const whyNot = useWhyNot('engineer')
  const configure = useAct((client, thresholds: Parameters<typeof client.domain.configure>[0]['thresholds']) =>
    client.domain.configure({ domainId: domain.row.id, thresholds }),
  )
  const { errors, change } = readForm(form, domain.thresholds)
  const from = domain.path.find((step) => step.id === domain.thresholdsFromDomainId)
  const isOwn = domain.thresholdsFromDomainId === domain.row.id

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (change === null || whyNot !== null) return
    const done = await configure.run(change)
    if (done !== null) say(t`The thresholds are in force.`)
  }
  return (
    <form onSubmit={(event) => void submit(event)} className={classes['form']}>
      <Section title={t`Thresholds`}>
        <p className={classes['lead']}>
          {isOwn ? (
            <Trans>These are this domain's own, and hold for every domain below that has none of its own.</Trans>
          ) : (
            <Trans>
              Inherited from <Name text={from?.name ?? domain.thresholdsFromDomainId} className={classes['from']} />. Changing one gives
              this domain its own.
            </Trans>
          )}
        </p>
        <Ladder form={form} />
        <div className={classes['fields']}>
          {thresholdNames.map((name) => (
            <TextEntry
              key={name}
              label={labelOf(name)}
              help={helpOf(name)}
              value={form[name]}
              onChange={(value) => setForm({ ...form, [name]: value })}
              error={errors[name] === undefined ? null : errorOf(errors[name])}
              suffix={suffixOf(name, form[name], formats.longDuration)}
              inputMode="decimal"
              maxLength={12}
            />
          ))}
        </div>
        {configure.problem === null ? null : <ProblemPanel problem={configure.problem} isInline />}
        <div className={classes['actions']}>
          <Button
            look="primary"
            type="submit"
            isPending={configure.isRunning}
            whyNot={
              whyNot ??
              (change === null ? (Object.keys(errors).length > 0 ? t`Correct what is marked first.` : t`Nothing was changed.`) : null)
            }
          >
            <Trans>Put in force</Trans>
          </Button>
          <Button
            onPress={() => setForm(toForm(domain.thresholds))}
            isDisabled={thresholdNames.every((name) => form[name] === String(domain.thresholds[name]))}
          >
            <Trans>Back to what is in force</Trans>
          </Button>
        </div>
      </Section>
    </form>
  )
}

/** The three silences on one line, so that their order is seen. */
function Ladder({ form }: { readonly form: ReturnType<typeof toForm> }): ReactNode {
  const formats = useFormats()
  const steps = [Number(form.delayedAfterS), Number(form.edgeCachedAfterS), Number(form.autonomousAfterS)]
  if (steps.some((step) => !Number.isFinite(step) || step <= 0)) return null
  const position = (seconds: number): number => (Math.log10(seconds + 1) / Math.log10((steps[2] ?? 1) * 2 + 1)) * 100
  const [late = 0, cached = 0, alone = 0] = steps
  const parts: readonly (readonly [string, string, number, number])[] = [
    ['LIVE', t`Live`, 0, late],
    ['DELAYED', t`Delayed`, late, cached],
    ['EDGE_CACHED', t`Edge-cached`, cached, alone],
    ['AUTONOMOUS', t`Autonomous`, alone, alone * 2],
  ]
  return (
    <div className={classes['ladder']} aria-hidden="true">
      {parts.map(([mode, name, from, to]) => (
        <span key={mode} className={classes['step']} style={{ flexGrow: Math.max(0.5, position(to) - position(from)) }}>
          <span className={`${classes['stepBar']} ${classes[mode]}`} />
          <span className={classes['stepName']}>{name}</span>
          <span className={classes['stepFrom']}>{from === 0 ? t`on time` : formats.longDuration(from)}</span>
        </span>
      ))}
    </div>
  )
}

function labelOf(name: ThresholdName): string {
  switch (name) {
    case 'slowRttMs':
      return t`Slow above a round trip of`
    case 'slowLossPct':
      return t`Slow above a loss of`
    case 'delayedAfterS':
      return t`Delayed after a silence of`
    case 'edgeCachedAfterS':
      return t`Edge-cached after`
    case 'autonomousAfterS':
      return t`Autonomous after`
    case 'recoverAfterContacts':
      return t`Live again after`
  }
}

function helpOf(name: ThresholdName): string {
  switch (name) {
    case 'slowRttMs':
    case 'slowLossPct':
      return t`Heard on time, but counted as delayed.`
    case 'delayedAfterS':
      return t`Beyond the node's own schedule.`
    case 'edgeCachedAfterS':
      return t`Only what a relay keeps is known then.`
    case 'autonomousAfterS':
      return t`Contact counts as lost; the node is on its own.`
    case 'recoverAfterContacts':
      return t`Good contacts in a row, so that a flapping link does not flap here.`
  }
}

function suffixOf(name: ThresholdName, text: string, longDuration: (seconds: number) => string): string {
  const value = Number(text)
  switch (name) {
    case 'slowRttMs':
      return 'ms'
    case 'slowLossPct':
      return '%'
    case 'recoverAfterContacts':
      return t`contacts`
    default:
      return Number.isFinite(value) && value >= 60 ? t`s, ${longDuration(value)}` : 's'
  }
}

function errorOf(error: ThresholdError): string {
  switch (error) {
    case 'not-a-number':
      return t`Enter a number.`
    case 'not-positive':
      return t`Must be more than nothing.`
    case 'above-hundred':
      return t`At most 100.`
    case 'not-whole':
      return t`Enter a whole number.`
    case 'below-delayed':
      return t`Must not come before delayed.`
    case 'below-edge-cached':
      return t`Must not come before edge-cached.`
  }
}
