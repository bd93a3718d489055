/** How the debt of one row stands against the worst of them. */
import type { Answers } from '../../client/rpc.ts'

type Row = Answers['debt']['rank']['rows'][number]

/** 0..1 of the row that is most behind; by messages where nobody is silent. */
export function shareOfWorst<Given extends Pick<Row, 'sumSecondsBehind' | 'backlogMessages'>>(
  rows: readonly Given[],
): ReadonlyMap<Given, number> {
  const bySilence = rows.some(({ sumSecondsBehind }) => sumSecondsBehind > 0)
  const figure = (row: Given): number => (bySilence ? row.sumSecondsBehind : row.backlogMessages)
  const worst = Math.max(1, ...rows.map(figure))
  return new Map(rows.map((row) => [row, figure(row) / worst]))
}
