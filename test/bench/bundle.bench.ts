/**
 * Bundles beside what they could be at best: packing beside zstd -3 of the same events, taking in beside a bare INSERT of them, both
 * beside tar + zstd -3 and `git bundle` of the same records. On real masters, on disk.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { perform } from '../../core/app/acts/acts.ts'
import { type Master, openMaster } from '../../core/app/master.ts'
import { servedHere } from '../../core/app/served-master.ts'
import { openExport } from '../../core/app/sync/export-bundle.ts'
import { signCard } from '../../core/app/sync/sign.ts'
import { takeIn } from '../../core/app/sync/take-in.ts'
import { callProcedure, targetOfDirectory } from '../../core/bin/api-client.ts'
import { toBase64, toHex } from '../../core/kernel/hex.ts'
import { createUlidSource, type IncarnationId, type NodeId, type OperatorId } from '../../core/kernel/ids.ts'
import { keyIdOf } from '../../core/log/dsse.ts'
import { extendHead, genesisHead } from '../../core/log/chain.ts'
import { formatLogId, type LogId } from '../../core/log/log-id.ts'
import { encodeSegment, signSegment } from '../../core/log/segment.ts'
import { formatHlc } from '../../core/kernel/hlc.ts'
import { createFiles } from '../../core/platform/files.ts'
import { createPorts } from '../../core/platform/ports.ts'
import { loadEngine } from '../../core/store/engine.ts'
import { type RunningMaster, startMaster } from '../helpers/processes.ts'
import { type Bench, type BenchLine, type BenchOptions, median, raceAsync, round } from './bench.ts'

const ports = createPorts('bench', 'error')
const defaultEvents = 100_000
const perSegment = 120
const perTransaction = 1000

type Station = { readonly master: Master; readonly ada: OperatorId }

async function openStation(directory: string, name: string): Promise<Station> {
  mkdirSync(directory, { recursive: true })
  const master = await openMaster({
    directory,
    ports,
    keyProtection: { kind: 'file-permissions' },
    version: '0.0.0',
    name,
    rootDomainName: name,
    level: 'REGION',
    isDemo: false,
    digestEveryMs: 300_000,
    thresholds: {},
  })
  return { master, ada: perform(master, 'operator.create', { name: 'Ada', role: 'authority' }, undefined) }
}

/** A node that this master let in, and its log of observations, about 520 bytes each. */
function nodeSegments(
  { master, ada }: Station,
  count: number,
): { readonly segments: readonly Uint8Array[]; readonly events: readonly Uint8Array[] } {
  const next = createUlidSource(ports.clock, ports.random)
  const node = next<NodeId>()
  const pair = ports.crypto.generateKeyPair()
  const keyId = keyIdOf(ports.crypto, pair.publicKey)
  const publicKey = toBase64(pair.publicKey)
  const requestId = next()
  const { rootDomainId } = master.identity
  master.port.commit(({ decide }) => {
    const asked = {
      name: 'node',
      kind: 'EDGE' as const,
      tags: [],
      serial: null,
      manufacturer: null,
      model: null,
      contactEverySeconds: 10,
      autonomyBudgetSeconds: 60,
      viaId: null,
    }
    const statement = { document: '', keyid: keyId, signature: '' }
    decide({
      type: 'ibcf.enrolment.requested.v1',
      subject: node,
      domain: rootDomainId,
      data: { requestId, ...asked, keyId, publicKey, statement },
    })
    decide({
      type: 'ibcf.enrolment.approved.v1',
      subject: node,
      domain: rootDomainId,
      data: { requestId, domainId: rootDomainId, keyId, publicKey },
      actor: ada,
    })
  })
  const log: LogId = { origin: node, incarnation: next<IncarnationId>(), lane: 'fact', domain: '-' }
  const events = Array.from({ length: count }, (_, at) => eventOf(node, next(), at))
  const segments: Uint8Array[] = []
  let head = genesisHead(ports.crypto, log)
  for (let from = 1; from <= count; from += perSegment) {
    const part = events.slice(from - 1, from - 1 + perSegment)
    const prev = toHex(head)
    for (const bytes of part) head = extendHead(ports.crypto, head, bytes)
    const to = from + part.length - 1
    const header = {
      v: 1,
      log: formatLogId(log),
      from,
      to,
      prev,
      head: toHex(head),
      keyid: keyId,
      signedAt: formatHlc(Date.now(), 0),
    } as const
    segments.push(encodeSegment({ ...signSegment(ports.crypto, header, pair.privateKey), events: part }))
  }
  return { segments, events }
}

function eventOf(node: NodeId, id: string, at: number): Uint8Array {
  const now = Date.UTC(2026, 0, 1) + at * 1000
  const event = {
    specversion: '1.0',
    id,
    type: 'ibcf.observation.recorded.v1',
    source: `urn:ibcf:node:${node}`,
    subject: node,
    time: new Date(now).toISOString(),
    hlc: formatHlc(now, at & 0xffff),
    data: {
      channel: 'env/temperature',
      value: round(ports.random.next() * 90, 3),
      unit: 'Cel',
      quality: 'good',
      battery: at % 100,
      note: noteOf(at),
    },
  }
  return new TextEncoder().encode(JSON.stringify(event))
}

const words =
  'pump valve seal filter inlet outlet pressure rises falls steady north south gate crane lamp relay fuse watch shift tide'.split(' ')

/** About 120 letters as a person or a program writes them: one letter over and over would pack to nothing, and zstd would take no time. */
function noteOf(at: number): string {
  let text = `${at}:`
  while (text.length < 120) text += ` ${words[Math.floor(ports.random.next() * words.length)]} ${Math.floor(ports.random.next() * 1000)}`
  return text
}

/** A master as it is in the field, which trusts the one that the bundle is from. */
async function receiver(
  directory: string,
  envelope: unknown,
): Promise<{ readonly master: RunningMaster; readonly call: (procedure: string, input: unknown) => Promise<unknown> }> {
  const master = await startMaster(directory)
  // Of another name than who packs: by the second import both are known there.
  await master.call('operator.create', { name: 'Kim', role: 'authority' })
  await master.call('sync.acceptPeer', { envelope })
  const target = targetOfDirectory(directory, createFiles())
  const call = (procedure: string, input: unknown) => callProcedure(target, 'main', procedure, input, 'Kim', new AbortController().signal)
  return { master, call }
}

/** Resident memory at its highest, MB (10^6). */
function highWaterMb(pid: number): number {
  const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return (Number(line?.[1] ?? Number.NaN) * 1024) / 1e6
}

async function packed({ master, ada }: Station): Promise<Uint8Array> {
  const { chunks } = await openExport(servedHere(master), master.store.reader, ada, { to: [] })
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

function zstdAlone(events: readonly Uint8Array[]): number {
  let bytes = 0
  const whole = Buffer.concat(events)
  for (let at = 0; at < whole.length; at += 1024 * 1024) bytes += ports.compression.zstd(whole.subarray(at, at + 1024 * 1024)).length
  return bytes
}

async function rawInsert(directory: string, events: readonly Uint8Array[]): Promise<void> {
  const open = await loadEngine()
  const database = open(join(directory, 'raw.sqlite'))
  database.pragma('journal_mode = WAL')
  database.exec('CREATE TABLE raw (position INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT')
  database.pragma('synchronous = FULL')
  const statement = database.prepare('INSERT INTO raw (bytes) VALUES (?)')
  const insert = database.transaction((batch: readonly Uint8Array[]) => {
    for (const bytes of batch) statement.run(bytes)
  })
  for (let at = 0; at < events.length; at += perTransaction) insert(events.slice(at, at + perTransaction))
  database.close()
}

/** The same records as files of a thousand lines: what tar and git are given. */
function writeRecords(directory: string, events: readonly Uint8Array[]): string {
  const records = join(directory, 'records')
  mkdirSync(records)
  for (let at = 0; at < events.length; at += perTransaction)
    writeFileSync(
      join(records, `${at}.jsonl`),
      Buffer.concat(events.slice(at, at + perTransaction).flatMap((event) => [event, Buffer.from('\n')])),
    )
  return records
}

async function run({ eventsAsked, turns }: BenchOptions): Promise<readonly BenchLine[]> {
  const count = eventsAsked ?? defaultEvents
  const home = mkdtempSync(join(tmpdir(), 'ibcf-bench-bundle-'))
  const from = await openStation(join(home, 'from'), 'From')
  let made = 0
  try {
    const { segments, events } = nodeSegments(from, count)
    for (let at = 0; at < segments.length; at += 8) takeIn(from.master, segments.slice(at, at + 8))
    from.master.recorder.sign()
    const records = writeRecords(home, events)
    const git = (...args: readonly string[]): void =>
      void execFileSync('git', ['-C', records, '-c', 'user.name=b', '-c', 'user.email=b@b', ...args], { stdio: 'ignore' })
    git('init', '-q')
    git('add', '.')
    git('commit', '-q', '-m', 'records')
    let bundle: Uint8Array = new Uint8Array()
    let zstdBytes = 0
    const [packs = 0, zstds = 1, tars = 1, gits = 1] = await raceAsync(
      [
        {
          name: 'bundle',
          turn: async () => {
            bundle = await packed(from)
            return count
          },
        },
        {
          name: 'zstd',
          turn: () => {
            zstdBytes = zstdAlone(events)
            return count
          },
        },
        {
          name: 'tar',
          turn: () => {
            execFileSync('sh', ['-c', `tar -C ${records} --exclude=.git -cf - . | zstd -3 -q -f -o ${join(home, 'records.tar.zst')}`])
            return count
          },
        },
        {
          name: 'git',
          turn: () => {
            git('bundle', 'create', join(home, 'records.bundle'), '--all')
            return count
          },
        },
      ],
      turns,
    )
    const card = signCard(from.master, null)
    const file = join(home, 'records.ibcf')
    writeFileSync(file, bundle)
    const imports: number[] = []
    const again: number[] = []
    const peaks: number[] = []
    const [, raws = 1, clones = 1] = await raceAsync(
      [
        {
          name: 'import',
          turn: async () => {
            const { master, call } = await receiver(join(home, `to-${++made}`), card)
            try {
              const began = performance.now()
              await call('sync.import', { file })
              const stored = performance.now()
              await call('sync.import', { file })
              imports.push(count / ((stored - began) / 1000))
              again.push(count / ((performance.now() - stored) / 1000))
              peaks.push(highWaterMb(master.pid))
            } finally {
              await master.stop()
            }
            return count
          },
        },
        {
          name: 'raw',
          turn: async () => {
            const directory = join(home, `raw-${++made}`)
            mkdirSync(directory)
            await rawInsert(directory, events)
            return count
          },
        },
        {
          name: 'git clone',
          turn: () => {
            execFileSync('git', ['clone', '-q', join(home, 'records.bundle'), join(home, `clone-${++made}`)], { stdio: 'ignore' })
            return count
          },
        },
      ],
      Math.min(turns, 5),
    )
    const agains = median(again)
    const importing = median(imports)
    const bytesEach = bundle.length / count
    const size = (name: string): number => round(statSync(join(home, name)).size / count, 1)
    return [
      {
        bench: 'bundle export',
        value: round(packs),
        unit: 'events/s',
        against: `zstd -3 of the same events, ${round(zstds)}/s; tar + zstd -3 ${round(tars)}/s; git bundle ${round(gits)}/s`,
        ratio: round(packs / zstds, 2),
        goal: '>= 0.4',
      },
      {
        bench: 'bundle import',
        value: round(importing),
        unit: 'events/s',
        against: `raw append of the same events, ${round(raws)}/s; git clone of the bundle ${round(clones)}/s`,
        ratio: round(importing / raws, 2),
        goal: '>= 0.4',
        note: `By a master as a process of its own: read to its seal, unpacked and proven in one thread, stored and projected in another. It held ${round(Math.max(...peaks))} MB at most, from its sources.`,
      },
      {
        bench: 'bundle import again',
        value: round(agains),
        unit: 'events/s',
        against: '500,000 events/s',
        ratio: round(agains / 500_000, 2),
        goal: '>= 1',
      },
      {
        bench: 'bundle size',
        value: round(bytesEach, 1),
        unit: 'bytes/event',
        against: `115; zstd -3 alone ${round(zstdBytes / count, 1)}, tar + zstd -3 ${size('records.tar.zst')}, git bundle ${size('records.bundle')}`,
        ratio: round(115 / bytesEach, 2),
        goal: '>= 1',
      },
    ]
  } finally {
    from.master.close()
    rmSync(home, { recursive: true, force: true })
  }
}

export const bundleBenches: readonly Bench[] = [{ name: 'bundle', run }]
