/** Every parser of bytes from elsewhere, with something valid to change: what it answers does not matter here, only that it does. */
import { loadIdentity as loadNodeIdentity } from '../../../core/agent/identity.ts'
import { openStatement, signStatement } from '../../../core/agent/statement.ts'
import { loadIdentity as loadMasterIdentity } from '../../../core/app/identity.ts'
import { readHighWater } from '../../../core/app/keeping/high-water.ts'
import { readTar, tarEnd, tarMember } from '../../../core/app/keeping/tar.ts'
import { commandsDocument } from '../../../core/contract/gateway/commands.ts'
import { statementTypes } from '../../../core/contract/gateway/statement.ts'
import { contactScheduleSchema } from '../../../core/fleet/connectivity/connectivity-events.ts'
import { readContactSchedule } from '../../../core/fleet/connectivity/contact-schedule.ts'
import { stepsOf, valueAt } from '../../../core/fleet/drift/pointer.ts'
import { checkDocument, findSchemaFaults } from '../../../core/fleet/policy/configuration-schema.ts'
import type { Files, Ports } from '../../../core/kernel/ports.ts'
import { parseUntrustedJson } from '../../../core/kernel/untrusted-json.ts'
import { readEvent } from '../../../core/log/event-bytes.ts'
import { isLogId } from '../../../core/log/log-id.ts'
import { decodeSegment, readHeader } from '../../../core/log/segment.ts'
import { parseMountInfo } from '../../../core/platform/volumes-linux.ts'
import { parsePropertyList } from '../../../core/platform/volumes-mac.ts'
import { parseVolumes } from '../../../core/platform/volumes-windows.ts'
import { createPorts } from '../../../core/platform/ports.ts'
import { readIslandPlan } from '../../../core/simulator/island-plan.ts'
import { readPlan } from '../../../core/simulator/trial/plan.ts'
import { endOfLastCommit } from '../../../core/simulator/trial/write-ahead-log.ts'
import { openCard } from '../../../core/sync/card.ts'
import { parseEnvelope } from '../../../core/sync/envelope.ts'
import { openKeyStore } from '../../../core/trust/key-store.ts'
import { golden } from '../../helpers/log/golden-segment.ts'
import { rfcKeyPair } from '../../helpers/log/origin.ts'

export type Parser = { readonly name: string; readonly valid: Uint8Array; readonly read: (bytes: Uint8Array) => unknown }

const ports: Ports = createPorts('fuzz', 'silent')
const encoder = new TextEncoder()
const decoder = new TextDecoder()
const json = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value))
const limits = { maxBytes: 64 * 1024, maxDepth: 32, maxFields: 1000 }
const ulid = '01ARZ3NDEKTSV4RRFFQ69G5FAV'

/** A directory in which each file is these bytes. */
function holding(bytes: Uint8Array): Files {
  return { read: () => bytes, writeAtomic: () => undefined, makeDirectory: () => undefined, remove: () => undefined, list: () => [] }
}

/** As programs do that read JSON of their own: what is no JSON is told before. */
function ofJson(read: (document: unknown) => unknown): (bytes: Uint8Array) => unknown {
  return (bytes) => {
    const parsed = parseUntrustedJson(bytes, limits)
    return parsed.ok ? read(parsed.value) : parsed
  }
}

const envelope = {
  payloadType: 'application/vnd.ibcf.master-card+json',
  payload: 'e30=',
  signatures: [{ keyid: 'ed25519:00', sig: 'AAAA' }],
}
const signer = { keyId: 'ed25519:00', privateKey: rfcKeyPair.privateKey }
const statement = signStatement(ports.crypto, signer, statementTypes.commands, {
  v: 1,
  nodeId: ulid,
  masterId: ulid,
  commands: [],
  withdrawn: [],
})
const wal = new Uint8Array(32 + 24 + 512)
new DataView(wal.buffer).setUint32(8, 512)

export const parsers: readonly Parser[] = [
  { name: 'segment', valid: golden.segment, read: (bytes) => decodeSegment(bytes) },
  { name: 'segment-header', valid: golden.segment.subarray(9, 300), read: readHeader },
  {
    name: 'event',
    valid: encoder.encode('{"specversion":"1.0","id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","type":"a.v1","data":{}}'),
    read: readEvent,
  },
  { name: 'untrusted-json', valid: json({ a: [1, { b: null }], c: 'ü' }), read: (bytes) => parseUntrustedJson(bytes, limits) },
  { name: 'log-id', valid: encoder.encode(`${ulid}/${ulid}/control/-`), read: (bytes) => isLogId(decoder.decode(bytes)) },
  { name: 'zstd', valid: ports.compression.zstd(json({ a: 'b'.repeat(300) })), read: (bytes) => ports.compression.unzstd(bytes, 1 << 16) },
  {
    name: 'backup-tar',
    valid: Buffer.concat([tarMember({ name: 'a.json', bytes: json({}) }, 0), tarEnd]),
    read: async (bytes) => {
      const members = []
      for await (const member of readTar([bytes])) members.push(member)
      return members
    },
  },
  { name: 'envelope', valid: json(envelope), read: (bytes) => parseEnvelope(bytes, limits) },
  {
    name: 'master-card',
    valid: json(envelope),
    read: (bytes) => {
      const parsed = parseEnvelope(bytes, limits)
      return parsed.ok ? openCard(ports.crypto, parsed.value) : parsed
    },
  },
  {
    name: 'statement-of-the-master',
    valid: json(statement),
    read: ofJson((value) => {
      const { document, keyid, signature } = (value ?? {}) as Readonly<Record<string, unknown>>
      if (typeof document !== 'string' || typeof keyid !== 'string' || typeof signature !== 'string') return undefined
      return openStatement(ports.crypto, rfcKeyPair.publicKey, statementTypes.commands, commandsDocument, { document, keyid, signature })
    }),
  },
  {
    name: 'keys-of-a-master',
    valid: json({ v: 1, protection: 'file-permissions', salt: 'AAAA', keys: [{ ownerId: ulid, publicKey: 'AAAA', secret: 'AAAA' }] }),
    read: (bytes) => openKeyStore('any', { kind: 'file-permissions' }, { ...ports, files: holding(bytes) }),
  },
  {
    name: 'identity-of-a-master',
    valid: json({ v: 1, masterId: ulid, incarnation: ulid, rootDomainId: ulid }),
    read: (bytes) => loadMasterIdentity({ directory: 'any', ports: { ...ports, files: holding(bytes) } } as never, true),
  },
  {
    name: 'identity-of-a-node',
    valid: json({ v: 1, nodeId: ulid, publicKey: 'AAAA', privateKey: 'AAAA' }),
    read: (bytes) => loadNodeIdentity({ ...ports, files: holding(bytes) }, 'any'),
  },
  {
    name: 'high-water-mark',
    valid: json({ v: 1, masterId: ulid, points: [{ log: `${ulid}/${ulid}/control/-`, seq: 1, head: '0'.repeat(64) }] }),
    read: (bytes) => readHighWater('any', ulid as never, holding(bytes)),
  },
  { name: 'island', valid: json({ name: 'An island' }), read: ofJson(readIslandPlan) },
  {
    name: 'trial-plan',
    valid: json({ v: 1, seed: '1', islands: 1, nodes: 1, hours: 1, happenings: [{ atMs: 0, what: { kind: 'tamper', node: 'alpha-1' } }] }),
    read: ofJson(readPlan),
  },
  { name: 'write-ahead-log', valid: wal, read: endOfLastCommit },
  {
    name: 'contact-schedule',
    valid: json({ kind: 'cron', expression: '0 6 * * *', zone: 'Europe/Berlin' }),
    read: ofJson((value) => {
      const schedule = contactScheduleSchema.safeParse(value)
      return schedule.success ? readContactSchedule(schedule.data) : undefined
    }),
  },
  {
    name: 'pointer',
    valid: encoder.encode('/a~1b/0'),
    read: (bytes) => [stepsOf(decoder.decode(bytes)), valueAt({ 'a/b': [1] }, decoder.decode(bytes))],
  },
  {
    name: 'configuration-schema',
    valid: json({ type: 'object', properties: { port: { type: 'integer', minimum: 1 } } }),
    read: ofJson((value) => (findSchemaFaults(value).length === 0 ? checkDocument(value, { port: 5 }) : undefined)),
  },
  {
    name: 'mounts-of-linux',
    valid: encoder.encode('36 35 98:0 /mnt1 /mnt/parent rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n'),
    read: (bytes) => parseMountInfo(decoder.decode(bytes)),
  },
  {
    name: 'disks-of-macos',
    valid: encoder.encode('<plist><dict><key>VolumeName</key><string>STICK</string><key>Ejectable</key><true/></dict></plist>'),
    read: (bytes) => parsePropertyList(decoder.decode(bytes)),
  },
  {
    name: 'volumes-of-windows',
    valid: json([{ DriveLetter: 'E', FileSystemLabel: 'STICK', Size: 1, SizeRemaining: 1, DriveType: 'Removable', FileSystem: 'FAT32' }]),
    read: (bytes) => parseVolumes(decoder.decode(bytes)),
  },
]
