/** The map of the control plane: which domains this master decides for and is heard in, where it is not, and what is contested. */
import { t } from '@lingui/core/macro'
import { Plural } from '@lingui/react/macro'
import { type ReactNode, useMemo } from 'react'
import { useFormats } from '../i18n/use-formats.ts'
import { boundText } from '../ui/bound-text.ts'
import { Name } from '../ui/name.tsx'
import { ScrollBox } from '../ui/scroll-box.tsx'
import { Table } from '../ui/table.tsx'
import {
  type ControlCell,
  type ControlSource,
  type ControlState,
  controlState,
  countControl,
  layoutControl,
} from './authority-map-layout.ts'
import classes from './authority-map.module.css'
import { useSize } from './use-size.ts'

type Props = {
  readonly rows: readonly ControlSource[]
  readonly hrefOf: (domainId: string) => string
  readonly height: number
  readonly isTable: boolean
}

export function AuthorityMap({ rows, hrefOf, height, isTable }: Props): ReactNode {
  const [ref, { width }] = useSize<HTMLDivElement>()
  const formats = useFormats()
  const cells = useMemo(() => layoutControl(rows, width, height), [rows, width, height])
  if (isTable) {
    return (
      <ScrollBox label={t`Who decides where`} height="20rem" isWide>
        <Table
          label={t`Who decides where`}
          rows={rows}
          keyOf={(row) => row.id}
          hrefOf={(row) => hrefOf(row.id)}
          columns={[
            { id: 'name', title: t`Domain`, draw: (row) => <Name text={row.name} /> },
            { id: 'state', title: t`Control`, draw: (row) => controlName(controlState(row).state) },
            { id: 'master', title: t`Master`, draw: (row) => <Name text={row.authority.masterName ?? t`nobody`} /> },
            {
              id: 'epoch',
              title: t`Epoch`,
              align: 'end',
              draw: (row) => (row.authority.epoch === null ? '\u2014' : formats.count(row.authority.epoch)),
            },
            { id: 'nodes', title: t`Nodes`, align: 'end', draw: (row) => formats.count(row.subtree.nodes) },
            { id: 'unreached', title: t`Out of contact`, align: 'end', draw: (row) => formats.share(controlState(row).unreachedShare) },
          ]}
        />
      </ScrollBox>
    )
  }
  return (
    <div>
      <div ref={ref} className={classes['map']} style={{ height }} role="group" aria-label={t`Who decides where`}>
        {cells.map((cell) => (
          <Cell key={cell.source.id} cell={cell} href={hrefOf(cell.source.id)} />
        ))}
      </div>
      <ul className={classes['key']} aria-label={t`Domains by control`}>
        {countControl(rows).map(({ state, domains }) => (
          <li key={state}>
            <span className={`${classes['sample']} ${classes[state]}`} aria-hidden="true" />
            <span>{controlName(state)}</span>
            <span className={classes['count']}>
              <Plural value={domains} one="# domain" other="# domains" />
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Cell({ cell, href }: { readonly cell: ControlCell; readonly href: string }): ReactNode {
  const formats = useFormats()
  const { source, state, unreachedShare } = cell
  const master = boundText(source.authority.masterName ?? t`nobody`, 60)
  const name = boundText(source.name, 120)
  const unreached = formats.share(unreachedShare)
  const told = t`${name}: ${controlName(state)}, master ${master}, ${unreached} of its nodes out of contact`
  const isTall = cell.height > 40
  return (
    <a
      href={href}
      className={`${classes['cell']} ${classes[state]}`}
      style={{ left: cell.x, top: cell.y, width: cell.width, height: cell.height }}
      title={told}
    >
      <span className={classes['hidden']}>{told}</span>
      {cell.height < 15 || cell.width < 46 ? null : (
        <span className={`${classes['words']} ${isTall ? '' : classes['one']}`} aria-hidden="true">
          <Name text={source.name} className={classes['name']} />
          <span className={classes['master']}>
            {state === 'authoritative' || state === 'elsewhere' ? master : controlName(state)}
            {source.authority.epoch === null ? '' : `, ${t`epoch ${source.authority.epoch}`}`}
          </span>
        </span>
      )}
    </a>
  )
}

export function controlName(state: ControlState): string {
  switch (state) {
    case 'authoritative':
      return t`Decided here`
    case 'elsewhere':
      return t`Decided elsewhere`
    case 'degraded':
      return t`Degraded`
    case 'contested':
      return t`Contested`
  }
}
