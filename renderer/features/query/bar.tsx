/** The query as one line above a list of nodes: typed, kept as a view, copied for somebody else, and told a command as a batch. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Bookmark, BookmarkPlus, Send, Trash2 } from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useId, useMemo, useState } from 'react'
import { create } from 'zustand'
import { goTo } from '../../app/navigation.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { type SavedView, useSavedViews } from '../../state/saved-views.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { Menu } from '../../ui/menu.tsx'
import { say } from '../../ui/notices.ts'
import { BatchDialog } from '../commands/batch-dialog.tsx'
import { writeFilter } from '../nodes/filter.ts'
import { useWhyNot } from '../operators/use-why-not.ts'
import classes from './bar.module.css'
import { type LineProblem, namesFrom, type QueryPlace, readLine, toSelector, writeLine } from './model.ts'
import { commonViews } from './views.ts'

/** What could not be read of the line that led to what is shown. The page of another domain is another page, so it is kept beside them. */
const none: readonly LineProblem[] = []
const useProblems = create<{ readonly of: string; readonly problems: readonly LineProblem[] }>()(() => ({ of: '', problems: none }))

export function QueryBar({ place }: { readonly place: QueryPlace }): ReactNode {
  const { queries } = useWorkspace()
  const domains = useQuery(queries.domains())
  const policies = useQuery(queries.policies())
  const names = useMemo(() => namesFrom(domains.data?.items ?? [], policies.data?.items ?? []), [domains.data, policies.data])
  const shown = writeLine(place, names)
  const [line, setLine] = useState(shown)
  const problems = useProblems((held) => (held.of === shown ? held.problems : none))
  const [isKeeping, setKeeping] = useState(false)
  const saidId = useId()
  // The line follows what is shown, whoever changed it, until somebody types.
  useEffect(() => setLine(shown), [shown])
  const show = (wanted: string): void => {
    const read = readLine(wanted, names, place.domainId)
    useProblems.setState({ of: writeLine(read.place, names), problems: read.problems })
    goTo({ room: 'domain', domainId: read.place.domainId, tab: 'nodes', filter: writeFilter(read.place.filter) })
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    show(line)
  }
  return (
    <div className={classes['bar']}>
      <form className={classes['form']} onSubmit={submit} role="search" aria-label={t`Query`}>
        <input
          className={classes['input']}
          value={line}
          maxLength={1000}
          spellCheck={false}
          autoComplete="off"
          aria-label={t`Query, such as: domain:North tag:pump,ship mode:AUTONOMOUS health:DEGRADED ship 7`}
          placeholder="domain:North tag:pump,ship mode:AUTONOMOUS health:DEGRADED ship 7"
          aria-describedby={saidId}
          onChange={(event) => setLine(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setLine(shown)
          }}
        />
      </form>
      <CopyButton text={shown} label={t`Copy the query`} />
      <ViewsMenu onShow={show} onKeep={() => setKeeping(true)} />
      <BatchButton place={place} line={shown} />
      <p id={saidId} className={classes['said']} role="status">
        {problems.map((problem) => problemSentence(problem)).join(' ')}
      </p>
      {isKeeping ? <KeepDialog line={shown} onClose={() => setKeeping(false)} /> : null}
    </div>
  )
}

type ViewsProps = { readonly onShow: (line: string) => void; readonly onKeep: () => void }

function ViewsMenu({ onShow, onKeep }: ViewsProps): ReactNode {
  const items = useSavedViews((views) => views.items)
  const drop = useSavedViews((views) => views.drop)
  const [isDropping, setDropping] = useState(false)
  const entry = (view: SavedView, kind: string) => ({
    id: `${kind} ${view.name}`,
    name: boundText(view.name, 60),
    note: boundText(view.line, 120),
    icon: <Bookmark aria-hidden="true" />,
    onAction: () => onShow(view.line),
  })
  return (
    <>
      <Menu
        label={t`Views`}
        buttonClassName={classes['views']}
        isNamedByContent
        placement="bottom end"
        sections={[
          { title: t`Kept here`, entries: items.map((view) => entry(view, 'own')) },
          { title: t`For everybody`, entries: commonViews().map((view) => entry(view, 'common')) },
          {
            entries: [
              { id: 'keep', name: t`Keep this query`, icon: <BookmarkPlus aria-hidden="true" />, onAction: onKeep },
              ...(items.length === 0
                ? []
                : [{ id: 'drop', name: t`Let go of a view`, icon: <Trash2 aria-hidden="true" />, onAction: () => setDropping(true) }]),
            ],
          },
        ]}
      >
        <Bookmark aria-hidden="true" size={14} />
        <Trans>Views</Trans>
      </Menu>
      <Dialog title={t`Views kept here`} isOpen={isDropping} onClose={() => setDropping(false)}>
        <ul className={classes['kept']}>
          {items.map((view) => (
            <li key={view.name}>
              <span>
                <strong>{boundText(view.name, 60)}</strong>
                <code>{boundText(view.line, 200)}</code>
              </span>
              <Button
                onPress={() => {
                  drop(view.name)
                  say(t`Let go: ${boundText(view.name, 60)}.`)
                }}
              >
                <Trans>Let go</Trans>
              </Button>
            </li>
          ))}
        </ul>
      </Dialog>
    </>
  )
}

function KeepDialog({ line, onClose }: { readonly line: string; readonly onClose: () => void }): ReactNode {
  const keep = useSavedViews((views) => views.keep)
  const [name, setName] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (name.trim() === '') return
    keep({ name: name.trim(), line })
    say(t`Kept as ${boundText(name.trim(), 60)}.`)
    onClose()
  }
  return (
    <Dialog title={t`Keep this query`} isOpen onClose={onClose}>
      <form onSubmit={submit} className={classes['keepForm']}>
        <p>
          <code>{boundText(line, 400)}</code>
        </p>
        <TextEntry label={t`Name of the view`} value={name} onChange={setName} isRequired autoFocus maxLength={60} />
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="primary" type="submit" whyNot={name.trim() === '' ? t`Name it first.` : null}>
            <Trans>Keep it</Trans>
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

/** Tells all that the query finds, however many are on screen. */
function BatchButton({ place, line }: { readonly place: QueryPlace; readonly line: string }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const whyNot = useWhyNot('operator')
  const scope = toSelector(place)
  const barrier =
    scope.kind === 'selector'
      ? null
      : scope.by === 'text'
        ? t`A batch goes by what nodes are, not by how they are called. Take the text away.`
        : t`A batch goes by what nodes are now. Take the time away.`
  return (
    <>
      <Button whyNot={whyNot ?? barrier} icon={<Send aria-hidden="true" />} onPress={() => setOpen(true)}>
        <Trans>Tell these</Trans>
      </Button>
      {isOpen && scope.kind === 'selector' ? (
        <BatchDialog whom={boundText(line, 80)} selector={scope.selector} onClose={() => setOpen(false)} />
      ) : null}
    </>
  )
}

function problemSentence({ code, word }: LineProblem): string {
  const part = boundText(word, 40)
  switch (code) {
    case 'VALUE_MISSING':
      return t`Nothing stands behind ${part}.`
    case 'VALUE_UNKNOWN':
      return t`Not known here: ${part}.`
    case 'GIVEN_TWICE':
      return t`Given twice: ${part}.`
    case 'QUOTE_OPEN':
      return t`A quotation mark is not closed: ${part}.`
    case 'TOO_LONG':
      return t`Too long: ${part}.`
    case 'NOT_HERE':
      return t`This list is of now; the past has pages of its own.`
  }
}
