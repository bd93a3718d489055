/** The paths of a domain as a table: for who cannot see the drawing, and for who wants the figures. */
import { t } from '@lingui/core/macro'
import type { ReactNode } from 'react'
import { useFormats } from '../i18n/use-formats.ts'
import { modeName } from '../i18n/words.ts'
import { Name } from '../ui/name.tsx'
import { ScrollBox } from '../ui/scroll-box.tsx'
import { Table } from '../ui/table.tsx'
import type { Topology } from './topology-layout.ts'

export function TopologyTable({
  topology,
  hrefOf,
}: {
  readonly topology: Topology
  readonly hrefOf: (nodeId: string) => string
}): ReactNode {
  const formats = useFormats()
  const names = new Map(topology.vertices.map((vertex) => [vertex.id, vertex.name]))
  const rows = topology.vertices.toSorted((a, b) => Number(b.isRelay) - Number(a.isRelay))
  return (
    <ScrollBox label={t`Paths`} height="60vh" isWide>
      <Table
        label={t`Paths`}
        rows={rows}
        keyOf={(vertex) => vertex.id}
        hrefOf={(vertex) => hrefOf(vertex.id)}
        columns={[
          { id: 'name', title: t`Name`, draw: (vertex) => <Name text={vertex.name} /> },
          { id: 'mode', title: t`Connectivity`, draw: (vertex) => modeName(vertex.mode) },
          {
            id: 'via',
            title: t`Through`,
            draw: (vertex) => (vertex.viaId === null ? t`directly` : <Name text={names.get(vertex.viaId) ?? vertex.viaId} />),
          },
          {
            id: 'rtt',
            title: t`Round trip`,
            align: 'end',
            draw: (vertex) => (vertex.rttMs === null ? '\u2014' : formats.quantity(vertex.rttMs, 'ms')),
          },
          {
            id: 'loss',
            title: t`Loss`,
            align: 'end',
            draw: (vertex) => (vertex.lossPct === null ? '\u2014' : formats.quantity(vertex.lossPct, 'percent')),
          },
        ]}
      />
    </ScrollBox>
  )
}
