/** The domains as a tree in the rail, each with its spectrum in small: the way down that never begins with a list of nodes. */
import { t } from '@lingui/core/macro'
import type { ReactNode } from 'react'
import { SpectrumStrip } from '../../charts/spectrum-bar.tsx'
import { useLiveState, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Name } from '../../ui/name.tsx'
import { StandingMark } from '../../ui/marks.tsx'
import { addressOf, useVisit } from '../navigation.ts'
import { visibleBranches } from './domain-tree-model.ts'
import classes from './domain-tree.module.css'

export function DomainTree(): ReactNode {
  const { queries } = useWorkspace()
  const { route } = useVisit()
  const formats = useFormats()
  const live = useLiveState()
  const domains = useQuery(queries.domains())
  const here = route.place.room === 'domain' ? route.place.domainId : null
  const rows = visibleBranches(domains.data?.items ?? [], here)
  return (
    <nav className={`${classes['tree']} ${live.kind === 'lost' ? classes['stale'] : ''}`} aria-label={t`Domains`}>
      <p className={classes['head']} aria-hidden="true">
        {t`Domains`}
      </p>
      <ul>
        {rows.map((row) => (
          <li key={row.id}>
            <a
              href={addressOf({ room: 'domain', domainId: row.id, tab: 'overview', filter: {} })}
              className={classes['line']}
              aria-current={row.id === here ? 'page' : undefined}
              style={{ paddingLeft: `${String(0.5 + Math.min(row.depth, 5) * 0.75)}rem` }}
            >
              <span className={classes['words']}>
                <Name text={row.name} className={classes['name']} />
                {row.authority.standing === 'contested' ? <StandingMark standing="contested" size={12} /> : null}
                <span className={classes['count']}>{formats.shortCount(row.subtree.nodes)}</span>
              </span>
              {row.subtree.nodes === 0 ? null : <SpectrumStrip modes={row.subtree.modes} />}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
