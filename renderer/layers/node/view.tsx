/** Layer 2: one node, exactly. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { History } from 'lucide-react'
import type { ReactNode } from 'react'
import { addressOf, goTo } from '../../app/navigation.ts'
import type { NodeTab } from '../../app/route.ts'
import { PastNow, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { CommandPanel } from '../../features/commands/panel.tsx'
import { PastBanner } from '../../features/past/banner.tsx'
import past from '../../features/past/past.module.css'
import { TimeControl } from '../../features/past/time-control.tsx'
import { MaintenanceButton, MaintenanceStrip } from '../../features/shift/maintenance.tsx'
import { FaultKnobs } from '../../features/demo/fault-knobs.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { PageTabs } from '../../ui/page-tabs.tsx'
import { Empty, Shown, Waiting } from '../../ui/shown.tsx'
import { NodeFigures, NodeHead } from './head.tsx'
import { PresentReturn } from './last-return.tsx'
import { NodeLogs } from './logs.tsx'
import type { NodeDetail } from './model.ts'
import { NodeObservations } from './observations.tsx'
import { NodeOverview } from './overview.tsx'
import { NodeSnapshot } from './snapshot.tsx'
import classes from './view.module.css'

type Props = {
  readonly nodeId: string
  readonly tab: NodeTab
  /** An instant of the past; null for now. */
  readonly asOf: string | null
}

export function NodeView({ nodeId, tab, asOf }: Props): ReactNode {
  return asOf === null ? <PresentNode nodeId={nodeId} tab={tab} /> : <PastNode nodeId={nodeId} asOf={asOf} />
}

function PresentNode({ nodeId, tab }: Omit<Props, 'asOf'>): ReactNode {
  const { queries, name } = useWorkspace()
  const node = useQuery(queries.node(nodeId))
  return (
    <Shown answer={node} waiting={<NodeWaiting />}>
      {(data) => (
        <div className={`${classes['page']} ${tab === 'observations' || tab === 'commands' ? classes['isFilled'] : ''}`}>
          <NodeHead
            node={data}
            aside={
              <>
                <MaintenanceButton subject={data.record.id} name={data.record.name} />
                <TimeControl asOf={null} onChoose={(at) => goTo({ room: 'node', nodeId, tab: 'overview', asOf: at })} />
              </>
            }
          />
          <MaintenanceStrip subject={data.record.id} name={data.record.name} />
          {name === 'demo' ? <FaultKnobs nodeId={data.record.id} kind={data.record.kind} /> : null}
          {tab === 'overview' ? <NodeFigures node={data} /> : null}
          {tab === 'overview' ? <PresentReturn node={data} /> : null}
          <NodeTabs node={data} tab={tab} />
          <NodeRoom node={data} tab={tab} />
        </div>
      )}
    </Shown>
  )
}

const unknownThen = 'NODE_UNKNOWN_THEN'

/** What only lives now is left out: the return under way, logs, knobs, acts. */
function PastNode({ nodeId, asOf }: { readonly nodeId: string; readonly asOf: string }): ReactNode {
  const { queries } = useWorkspace()
  const node = useQuery(queries.node(nodeId, asOf))
  return (
    <div className={past['past']}>
      <PastBanner
        asOf={asOf}
        onChoose={(at) => goTo({ room: 'node', nodeId, tab: 'overview', asOf: at })}
        onNow={() => goTo({ room: 'node', nodeId, tab: 'overview' })}
      />
      {node.data === undefined && node.problem?.code === unknownThen ? (
        <div className={classes['waiting']}>
          <Empty title={t`This node was not known here at that time`} icon={<History aria-hidden="true" size={20} />}>
            <Trans>What is held of it begins later. Choose a later instant, or go back to now.</Trans>
          </Empty>
        </div>
      ) : (
        <Shown answer={node} waiting={<NodeWaiting />}>
          {(data) => (
            <PastNow at={asOf}>
              <div className={classes['page']}>
                <NodeHead node={data} />
                <NodeFigures node={data} />
                <NodeOverview node={data} />
              </div>
            </PastNow>
          )}
        </Shown>
      )}
    </div>
  )
}

function NodeWaiting(): ReactNode {
  return (
    <div className={classes['waiting']}>
      <Waiting lines={7} />
    </div>
  )
}

function NodeTabs({ node, tab }: { readonly node: NodeDetail; readonly tab: NodeTab }): ReactNode {
  const formats = useFormats()
  const href = (to: NodeTab): string => addressOf({ room: 'node', nodeId: node.record.id, tab: to })
  return (
    <PageTabs
      label={t`Parts of this node`}
      here={tab}
      tabs={[
        { id: 'overview', name: t`Overview`, href: href('overview') },
        { id: 'commands', name: t`Commands`, href: href('commands') },
        { id: 'observations', name: t`Observations`, href: href('observations') },
        {
          id: 'logs',
          name: t`Logs and evidence`,
          href: href('logs'),
          ...(node.evidence.length > 0 ? { count: formats.count(node.evidence.length) } : {}),
        },
        { id: 'snapshot', name: t`Snapshot`, href: href('snapshot') },
      ]}
    />
  )
}

function NodeRoom({ node, tab }: { readonly node: NodeDetail; readonly tab: NodeTab }): ReactNode {
  switch (tab) {
    case 'overview':
      return <NodeOverview node={node} />
    case 'commands':
      return <CommandPanel about={{ nodeId: node.record.id }} showsNode={false} />
    case 'observations':
      return <NodeObservations nodeId={node.record.id} />
    case 'logs':
      return <NodeLogs node={node} />
    case 'snapshot':
      return <NodeSnapshot nodeId={node.record.id} />
  }
}
