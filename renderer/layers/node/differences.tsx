/** Desired against actual, line by line: folded by part of the configuration, differences first, values as they are. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { ChevronRight, Handshake, Undo2, Wrench } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { IssueDialog } from '../../features/commands/issue-dialog.tsx'
import { configurationPathOf, writeChange } from '../../features/commands/model.ts'
import { useWhyNotFor } from '../../features/operators/use-why-not.ts'
import { AcceptDialog, RevokeDialog } from '../../features/waivers/accept-dialog.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { usePreferences } from '../../state/preferences.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { shortJson } from '../../ui/json-text.tsx'
import { Name } from '../../ui/name.tsx'
import { say } from '../../ui/notices.ts'
import { Section } from '../../ui/section.tsx'
import { Empty, Shown } from '../../ui/shown.tsx'
import classes from './differences.module.css'
import { type DesiredActual, type DifferenceEntry, type DifferenceGroup, differs, groupDifferences, type NodeDetail } from './model.ts'

/** What a person wants to do about a line. */
type Asked =
  | { readonly act: 'accept' | 'correct'; readonly entry: DifferenceEntry }
  | { readonly act: 'revoke'; readonly entry: DifferenceEntry }

export function DifferencePanel({ node }: { readonly node: NodeDetail }): ReactNode {
  const { asOf } = node
  const nodeId = node.record.id
  const [asked, setAsked] = useState<Asked | null>(null)
  const { queries } = useWorkspace()
  const answer = useQuery(queries.desiredActual(nodeId, asOf))
  const onlyDifferences = usePreferences((preferences) => preferences.showsOnlyDifferences)
  const set = usePreferences((preferences) => preferences.set)
  const data = answer.data
  return (
    <Section
      title={t`Desired and actual`}
      isFlush
      at={data?.snapshotAt}
      note={data === undefined ? undefined : <PolicyNote data={data} />}
      actions={
        data === undefined || data.entries.length === 0 ? undefined : (
          <Button look="quiet" onPress={() => set({ showsOnlyDifferences: !onlyDifferences })}>
            {onlyDifferences ? <Trans>Show all lines</Trans> : <Trans>Only differences</Trans>}
          </Button>
        )
      }
    >
      <Shown answer={answer}>
        {(comparison) => <Comparison comparison={comparison} onlyDifferences={onlyDifferences} onAsk={asOf === null ? setAsked : null} />}
      </Shown>
      {asked === null ? null : <AskedDialog node={node} asked={asked} waivers={data?.waivers ?? []} onClose={() => setAsked(null)} />}
    </Section>
  )
}

function AskedDialog({
  node,
  asked,
  waivers,
  onClose,
}: {
  readonly node: NodeDetail
  readonly asked: Asked
  readonly waivers: DesiredActual['waivers']
  readonly onClose: () => void
}): ReactNode {
  const { id, name } = node.record
  switch (asked.act) {
    case 'accept':
      return <AcceptDialog nodeId={id} path={asked.entry.path} onClose={onClose} />
    case 'revoke': {
      const waiver = waivers.find(({ waiverId }) => waiverId === asked.entry.because)
      return waiver === undefined ? null : <RevokeDialog waiver={waiver} onClose={onClose} />
    }
    case 'correct': {
      const path = configurationPathOf(asked.entry.path)
      return (
        <IssueDialog
          nodeId={id}
          nodeName={name}
          initial={
            path === null
              ? { kind: 'run-snapshot' }
              : { kind: 'set-config', changes: writeChange(path, asked.entry.verdict === 'extra' ? undefined : asked.entry.desired) }
          }
          onClose={onClose}
        />
      )
    }
  }
}

function PolicyNote({ data }: { readonly data: DesiredActual }): ReactNode {
  if (data.policyName === null) return <Trans>no policy applies</Trans>
  return (
    <a href={addressOf({ room: 'policies' })} className={classes['policy']}>
      <Name text={data.policyName} /> <code>{data.policyVersion}</code>
    </a>
  )
}

type ComparisonProps = {
  readonly comparison: DesiredActual
  readonly onlyDifferences: boolean
  /** Null in the past, where nothing can be done. */
  readonly onAsk: ((asked: Asked) => void) | null
}

function Comparison({ comparison, onlyDifferences, onAsk }: ComparisonProps): ReactNode {
  const groups = groupDifferences(comparison.entries, onlyDifferences)
  if (comparison.entries.length === 0) {
    return (
      <div className={classes['pad']}>
        <Empty title={comparison.policyBundleId === null ? t`Nothing is desired of this node` : t`Nothing to compare yet`}>
          {comparison.policyBundleId === null ? (
            <Trans>Assign a policy to its domain, then its differences appear here.</Trans>
          ) : (
            <Trans>The node has not sent a snapshot yet.</Trans>
          )}
        </Empty>
      </div>
    )
  }
  if (groups.length === 0) {
    return (
      <div className={classes['pad']}>
        <Empty title={t`As desired, in every line`}>
          <Plural value={comparison.entries.length} one="# line was compared." other="# lines were compared." />
        </Empty>
      </div>
    )
  }
  return (
    <div role="table" aria-label={t`Desired and actual`} className={classes['table']}>
      <div role="row" className={classes['head']}>
        {[t`Path`, t`Desired`, t`Actual`, t`Compared by`].map((title) => (
          <span key={title} role="columnheader">
            {title}
          </span>
        ))}
        <span role="columnheader" className={classes['spokenHead']}>{t`What can be done`}</span>
      </div>
      {groups.map((group) => (
        <Group key={group.name} group={group} onAsk={onAsk} />
      ))}
    </div>
  )
}

type OnAsk = ComparisonProps['onAsk']

function Group({ group, onAsk }: { readonly group: DifferenceGroup; readonly onAsk: OnAsk }): ReactNode {
  const formats = useFormats()
  const [isOpen, setOpen] = useState(true)
  const isSingle = group.entries.length === 1 && group.entries[0]?.leaf === group.name
  return (
    <div role="rowgroup">
      {isSingle ? null : (
        <div role="row" className={classes['groupRow']}>
          <span role="cell" className={classes['groupCell']}>
            <button type="button" className={classes['fold']} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              <ChevronRight aria-hidden="true" size={14} className={isOpen ? classes['open'] : ''} />
              <bdi>{boundText(group.name, 80)}</bdi>
              <span className={classes['groupCount']}>
                {group.differing > 0 ? (
                  <Plural value={group.differing} one="# differs" other="# differ" />
                ) : group.unknown > 0 ? (
                  t`${formats.count(group.unknown)} unknown`
                ) : (
                  <Trans>as desired</Trans>
                )}
              </span>
            </button>
          </span>
        </div>
      )}
      {isOpen || isSingle
        ? group.entries.map((entry) => <Line key={entry.path} entry={entry} isIndented={!isSingle} onAsk={onAsk} />)
        : null}
    </div>
  )
}

function Line({
  entry,
  isIndented,
  onAsk,
}: {
  readonly entry: DifferenceEntry & { readonly leaf: string }
  readonly isIndented: boolean
  readonly onAsk: OnAsk
}): ReactNode {
  const isOff = differs(entry)
  return (
    <div
      role="row"
      className={`${classes['line']} ${isOff ? classes['differs'] : ''} ${entry.verdict === 'unknown' ? classes['unknown'] : ''}`}
      title={boundText(entry.path, 400)}
    >
      <span role="cell" className={`${classes['path']} ${isIndented ? classes['indented'] : ''}`}>
        <span className={classes['sign']} aria-hidden="true">
          {signOf(entry.verdict)}
        </span>
        <bdi>{boundText(entry.leaf, 120)}</bdi>
        <span className={classes['spoken']}>{verdictName(entry.verdict)}</span>
      </span>
      <code role="cell" className={classes['value']} title={shortJson(entry.desired)}>
        {entry.verdict === 'extra' ? <em>{t`nothing`}</em> : <bdi>{shortJson(entry.desired)}</bdi>}
      </code>
      <code role="cell" className={classes['value']} title={shortJson(entry.actual)}>
        {entry.verdict === 'missing' ? (
          <em>{t`missing`}</em>
        ) : entry.verdict === 'unknown' ? (
          <em>{t`not known`}</em>
        ) : (
          <bdi>{shortJson(entry.actual)}</bdi>
        )}
      </code>
      <span role="cell" className={classes['comparator']}>
        {entry.standing === 'waived' ? (
          <em className={classes['accepted']}>{t`accepted`}</em>
        ) : entry.standing === 'local-decision' ? (
          <em className={classes['accepted']}>{t`decided by the node`}</em>
        ) : (
          <bdi>{boundText(entry.comparator, 40)}</bdi>
        )}
      </span>
      <LineActs entry={entry} onAsk={onAsk} />
    </div>
  )
}

/** Accepting needs a difference that counts; correcting needs a place that a command can set. */
function LineActs({ entry, onAsk }: { readonly entry: DifferenceEntry; readonly onAsk: OnAsk }): ReactNode {
  const whyNot = useWhyNotFor()
  if (onAsk === null || (entry.standing !== 'out-of-spec' && entry.standing !== 'waived')) return <span role="cell" />
  const place = boundText(entry.path, 80)
  const press = (asked: Asked, barrier: string | null): void => (barrier === null ? onAsk(asked) : say(barrier))
  const [toAccept, toCorrect] = [whyNot('engineer'), whyNot('operator')]
  return (
    <span role="cell" className={classes['acts']}>
      {entry.standing === 'waived' ? (
        <IconButton
          label={t`Accept no longer: ${place}`}
          hint={toAccept ?? t`Accept it no longer`}
          icon={<Undo2 aria-hidden="true" />}
          onPress={() => press({ act: 'revoke', entry }, toAccept)}
        />
      ) : (
        <>
          <IconButton
            label={t`Accept: ${place}`}
            hint={toAccept ?? t`Accept it until a date`}
            icon={<Handshake aria-hidden="true" />}
            onPress={() => press({ act: 'accept', entry }, toAccept)}
          />
          <IconButton
            label={t`Correct: ${place}`}
            hint={
              toCorrect ??
              (configurationPathOf(entry.path) === null
                ? t`No command sets this place; let the node take a fresh snapshot`
                : t`Tell the node to be as desired`)
            }
            icon={<Wrench aria-hidden="true" />}
            onPress={() => press({ act: 'correct', entry }, toCorrect)}
          />
        </>
      )}
    </span>
  )
}

function signOf(verdict: DifferenceEntry['verdict']): string {
  switch (verdict) {
    case 'equal':
      return '='
    case 'different':
      return '\u2260'
    case 'missing':
      return '\u2212'
    case 'extra':
      return '+'
    case 'unknown':
      return '?'
  }
}

function verdictName(verdict: DifferenceEntry['verdict']): string {
  switch (verdict) {
    case 'equal':
      return t`as desired`
    case 'different':
      return t`different`
    case 'missing':
      return t`missing`
    case 'extra':
      return t`not desired`
    case 'unknown':
      return t`not known`
  }
}
