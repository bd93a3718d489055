/** The lower part of the global layer: policies on target, rollouts, who decides where, what was refused, what is stored. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { AuthorityMap } from '../../charts/authority-map.tsx'
import { useTableToggle } from '../../charts/table-toggle.tsx'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { RolloutList } from '../../features/rollouts/list.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Name } from '../../ui/name.tsx'
import { Section, SectionLink } from '../../ui/section.tsx'
import { Empty, Shown } from '../../ui/shown.tsx'
import classes from './foot.module.css'
import { type Overview, toPolicyShare } from './model.ts'

const rolloutsShown = 4

/** Rollouts that are under way, by whether they are safe to go on. */
export function Rollouts(): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.rollouts())
  return (
    <Section
      title={t`Rollouts`}
      isFlush
      actions={
        <SectionLink href={addressOf({ room: 'rollouts' })}>
          <Trans>All</Trans>
        </SectionLink>
      }
    >
      <Shown answer={answer}>{({ items }) => <RolloutList items={items} most={rolloutsShown} />}</Shown>
    </Section>
  )
}

export function PolicyTargets({ overview }: { readonly overview: Overview }): ReactNode {
  const formats = useFormats()
  return (
    <Section title={t`Policies on target`} at={overview.at}>
      {overview.policies.length === 0 ? (
        <Empty title={t`No policy published`}>
          <Trans>A policy says what nodes are to be. Without one nothing can drift.</Trans>
        </Empty>
      ) : (
        <ul className={classes['list']}>
          {overview.policies.map((policy) => {
            const share = toPolicyShare(policy)
            const onTarget = formats.count(policy.onTarget)
            const nodes = formats.count(policy.nodes)
            return (
              <li key={policy.id}>
                <a className={classes['policy']} href={addressOf({ room: 'policies' })}>
                  <span className={classes['line']}>
                    <Name text={policy.name} className={classes['strong']} />
                    <code className={classes['faint']}>{policy.version}</code>
                    <span className={classes['push']}>
                      <Trans>
                        {onTarget} of {nodes}
                      </Trans>
                    </span>
                  </span>
                  <span className={classes['meter']} aria-hidden="true">
                    <span className={classes['on']} style={{ flexGrow: share.onTarget }} />
                    <span className={classes['behind']} style={{ flexGrow: share.behind }} />
                    <span className={classes['unknown']} style={{ flexGrow: share.unknown }} />
                  </span>
                  <span className={classes['faint']}>
                    <Plural value={policy.nodes - policy.onTarget - policy.unknown} _0="none behind" one="# behind" other="# behind" />
                    {', '}
                    <Plural value={policy.unknown} _0="none unknown" one="# unknown" other="# unknown" />
                  </span>
                </a>
              </li>
            )
          })}
        </ul>
      )}
    </Section>
  )
}

/** Which domains are decided for from here and heard, which are degraded, and which are contested. */
export function ControlPlane({ overview }: { readonly overview: Overview }): ReactNode {
  const { heldElsewhere, contested, nobody } = overview.authority
  const [isTable, toggle] = useTableToggle()
  return (
    <Section
      title={t`Who decides where`}
      at={overview.at}
      actions={toggle}
      className={classes['ruled']}
      note={
        contested > 0 ? (
          <Plural value={contested} one="# contested" other="# contested" />
        ) : heldElsewhere + nobody === 0 ? (
          t`all held here`
        ) : (
          <Plural value={heldElsewhere + nobody} one="# not held here" other="# not held here" />
        )
      }
    >
      <AuthorityMap
        rows={overview.domains}
        hrefOf={(domainId) => addressOf({ room: 'domain', domainId, tab: 'authority', filter: {} })}
        height={190}
        isTable={isTable}
      />
    </Section>
  )
}

export function Refusals({ overview }: { readonly overview: Overview }): ReactNode {
  const formats = useFormats()
  return (
    <Section title={t`Refused input`} note={t`since the start`}>
      {overview.refusals.length === 0 ? (
        <p className={classes['calm']}>
          <Trans>Nothing was refused.</Trans>
        </p>
      ) : (
        <ul className={classes['list']}>
          {overview.refusals.map((refusal) => (
            <li key={refusal.code} className={classes['refusal']}>
              <span className={classes['line']}>
                <span className={classes['strong']}>{formats.count(refusal.count)}</span>
                <span className={classes['wrap']}>{refusal.sentence}</span>
              </span>
              <span className={classes['faint']}>
                <code>{refusal.code}</code> <Age at={refusal.lastAt} isSpoken />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

export function StoreFigures({ overview }: { readonly overview: Overview }): ReactNode {
  const formats = useFormats()
  const words = overview.store.fingerprint.join(' ')
  return (
    <Section
      title={t`What is held`}
      at={overview.at}
      actions={
        <SectionLink href={addressOf({ room: 'data' })}>
          <Trans>All</Trans>
        </SectionLink>
      }
    >
      <dl className={classes['figures']}>
        <dt>
          <Trans>Events held</Trans>
        </dt>
        <dd>{formats.count(overview.store.events)}</dd>
        <dt>
          <Trans>Size on disk</Trans>
        </dt>
        <dd>{formats.bytes(overview.store.sizeBytes)}</dd>
        <dt>
          <Trans>Fingerprint</Trans>
        </dt>
        <dd className={classes['words']}>
          {words === '' ? (
            <Trans>being found</Trans>
          ) : (
            <>
              <span>{words}</span>
              {overview.store.asOf === null ? null : <Age at={overview.store.asOf.at} isSpoken className={classes['faint']} />}
              <CopyButton text={words} label={t`Copy the fingerprint words`} />
            </>
          )}
        </dd>
      </dl>
    </Section>
  )
}
