/**
 * Whom a relay knows: nodes that a master let through here, by the key they proved themselves with. They have a share of the queue of
 * their own, and what a master leaves for them is fetched and kept; each document is signed, so that the relay only carries it ([RY10]).
 */
import { leftForNode, type LeftForNode } from '../contract/relay-link.ts'
import type { Reader, Writer } from '../kernel/reader.ts'

/** Of nodes that were let through; the one that was seen longest ago goes first. */
const keptNodes = 4096
/** Nodes that were not seen for so long are not asked about any more. */
const askedForMs = 30 * 24 * 60 * 60 * 1000
/** Of the queue's bound, for what masters left for nodes, which is beside it. */
const leftShare = 1 / 4

export function createOriginTables(writer: Writer): void {
  writer.run('CREATE TABLE IF NOT EXISTS relay_origins (node TEXT PRIMARY KEY, keyid TEXT NOT NULL, seen_at INTEGER NOT NULL) STRICT')
  writer.run('CREATE TABLE IF NOT EXISTS relay_left (node TEXT PRIMARY KEY, size INTEGER NOT NULL, body TEXT NOT NULL) STRICT')
}

export function noteLetThrough(writer: Writer, node: string, keyId: string, now: number): void {
  writer.run(
    `INSERT INTO relay_origins (node, keyid, seen_at) VALUES (?, ?, ?)
     ON CONFLICT (node) DO UPDATE SET keyid = excluded.keyid, seen_at = excluded.seen_at`,
    node,
    keyId,
    now,
  )
  const count = writer.get<{ count: number }>('SELECT count(*) AS count FROM relay_origins')?.count ?? 0
  if (count <= keptNodes) return
  writer.run('DELETE FROM relay_origins WHERE node IN (SELECT node FROM relay_origins ORDER BY seen_at, node LIMIT ?)', count - keptNodes)
  writer.run('DELETE FROM relay_left WHERE node NOT IN (SELECT node FROM relay_origins)')
}

/** The key id that a node was let through with; undefined for a stranger. */
export function keyIdOfOrigin(reader: Reader, node: string): string | undefined {
  return reader.get<{ keyid: string }>('SELECT keyid FROM relay_origins WHERE node = ?', node)?.keyid
}

/** Newest first. */
export function nodesBehind(reader: Reader, now: number): readonly string[] {
  return reader
    .all<{ node: string }>('SELECT node FROM relay_origins WHERE seen_at > ? ORDER BY seen_at DESC, node', now - askedForMs)
    .map(({ node }) => node)
}

/** Of each node the latest; beyond its share of room the largest go first. */
export function keepLeft(writer: Writer, left: readonly LeftForNode[], queueBytes: number): void {
  for (const one of left) {
    const isEmpty = one.desired === null && one.commands === null && one.chain.length === 0
    const body = JSON.stringify(one)
    if (isEmpty) writer.run('DELETE FROM relay_left WHERE node = ?', one.nodeId)
    else
      writer.run(
        'INSERT INTO relay_left (node, size, body) VALUES (?, ?, ?) ON CONFLICT (node) DO UPDATE SET size = excluded.size, body = excluded.body',
        one.nodeId,
        body.length,
        body,
      )
  }
  for (;;) {
    const used = writer.get<{ used: number | null }>('SELECT sum(size) AS used FROM relay_left')?.used ?? 0
    if (used <= queueBytes * leftShare) return
    writer.run('DELETE FROM relay_left WHERE node = (SELECT node FROM relay_left ORDER BY size DESC, node LIMIT 1)')
  }
}

export function leftFor(reader: Reader, node: string): LeftForNode {
  const body = reader.get<{ body: string }>('SELECT body FROM relay_left WHERE node = ?', node)?.body
  const kept = body === undefined ? undefined : leftForNode.safeParse(JSON.parse(body))
  return kept?.success === true ? kept.data : { nodeId: node, desired: null, commands: null, chain: [] }
}
