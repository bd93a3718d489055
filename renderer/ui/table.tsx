/** A plain table for tens of rows: columns with a title and a way to draw a cell. Long lists of nodes have their own, virtual one. */
import type { ReactNode } from 'react'
import classes from './table.module.css'

export type Column<Row> = {
  readonly id: string
  readonly title: string
  readonly draw: (row: Row) => ReactNode
  readonly align?: 'start' | 'end'
  /** CSS width of the column; the rest share what is left. */
  readonly width?: string
  /** Hidden where the page is narrow. */
  readonly isSecondary?: boolean
}

type TableProps<Row> = {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  readonly hrefOf?: (row: Row) => string
  readonly isUrgent?: (row: Row) => boolean
}

export function Table<Row>({ label, columns, rows, keyOf, hrefOf, isUrgent }: TableProps<Row>): ReactNode {
  return (
    <div className={classes['frame']}>
      <table className={classes['table']} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                className={lookOf(column)}
                style={column.width === undefined ? undefined : { width: column.width }}
              >
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const href = hrefOf?.(row)
            return (
              <tr
                key={keyOf(row)}
                className={`${href === undefined ? '' : classes['open']} ${isUrgent?.(row) === true ? classes['urgent'] : ''}`}
                // The link in the first cell is what keyboard and screen reader use; the rest of the row is a larger target for it.
                onClick={(event) => {
                  if (href !== undefined && event.target instanceof Element && event.target.closest('a, button') === null)
                    window.location.hash = href
                }}
              >
                {columns.map((column, at) => (
                  <td key={column.id} className={lookOf(column)}>
                    {at === 0 && href !== undefined ? (
                      <a href={href} className={classes['link']}>
                        {column.draw(row)}
                      </a>
                    ) : (
                      column.draw(row)
                    )}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function lookOf<Row>(column: Column<Row>): string {
  return `${column.align === 'end' ? classes['end'] : ''} ${column.isSecondary === true ? classes['secondary'] : ''}`
}
