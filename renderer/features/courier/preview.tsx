/** What taking a bundle in would change, a part for each kind of thing; what does not change is not shown. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { modeName, phaseName, standingName } from '../../i18n/words.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Name } from '../../ui/name.tsx'
import { changesNothing, type Preview } from './model.ts'
import classes from './page.module.css'

export function Effect({ preview }: { readonly preview: Preview }): ReactNode {
  const { nodes, commands, authority, policies, trust, drift, forks, refused, waiting, newEvents } = preview
  const formats = useFormats()
  const bulk = formats.count(newEvents.bulk)
  const all = formats.count(newEvents.control + newEvents.fact + newEvents.bulk)
  return (
    <div className={classes['effect']}>
      <p className={classes['strong']}>
        {changesNothing(preview) ? (
          <Trans>It changes nothing: all that it holds is here.</Trans>
        ) : newEvents.bulk === 0 ? (
          <Trans>{all} new events</Trans>
        ) : (
          <Trans>
            {all} new events, {bulk} of them snapshots and digests that are only counted here
          </Trans>
        )}
      </p>
      {preview.isWhole ? null : (
        <p className={classes['caution']}>
          <Trans>It brings more than can be worked out beforehand. What is shown is the first part of it.</Trans>
        </p>
      )}
      <Part title={t`Stays out`} total={refused.length} isUrgent>
        {refused.map(({ code, log, sentence, count }) => (
          <li key={`${code} ${log}`}>
            {boundText(sentence, 240)}{' '}
            <span className={classes['faint']}>
              ({formats.count(count)} · {code})
            </span>
          </li>
        ))}
      </Part>
      <Part title={t`Has to wait for what comes before it`} total={waiting.length}>
        {waiting.slice(0, shownAtMost).map(({ log, from }) => (
          <li key={`${log} ${String(from)}`}>
            <code className={classes['log']}>{boundText(log, 120)}</code>
          </li>
        ))}
      </Part>
      <Part title={t`Two stories of the same log`} total={forks.length} isUrgent>
        {forks.map(({ log, at }) => (
          <li key={log}>
            <code className={classes['log']}>{boundText(log, 120)}</code> <Trans>from number {formats.count(at)} on</Trans>
          </li>
        ))}
      </Part>
      <Part title={t`Authority`} total={authority.total}>
        {authority.items.map(({ domainId, domainName, before, after }) => (
          <li key={domainId}>
            <Name text={domainName} />: <Change before={heldBy(before)} after={heldBy(after)} />
          </li>
        ))}
      </Part>
      <Part title={t`Nodes`} total={nodes.total}>
        {nodes.items.slice(0, shownAtMost).map(({ nodeId, name, before, after }) => (
          <li key={nodeId}>
            {before === null ? (
              <Name text={name} />
            ) : (
              <a href={addressOf({ room: 'node', nodeId, tab: 'overview' })}>
                <Name text={name} />
              </a>
            )}
            :{' '}
            <Change before={before === null ? null : standingOf(before)} after={after === null ? t`not of the fleet` : standingOf(after)} />
          </li>
        ))}
      </Part>
      <Part title={t`Commands`} total={commands.total}>
        {commands.items.slice(0, shownAtMost).map(({ commandId, kind, nodeName, before, after, issuedBy }) => (
          <li key={commandId}>
            <code>{boundText(kind, 60)}</code> <Trans>for</Trans> <Name text={nodeName} />: <Change before={before} after={after} />
            {issuedBy === null ? null : <span className={classes['faint']}> · {boundText(issuedBy, 60)}</span>}
          </li>
        ))}
      </Part>
      <Told title={t`Policies and rollouts`} part={policies} />
      <Told title={t`Who is trusted`} part={trust} />
      <Part title={t`Drift`} total={drift.total}>
        {drift.items.slice(0, shownAtMost).map(({ nodeId, name, before, after }) => (
          <li key={nodeId}>
            <Name text={name} />:{' '}
            <Change
              before={before === null ? t`unknown` : formats.share(before)}
              after={after === null ? t`unknown` : formats.share(after)}
            />
          </li>
        ))}
      </Part>
    </div>
  )
}

const shownAtMost = 12

type PartProps = { readonly title: string; readonly total: number; readonly isUrgent?: boolean; readonly children: ReactNode }

function Part({ title, total, isUrgent = false, children }: PartProps): ReactNode {
  const formats = useFormats()
  if (total === 0) return null
  const more = total - shownAtMost
  return (
    <section className={classes['part']} aria-label={title}>
      <h3 className={`${classes['partTitle']} ${isUrgent ? classes['urgent'] : ''}`}>
        {title} <span className={classes['faint']}>{formats.count(total)}</span>
      </h3>
      <ul className={classes['lines']}>{children}</ul>
      {more > 0 ? (
        <p className={classes['faint']}>
          <Plural value={more} one="and # more" other="and # more" />
        </p>
      ) : null}
    </section>
  )
}

function Told({ title, part }: { readonly title: string; readonly part: Preview['policies'] }): ReactNode {
  return (
    <Part title={title} total={part.total}>
      {part.items.slice(0, shownAtMost).map(({ subject, name, sentence }, at) => (
        <li key={`${subject} ${String(at)}`}>
          <Name text={name} />: {boundText(sentence, 240)}
        </li>
      ))}
    </Part>
  )
}

function Change({ before, after }: { readonly before: string | null; readonly after: string }): ReactNode {
  return (
    <>
      <span className={classes['before']}>{before ?? t`new`}</span>
      <span aria-hidden="true"> → </span>
      <span className={classes['srOnly']}>{t`becomes`}</span> <span className={classes['after']}>{after}</span>
    </>
  )
}

function standingOf({ mode, phase, domainName }: NonNullable<Preview['nodes']['items'][number]['before']>): string {
  const contact = mode === null ? t`never heard of` : modeName(mode)
  return `${phaseName(phase)}, ${contact}, ${boundText(domainName, 60)}`
}

function heldBy({ standing, masterName, epoch }: Preview['authority']['items'][number]['before']): string {
  const who = boundText(masterName ?? '', 60)
  return [standingName(standing), who, epoch === null ? '' : t`epoch ${epoch}`].filter((part) => part !== '').join(', ')
}
