/** The fingerprint of what this master holds, in words: two operators read them to each other to know that they see the same. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { Fingerprint } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import type { Answers } from '../../client/rpc.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import classes from './fingerprint.module.css'

export function FingerprintButton(): ReactNode {
  const { queries } = useWorkspace()
  const master = useQuery(queries.master())
  const frontier = master.data?.frontier
  if (frontier === undefined) return null
  return (
    <DialogTrigger>
      <Button className={classes['button'] ?? ''} aria-label={t`Fingerprint of what is held`}>
        <Fingerprint aria-hidden="true" size={16} strokeWidth={1.75} />
      </Button>
      <Popover className={classes['popover'] ?? ''} placement="bottom end" offset={6}>
        <Dialog className={classes['dialog'] ?? ''} aria-label={t`Fingerprint of what is held`}>
          <p>
            <Trans>Read these words to another operator. If theirs are the same, both masters hold the same and show the same state.</Trans>
          </p>
          <FingerprintWords words={frontier.fingerprint} />
          <p className={classes['scope']}>
            <FingerprintScope frontier={frontier} />
          </p>
          <CopyButton text={frontier.fingerprint.join(' ')} label={t`Copy the fingerprint words`} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

type Frontier = Answers['master']['get']['frontier']

/** Numbered, because over a poor link a word is asked for again by its number. */
export function FingerprintWords({ words }: { readonly words: readonly string[] }): ReactNode {
  if (words.length === 0)
    return (
      <p role="status">
        <Trans>The words are being found.</Trans>
      </p>
    )
  return (
    <ol className={classes['words']}>
      {words.map((word, at) => (
        <li key={`${String(at)}${word}`}>
          <span aria-hidden="true">{at + 1}</span>
          {word}
        </li>
      ))}
    </ol>
  )
}

/** What the words are of: how much, up to which event, and when they were found. On a large fleet that is a little while ago. */
export function FingerprintScope({ frontier }: { readonly frontier: Frontier }): ReactNode {
  const formats = useFormats()
  if (frontier.asOf === null) return null
  const events = formats.count(frontier.asOf.events)
  return (
    <>
      <Plural
        value={frontier.logs}
        one={`Of everything: # log, up to event ${events}, found`}
        other={`Of everything: # logs, up to event ${events}, found`}
      />{' '}
      <Age at={frontier.asOf.at} isSpoken />.
    </>
  )
}
