/**
 * A thief with a node's key: he rewrites what the node said last, signs it properly, and brings it on a stick. Nothing but the past of
 * the log tells that it is not the node's own word.
 */
import { identityName } from '../../app/identity.ts'
import { fromBase64, toHex } from '../../kernel/hex.ts'
import { keyIdOf } from '../../log/dsse.ts'
import { formatLogId, parseLogId } from '../../log/log-id.ts'
import { encodeSegment, signSegment } from '../../log/segment.ts'
import { branchOf, headAt, readLogTree } from '../../store/branches.ts'
import { readFrontier } from '../../store/frontier.ts'
import { readLogEvents } from '../../store/read-events.ts'
import { extendHead } from '../../log/chain.ts'
import type { FieldNode } from './field-node.ts'
import { homeOf } from './plan.ts'
import type { World } from './world.ts'

/** In every event that he makes up: none of it may be found in what is shown. */
export const forgedMark = 'FORGED'

/** False while the node has said nothing that its master holds. */
export function forge(world: World, node: FieldNode): boolean {
  const { crypto } = world.ports
  const end = world.wire.end(node.name) ?? world.station(homeOf(node.name))
  const home = end.running()
  const secret = privateKeyOf(node)
  if (home === undefined || secret === undefined) return false
  const { reader } = home.master.store
  const point = readFrontier(reader, { origin: node.nodeId() }).find(
    ({ log, branch, seq }) => branch === 0 && seq > 1 && log.includes('/fact/'),
  )
  if (point === undefined) return false
  const log = parseLogId(point.log)
  const tree = readLogTree(reader, log)
  const [last] = readLogEvents(reader, log, point.seq, point.seq)
  if (tree === undefined || last?.event === undefined) return false
  const prev = headAt(reader, tree, branchOf(tree, 0), point.seq - 1)
  const text = JSON.stringify({ ...last.event, data: { ...(last.event.data as object), note: forgedMark, version: forgedMark } })
  const bytes = new TextEncoder().encode(text)
  const publicKey = crypto.keyPairFromSeed(secret).publicKey
  const head = extendHead(crypto, prev, bytes)
  const signed = signSegment(
    crypto,
    {
      v: 1,
      log: formatLogId(log),
      from: point.seq,
      to: point.seq,
      prev: toHex(prev),
      head: toHex(head),
      keyid: keyIdOf(crypto, publicKey),
      signedAt: last.event.hlc,
    },
    secret,
  )
  const piece = encodeSegment({ ...signed, events: [bytes] })
  const [taken] = world.courier.deliver(end, { from: 'a thief', pieces: [piece], blobs: [], receipt: { frontier: [], life: 0, number: 0 } })
  if (taken === undefined) return false
  const forgery = { master: end.name, life: end.life(), log: point.log, seq: point.seq, leaf: toHex(crypto.sha256(bytes)) }
  const isKnownAsForged = world.witness.forged.some((one) => one.master === forgery.master && one.leaf === forgery.leaf)
  if (taken.kind === 'forked') world.witness.forged.push(forgery)
  // The same forgery again is held apart already.
  else if (taken.kind !== 'known' || !isKnownAsForged)
    world.witness.altered.push({ where: `the past of ${node.name} at ${end.name}`, wasRefused: taken.kind === 'refused' })
  return true
}

function privateKeyOf(node: FieldNode): Uint8Array | undefined {
  const bytes = node.disk.files.read(`${node.disk.directory()}/${identityName}`)
  if (bytes === undefined) return undefined
  const { privateKey } = JSON.parse(new TextDecoder().decode(bytes)) as { readonly privateKey?: string }
  return privateKey === undefined ? undefined : fromBase64(privateKey)
}
