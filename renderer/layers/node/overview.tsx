/** The first page of a node: what it is to be against what it is, how it came here, the machine it moves in, what it is made of. */
import type { ReactNode } from 'react'
import { LogBook } from '../../features/shift/log-book.tsx'
import { StateMachines } from '../../features/diagram/switched-machines.tsx'
import { DifferencePanel } from './differences.tsx'
import { InventoryPanel } from './inventory.tsx'
import { KnownAuthority } from './known-authority.tsx'
import { LastGoodPanel } from './last-good.tsx'
import { LastReturn } from './last-return.tsx'
import { MachinesPanel } from './machines.tsx'
import type { NodeDetail } from './model.ts'
import classes from './overview.module.css'
import { RelayPanel } from './relay.tsx'
import { SupplyChainPanel } from './supply-chain.tsx'
import { TimelinePanel } from './timeline.tsx'

export function NodeOverview({ node }: { readonly node: NodeDetail }): ReactNode {
  const nodeId = node.record.id
  return (
    <div className={classes['columns']}>
      <div className={classes['main']}>
        <DifferencePanel node={node} />
        {node.asOf === null ? <LogBook subject={nodeId} /> : null}
        <TimelinePanel nodeId={nodeId} asOf={node.asOf} />
      </div>
      <div className={classes['side']}>
        <StateMachines phase={node.phaseDiagram} connectivity={node.connectivityDiagram} />
        {node.asOf === null ? <RelayPanel node={node} /> : null}
        {node.asOf === null ? <LastGoodPanel nodeId={nodeId} /> : null}
        <KnownAuthority node={node} />
        {node.asOf === null ? <LastReturn node={node} /> : null}
        {node.asOf === null ? <MachinesPanel node={node} /> : null}
        <SupplyChainPanel node={node} />
        <InventoryPanel node={node} />
      </div>
    </div>
  )
}
