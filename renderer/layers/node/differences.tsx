/** Desired against actual, line by line: folded by part of the configuration, differences first, values as they are. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { ChevronRight } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { usePreferences } from '../../state/preferences.ts'
import { Button } from '../../ui/button.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { shortJson } from '../../ui/json-text.tsx'
import { Name } from '../../ui/name.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty, Shown } from '../../ui/shown.tsx'
import classes from './differences.module.css'
import { type DesiredActual, type DifferenceEntry, type DifferenceGroup, differs, groupDifferences } from './model.ts'

export function DifferencePanel({ nodeId, asOf }: { readonly nodeId: string; readonly asOf: string | null }): ReactNode {
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
      <Shown answer={answer}>{(comparison) => <Comparison comparison={comparison} onlyDifferences={onlyDifferences} />}</Shown>
    </Section>
  )
}

function PolicyNote({ data }: { readonly data: DesiredActual }): ReactNode {
  if (data.policyName === null) return <Trans>no policy applies</Trans>
  return (
    <a href={addressOf({ room: 'policies' })} className={classes['policy']}>
      <Name text={data.policyName} /> <code>{data.policyVersion}</code>
    </a>
  )
}

function Comparison({ comparison, onlyDifferences }: { readonly comparison: DesiredActual; readonly onlyDifferences: boolean }): ReactNode {
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
      </div>
      {groups.map((group) => (
        <Group key={group.name} group={group} />
      ))}
    </div>
  )
}

function Group({ group }: { readonly group: DifferenceGroup }): ReactNode {
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
      {isOpen || isSingle ? group.entries.map((entry) => <Line key={entry.path} entry={entry} isIndented={!isSingle} />) : null}
    </div>
  )
}

function Line({
  entry,
  isIndented,
}: {
  readonly entry: DifferenceEntry & { readonly leaf: string }
  readonly isIndented: boolean
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
        <bdi>{boundText(entry.comparator, 40)}</bdi>
      </span>
    </div>
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
