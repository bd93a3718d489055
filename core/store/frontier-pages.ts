/** What a store holds, in pieces: the frontier of a large fleet has millions of entries. */
import { toHex } from '../kernel/hex.ts'
import type { Reader, Row } from '../kernel/reader.ts'
import { sortFrontier, type Frontier } from '../log/frontier.ts'

type HeadRow = Row & {
  readonly name: string
  readonly branch: number | null
  readonly seq: number | null
  readonly head: Uint8Array | null
}

/** In the order of `sortFrontier` over all pages, which belong together only if the reader shows one moment over all of them. */
export function* readFrontierPages(reader: Reader, logsAPage: number): Generator<Frontier, void> {
  for (let after = ''; ; ) {
    const rows = reader.all<HeadRow>(
      `SELECT named.name, heads.branch, heads.seq, heads.head
        FROM (SELECT number, name FROM logs WHERE name > ? ORDER BY name LIMIT ?) AS named LEFT JOIN heads ON heads.log = named.number`,
      after,
      logsAPage,
    )
    if (rows.length === 0) return
    // The join keeps no order, and a log of which nothing is held yet has no head.
    after = rows.reduce((most, { name }) => (name > most ? name : most), after)
    yield sortFrontier(
      rows.flatMap(({ name, branch, seq, head }) =>
        branch === null || seq === null || head === null ? [] : [{ log: name, branch, seq, head: toHex(head) }],
      ),
    )
  }
}
