/** The audit desk: every act of a person, who did what when, and whether their signature over it verifies here. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { BadgeCheck, BadgeX, CircleHelp, ScrollText } from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { useListKeys } from '../../app/keyboard/use-list-keys.ts'
import { addressOf } from '../../app/navigation.ts'
import type { Problem } from '../../client/problem.ts'
import { toProblem } from '../../client/rpc.ts'
import { useFromNow, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { type Role, roleName } from '../../i18n/words.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Choice } from '../../ui/fields.tsx'
import { Name } from '../../ui/name.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { Segments } from '../../ui/segments.tsx'
import { Empty, ProblemPanel, Shown } from '../../ui/shown.tsx'
import {
  type AuditEntry,
  type AuditFilter,
  type AuditPage,
  groupByDay,
  joinPages,
  noFilter,
  placeOfSubject,
  toProofText,
  toRequest,
} from './model.ts'
import classes from './page.module.css'

const everybody = 'everybody'

export function AuditDesk(): ReactNode {
  const { queries } = useWorkspace()
  const [filter, setFilter] = useState<AuditFilter>(noFilter)
  const minute = useFromNow((now) => Math.floor(now / 60_000))
  // All of it is the same question at any minute.
  const asked = filter.span === 'all' ? 0 : minute
  const request = useMemo(() => toRequest(filter, asked * 60_000), [filter, asked])
  const answer = useQuery(queries.audit(request))
  return (
    <div className={classes['page']}>
      <PageHead
        title={<Trans>Audit</Trans>}
        lead={<Trans>Every act of a person, signed with their own key and kept in the logs of the masters.</Trans>}
      />
      <FilterLine filter={filter} onChange={setFilter} />
      <Shown answer={answer}>{(page) => <AuditRoom key={JSON.stringify(request)} request={request} newest={page} />}</Shown>
    </div>
  )
}

function FilterLine({ filter, onChange }: { readonly filter: AuditFilter; readonly onChange: (filter: AuditFilter) => void }): ReactNode {
  const { queries } = useWorkspace()
  const operators = useQuery(queries.operators())
  const domains = useQuery(queries.domains())
  return (
    <div className={classes['filters']}>
      <Choice
        label={t`Who`}
        isLabelHidden
        value={filter.actorId ?? everybody}
        onChange={(id) => onChange({ ...filter, actorId: id === everybody ? null : id })}
        options={[
          { id: everybody, name: t`Everybody` },
          ...(operators.data?.items ?? []).map(({ id, name, role }) => ({ id, name: boundText(name, 60), note: roleName(role) })),
        ]}
      />
      <Choice
        label={t`Where`}
        isLabelHidden
        value={filter.domainId ?? everybody}
        onChange={(id) => onChange({ ...filter, domainId: id === everybody ? null : id })}
        options={[
          { id: everybody, name: t`Everywhere` },
          ...(domains.data?.items ?? []).map(({ id, name, depth }) => ({ id, name: boundText(name, 60), depth })),
        ]}
      />
      <Segments
        label={t`When`}
        value={filter.span}
        onChange={(span) => onChange({ ...filter, span })}
        options={[
          { id: 'shift', name: t`8 hours` },
          { id: 'day', name: t`Day` },
          { id: 'week', name: t`Week` },
          { id: 'all', name: t`All` },
        ]}
      />
    </div>
  )
}

function AuditRoom({ request, newest }: { readonly request: ReturnType<typeof toRequest>; readonly newest: AuditPage }): ReactNode {
  const { client } = useWorkspace()
  const formats = useFormats()
  const [older, setOlder] = useState<AuditPage | null>(null)
  const [isAsking, setAsking] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const items = useMemo(() => joinPages(newest.items, older?.items ?? []), [newest, older])
  const next = (older ?? newest).next
  const { selected, select, listProps, rowProps } = useListKeys({
    name: 'audit',
    ids: items.map(({ eventId }) => eventId),
    open: () => undefined,
  })
  const more = async (): Promise<void> => {
    if (next === null || isAsking) return
    setAsking(true)
    try {
      const page = await client.audit.list({ ...request, cursor: next })
      setOlder((held) => ({ items: [...joinPages(held?.items ?? [], page.items)], next: page.next }))
      setProblem(null)
    } catch (error) {
      setProblem(toProblem(error))
    } finally {
      setAsking(false)
    }
  }
  // A page that looked at its share of the logs and found nothing of the filter goes on by itself.
  const isBarren = items.length === 0 && next !== null && problem === null
  useEffect(() => {
    if (isBarren) void more()
  })
  if (items.length === 0 && next === null) {
    return (
      <div className={classes['empty']}>
        <Empty title={t`No act of a person fits`} icon={<ScrollText aria-hidden="true" size={20} />}>
          <Trans>What the master does by itself, and what nodes report, is not listed here.</Trans>
        </Empty>
      </div>
    )
  }
  const chosen = items.find(({ eventId }) => eventId === selected) ?? items[0]
  return (
    <div className={classes['room']}>
      <div className={classes['list']} {...listProps} role="group" aria-label={t`Acts, newest first`}>
        {groupByDay(items, formats.day).map(({ day, entries }) => (
          <section key={day} aria-label={day}>
            <h2 className={classes['day']}>{day}</h2>
            <ul>
              {entries.map((entry) => (
                <li key={entry.eventId} {...rowProps(entry.eventId)}>
                  <button
                    type="button"
                    className={`${classes['line']} ${entry.eventId === chosen?.eventId ? classes['chosen'] : ''}`}
                    aria-pressed={entry.eventId === chosen?.eventId}
                    onClick={() => select(entry.eventId)}
                  >
                    <time dateTime={entry.time}>{formats.timeOfDay(entry.time)}</time>
                    <span className={classes['what']}>
                      <span className={classes['sentence']}>
                        {formats.sentence(boundText(entry.sentence === '' ? entry.type : entry.sentence, 240))}
                      </span>
                      <span className={classes['who']}>
                        {boundText(entry.actorName ?? entry.actorId, 60)}
                        {entry.subjectName === null ? '' : `, ${boundText(entry.subjectName, 60)}`}
                      </span>
                    </span>
                    <ProofMark proof={entry.proof} />
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ))}
        {problem === null ? null : <ProblemPanel problem={problem} onRetry={() => void more()} isInline />}
        {next === null ? null : (
          <p className={classes['more']}>
            <Button look="quiet" isPending={isAsking} onPress={() => void more()}>
              <Trans>Older acts</Trans>
            </Button>
          </p>
        )}
      </div>
      {chosen === undefined ? null : <ActDetail entry={chosen} />}
    </div>
  )
}

function ActDetail({ entry }: { readonly entry: AuditEntry }): ReactNode {
  const formats = useFormats()
  const place = placeOfSubject(entry)
  return (
    <aside className={classes['detail']} aria-label={t`The chosen act`}>
      <h2 className={classes['title']}>{formats.sentence(boundText(entry.sentence === '' ? entry.type : entry.sentence, 500))}</h2>
      <p className={classes[`proof-${entry.proof}`]}>
        <ProofMark proof={entry.proof} /> {proofMeaning(entry.proof)}
      </p>
      {place === null ? null : (
        <p>
          <a className={classes['link']} href={addressOf(place)}>
            <Trans>
              Go to <Name text={entry.subjectName ?? entry.subjectId} />
            </Trans>
          </a>
        </p>
      )}
      <Facts
        items={[
          {
            name: t`Who`,
            value: `${entry.actorName ?? entry.actorId}${entry.actorRole === null ? '' : `, ${roleName(entry.actorRole as Role)}`}`,
          },
          { name: t`When`, value: formats.instant(entry.time) },
          { name: t`About`, value: entry.subjectName ?? entry.subjectId },
          { name: t`Domain`, value: entry.domainName ?? entry.domainId },
          { name: t`Master`, value: entry.masterName },
          { name: t`Type`, value: entry.type, isCode: true },
        ]}
      />
      <Facts
        title={t`Where it lies`}
        items={[
          { name: t`Event`, value: entry.eventId, isCopied: true },
          { name: t`Log`, value: entry.log, isCopied: true },
          { name: t`Number in the log`, value: formats.count(entry.seq) },
          { name: t`SHA-256`, value: entry.digest, isCopied: true },
          { name: t`Signed by the master`, value: entry.isSigned ? t`yes, in a closed segment` : t`with the segment that is open` },
        ]}
      />
      <p className={classes['verify']}>
        <Trans>Anyone who holds a copy can check it: the command "ibcf verify" proves each log from its first event to its last.</Trans>
        <CopyButton text={toProofText(entry)} label={t`Copy what proves it`} />
      </p>
    </aside>
  )
}

function ProofMark({ proof }: { readonly proof: AuditEntry['proof'] }): ReactNode {
  const label = proofName(proof)
  const props = { size: 15, role: 'img', 'aria-label': label } as const
  const look = `${classes['mark']} ${classes[proof]}`
  return (
    <span className={look} title={label}>
      {proof === 'verified' ? <BadgeCheck {...props} /> : proof === 'wrong' ? <BadgeX {...props} /> : <CircleHelp {...props} />}
    </span>
  )
}

function proofName(proof: AuditEntry['proof']): string {
  switch (proof) {
    case 'verified':
      return t`Signature verified`
    case 'wrong':
      return t`Signature wrong`
    case 'no-key':
      return t`Key not known here`
    case 'none':
      return t`Not signed by a person`
  }
}

function proofMeaning(proof: AuditEntry['proof']): string {
  switch (proof) {
    case 'verified':
      return t`The operator's own signature over this act verifies by the key that is held here.`
    case 'wrong':
      return t`The signature does not fit the act. Do not rely on it; compare the logs with another master.`
    case 'no-key':
      return t`The operator's key has not reached this master yet, so their signature could not be checked here.`
    case 'none':
      return t`The act names an operator and carries no signature of theirs; the master alone vouches for it.`
  }
}
