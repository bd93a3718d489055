/** What this store holds, as a frontier. */
import { toHex } from '../kernel/hex.ts'
import { ulidToBytes, type OriginId } from '../kernel/ids.ts'
import type { Reader, Row } from '../kernel/reader.ts'
import { sortFrontier, type Frontier } from '../log/frontier.ts'
import type { LogId } from '../log/log-id.ts'
import { lastSignedPoint, readLogTree } from './branches.ts'

export type LogHead = { readonly seq: number; readonly head: Uint8Array; readonly signedTo: number }

type FrontierRow = Row & { readonly name: string; readonly branch: number; readonly seq: number; readonly head: Uint8Array }

/** Every branch of every log, or of one origin's. Unsigned tails are included: they are held. */
export function readFrontier(reader: Reader, scope: { readonly origin?: OriginId } = {}): Frontier {
  const select = 'SELECT logs.name, heads.branch, heads.seq, heads.head FROM heads JOIN logs ON logs.number = heads.log'
  const rows =
    scope.origin === undefined
      ? reader.all<FrontierRow>(select)
      : reader.all<FrontierRow>(`${select} WHERE logs.origin = ?`, ulidToBytes(scope.origin))
  return sortFrontier(rows.map((row) => ({ log: row.name, branch: row.branch, seq: row.seq, head: toHex(row.head) })))
}

/** How far a log's first branch is held, signed or not; undefined when nothing of it is. Reads no segment, so it is cheap to ask. */
export function readTip(reader: Reader, log: LogId): Omit<LogHead, 'signedTo'> | undefined {
  const tip = readLogTree(reader, log)?.branches[0]
  return tip === undefined ? undefined : { seq: tip.seq, head: tip.head }
}

/** Of a log's first branch; undefined when nothing of it is held. */
export function readHead(reader: Reader, log: LogId): LogHead | undefined {
  const tree = readLogTree(reader, log)
  const tip = tree?.branches[0]
  if (tree === undefined || tip === undefined) return undefined
  return { seq: tip.seq, head: tip.head, signedTo: lastSignedPoint(reader, tree, tip)?.to ?? 0 }
}
