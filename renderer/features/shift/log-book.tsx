/** The log book of one object: what people noted of it, newest first, and a line to write another. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useAct, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { Name } from '../../ui/name.tsx'
import { Section } from '../../ui/section.tsx'
import { ProblemPanel, Shown } from '../../ui/shown.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import type { Note } from './model.ts'
import classes from './shift.module.css'

const shownAtMost = 20

export function LogBook({ subject }: { readonly subject: string }): ReactNode {
  const { queries } = useWorkspace()
  const notes = useQuery(queries.notes({ subject, limit: shownAtMost }))
  const [text, setText] = useState('')
  const whyNot = useWhyNot('operator')
  const act = useAct(async (client, given: string) => client.note.write({ subject, text: given }))
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (text.trim() === '' || whyNot !== null || (await act.run(text.trim())) === null) return
    setText('')
  }
  return (
    <Section title={t`Log book`} note={t`Kept for ever, and told in the hand-over sheet.`}>
      <form onSubmit={(event) => void submit(event)} className={classes['noteForm']}>
        <TextEntry label={t`Note for the next shift`} value={text} onChange={setText} lines={2} maxLength={4000} />
        <Button type="submit" isPending={act.isRunning} whyNot={whyNot ?? (text.trim() === '' ? t`Write something first.` : null)}>
          <Trans>Write it down</Trans>
        </Button>
      </form>
      {act.problem === null ? null : <ProblemPanel problem={act.problem} isInline />}
      <Shown answer={notes}>{({ items }) => (items.length === 0 ? null : <NoteList notes={items} />)}</Shown>
    </Section>
  )
}

export function NoteList({
  notes,
  subjectOf,
}: {
  readonly notes: readonly Note[]
  readonly subjectOf?: (note: Note) => ReactNode
}): ReactNode {
  return (
    <ul className={classes['notes']}>
      {notes.map((note) => (
        <li key={note.noteId}>
          <p className={classes['noteText']}>
            <bdi>{boundText(note.text, 4000)}</bdi>
          </p>
          <p className={classes['soft']}>
            {subjectOf?.(note)} <Name text={note.by ?? ''} /> <Age at={note.at} isSpoken />
          </p>
        </li>
      ))}
    </ul>
  )
}
