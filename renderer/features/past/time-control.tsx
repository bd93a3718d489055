/** Chooses the instant that a page is of: now, or one of the past. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { History } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Button as AriaButton, Dialog, DialogTrigger, FieldError, Input, Label, Popover, Text, TextField } from 'react-aria-components'
import { useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { usePreferences } from '../../state/preferences.ts'
import { Button } from '../../ui/button.tsx'
import fields from '../../ui/fields.module.css'
import { momentProblem, offeredSeconds, readMoment, writeMoment } from './model.ts'
import classes from './past.module.css'

type Props = {
  /** Null while the page is of now. */
  readonly asOf: string | null
  readonly onChoose: (at: string) => void
}

export function TimeControl({ asOf, onChoose }: Props): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const choose = (at: string): void => {
    setOpen(false)
    onChoose(at)
  }
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <AriaButton className={classes['control'] ?? ''}>
        <History aria-hidden="true" size={14} />
        {asOf === null ? <Trans>As of now</Trans> : <Trans>Another instant</Trans>}
      </AriaButton>
      <Popover className={classes['popover'] ?? ''} placement="bottom end" offset={6}>
        <Dialog className={classes['dialog'] ?? ''} aria-label={t`Show a past instant`}>
          <Choosing asOf={asOf} onChoose={choose} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

function Choosing({ asOf, onChoose }: Props): ReactNode {
  const { clock } = useWorkspace()
  const formats = useFormats()
  const isUtc = usePreferences((preferences) => preferences.isUtc)
  const [text, setText] = useState(() => writeMoment(asOf ?? new Date(clock.now() - 3_600_000).toISOString(), isUtc))
  const at = readMoment(text, isUtc)
  const problem = momentProblem(at, clock.now())
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (at !== null && problem === null) onChoose(at)
  }
  return (
    <form onSubmit={submit} className={classes['form']}>
      <p>
        <Trans>This page as it was at an instant of the past, by what is known of that instant today.</Trans>
      </p>
      <div className={classes['offers']}>
        {offeredSeconds.map((seconds) => {
          const ago = formats.duration(seconds)
          return (
            <Button key={seconds} onPress={() => onChoose(new Date(clock.now() - seconds * 1_000).toISOString())}>
              <Trans>{ago} ago</Trans>
            </Button>
          )
        })}
      </div>
      <TextField
        className={fields['field'] ?? ''}
        value={text}
        onChange={setText}
        isInvalid={problem !== null}
        validationBehavior="aria"
        type="datetime-local"
      >
        <Label className={fields['label'] ?? ''}>{isUtc ? t`Instant, in UTC` : t`Instant, in the time of this machine`}</Label>
        <Input className={fields['input'] ?? ''} step={1} />
        <Text slot="description" className={fields['help'] ?? ''}>
          {t`To the second.`}
        </Text>
        <FieldError className={fields['error'] ?? ''}>
          {problem === 'in-the-future' ? t`That instant has not come yet.` : t`Enter a day and a time.`}
        </FieldError>
      </TextField>
      <Button look="primary" type="submit" whyNot={problem === null ? null : t`Enter an instant of the past first.`}>
        <Trans>Show that instant</Trans>
      </Button>
    </form>
  )
}
