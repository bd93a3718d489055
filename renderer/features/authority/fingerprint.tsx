/** The fingerprint of what this master holds, in words: two operators read them to each other to know that they see the same. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Fingerprint } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { CopyButton } from '../../ui/copy.tsx'
import classes from './fingerprint.module.css'

export function FingerprintButton(): ReactNode {
  const { queries } = useWorkspace()
  const formats = useFormats()
  const master = useQuery(queries.master())
  const frontier = master.data?.frontier
  if (frontier === undefined) return null
  const logs = formats.count(frontier.logs)
  return (
    <DialogTrigger>
      <Button className={classes['button'] ?? ''} aria-label={t`Fingerprint of what is held`}>
        <Fingerprint aria-hidden="true" size={16} strokeWidth={1.75} />
      </Button>
      <Popover className={classes['popover'] ?? ''} placement="bottom end" offset={6}>
        <Dialog className={classes['dialog'] ?? ''} aria-label={t`Fingerprint of what is held`}>
          <p>
            <Trans>
              Read these words to another operator. If theirs are the same, both masters hold the same {logs} logs and show the same state.
            </Trans>
          </p>
          <FingerprintWords words={frontier.fingerprint} />
          <CopyButton text={frontier.fingerprint.join(' ')} label={t`Copy the fingerprint words`} />
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

/** Numbered, because over a poor link a word is asked for again by its number. */
export function FingerprintWords({ words }: { readonly words: readonly string[] }): ReactNode {
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
