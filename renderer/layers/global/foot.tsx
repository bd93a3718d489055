/** The lower part of the global layer: policies on target, who holds authority, what was refused, what is stored. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { StandingBadge } from '../../ui/badges.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Name } from '../../ui/name.tsx'
import { Section, SectionLink } from '../../ui/section.tsx'
import { Empty } from '../../ui/shown.tsx'
import classes from './foot.module.css'
import { groupByAuthority, type Overview, toPolicyShare } from './model.ts'

/** Domains named per master before the rest is only counted. */
const domainsNamed = 8

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

export function AuthorityMap({ overview }: { readonly overview: Overview }): ReactNode {
  const { heldHere, heldElsewhere, contested, nobody } = overview.authority
  return (
    <Section
      title={t`Authority`}
      at={overview.at}
      note={
        contested > 0 ? (
          <Plural value={contested} one="# contested" other="# contested" />
        ) : heldElsewhere + nobody === 0 ? (
          t`all held here`
        ) : (
          <Plural value={heldHere} one="# held here" other="# held here" />
        )
      }
    >
      <ul className={classes['list']}>
        {groupByAuthority(overview.domains).map((group) => (
          <li key={group.key} className={classes['authority']}>
            <span className={classes['line']}>
              <StandingBadge standing={group.authority.standing} />
              <span className={classes['push']}>
                <Name text={group.authority.masterName ?? t`nobody`} className={classes['strong']} />
                {group.authority.epoch === null ? null : (
                  <span className={classes['faint']}>
                    <Trans>epoch {group.authority.epoch}</Trans>
                  </span>
                )}
              </span>
            </span>
            <span className={classes['held']}>
              {group.domains.slice(0, domainsNamed).map((row) => (
                <a
                  key={row.id}
                  className={classes['domain']}
                  href={addressOf({ room: 'domain', domainId: row.id, tab: 'overview', filter: {} })}
                >
                  <Name text={row.name} />
                </a>
              ))}
              {group.domains.length > domainsNamed ? (
                <span className={classes['faint']}>
                  <Plural value={group.domains.length - domainsNamed} one="and # more" other="and # more" />
                </span>
              ) : null}
            </span>
          </li>
        ))}
      </ul>
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
