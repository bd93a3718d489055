/** The paths of a domain: as a small drawing on its first page, and as one of their own with up to thousands of them. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { TopologyMap } from '../../charts/topology.tsx'
import { useTableToggle } from '../../charts/table-toggle.tsx'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty, Shown } from '../../ui/shown.tsx'
import classes from './view.module.css'

const smallDrawing = 400
const ownDrawing = 5000

/** Relays and the worst nodes, with the way to all of them. */
export function SmallPaths({ domainId }: { readonly domainId: string }): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.topology(domainId, smallDrawing))
  const [isTable, toggle] = useTableToggle()
  return (
    <Section
      title={t`Paths`}
      {...(answer.data === undefined ? {} : { at: answer.data.at })}
      actions={
        <>
          <a className={classes['more']} href={addressOf({ room: 'domain', domainId, tab: 'topology', filter: {} })}>
            <Trans>Larger</Trans>
          </a>
          {toggle}
        </>
      }
    >
      <Shown answer={answer}>
        {({ vertices, omitted }) =>
          vertices.length === 0 ? (
            <Empty title={t`No paths yet`} />
          ) : (
            <TopologyMap vertices={vertices} omitted={omitted} hrefOf={nodeHref} height={400} isTable={isTable} />
          )
        }
      </Shown>
    </Section>
  )
}

export function DomainPaths({ domainId }: { readonly domainId: string }): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.topology(domainId, ownDrawing))
  const [isTable, toggle] = useTableToggle()
  return (
    <Section
      title={t`Paths to this master`}
      {...(answer.data === undefined ? {} : { at: answer.data.at })}
      actions={toggle}
      className={classes['paths']}
    >
      <Shown answer={answer}>
        {({ vertices, omitted }) => (
          <TopologyMap vertices={vertices} omitted={omitted} hrefOf={nodeHref} height="100%" isTable={isTable} zoomsByWheel />
        )}
      </Shown>
    </Section>
  )
}

function nodeHref(nodeId: string): string {
  return addressOf({ room: 'node', nodeId, tab: 'overview' })
}
