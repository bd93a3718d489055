/** `ibcf rebuild` as the process it is: killed in any slice, it goes on, and what serves is never touched. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createProjectionEngine } from '../../../core/app/projecting/engine.ts'
import { checkProjections } from '../../../core/app/projecting/check.ts'
import { readGenerations } from '../../../core/app/projecting/tables.ts'
import { decisions, type DecisionType } from '../../../core/fleet/decisions.ts'
import type { EventEnvelope } from '../../../core/kernel/event.ts'
import { formatHlc } from '../../../core/kernel/hlc.ts'
import { createUlidSource, type DomainId, type IncarnationId, type MasterId, type NodeId, type OriginId } from '../../../core/kernel/ids.ts'
import type { Lane } from '../../../core/log/log-id.ts'
import { projections } from '../../../core/projections/all.ts'
import { appendEvents } from '../../../core/store/append-events.ts'
import { openStore, type Store } from '../../../core/store/open.ts'
import { temporaryDirectory, testPorts as ports } from '../../helpers/store/open.ts'

const nodeCount = 1500
const kills = 8
const program = new URL('../../../core/bin/ibcf.ts', import.meta.url).pathname

/** A fleet whose nodes were let in, assessed and heard: several thousand rows to write. */
function fill(store: Store): void {
  const nextId = createUlidSource(ports.clock, ports.random)
  const [masterId, domain, incarnation] = [nextId<MasterId>(), nextId<DomainId>(), nextId<IncarnationId>()]
  let clock = Date.UTC(2026, 0, 1)
  const write = (
    origin: OriginId,
    lane: Lane,
    drafts: readonly (readonly [type: string, subject: string, data: Record<string, unknown>])[],
  ): void => {
    const isOfMaster = origin === masterId
    const events = drafts.map(([type, subject, data]): EventEnvelope => {
      clock++
      const place = isOfMaster ? { domain, epoch: 1, placement: 0 } : {}
      const source = `urn:ibcf:${isOfMaster ? 'master' : 'node'}:${origin}`
      return {
        specversion: '1.0',
        id: nextId(),
        type,
        source,
        subject: subject as never,
        time: new Date(clock).toISOString(),
        hlc: formatHlc(clock, 0),
        ...place,
        data,
      }
    })
    store.transact((writer) => appendEvents(writer, { origin, incarnation, lane, domain: isOfMaster ? domain : '-' }, events, clock))
  }
  const decide = (items: readonly (readonly [DecisionType, string, Record<string, unknown>])[]): void => {
    for (const [type, , data] of items) decisions[type].data.parse(data)
    write(masterId, 'control', items)
  }
  decide([
    ['ibcf.domain.created.v1', domain, { name: 'Island', parentId: null, level: 'REGION', thresholds: {} }],
    ['ibcf.authority.granted.v1', domain, { masterId, level: 'REGION', epoch: 1, until: null, right: 'root' }],
  ])
  for (let number = 0; number < nodeCount; number++) {
    const node = nextId<NodeId>()
    const key = { keyId: `ed25519:${number}`, publicKey: '' }
    const requestId = nextId()
    const about = {
      name: `node ${number}`,
      kind: 'EDGE',
      tags: ['pump'],
      serial: null,
      manufacturer: null,
      model: null,
      viaId: null,
    } as const
    const statement = { document: '', keyid: '', signature: '' }
    decide([
      ['ibcf.enrolment.requested.v1', node, { requestId, ...about, ...key, contactEverySeconds: 10, autonomyBudgetSeconds: 60, statement }],
      ['ibcf.enrolment.approved.v1', node, { requestId, domainId: domain, ...key }],
      ['ibcf.lifecycle.transitioned.v1', node, { from: 'PROVISIONING', to: 'ACTIVE', event: 'test', reason: '', code: null }],
    ])
    write(node, 'fact', [['ibcf.health.changed.v1', node, { from: 'OK', to: number % 3 === 0 ? 'FAILED' : 'OK', detail: '' }]])
  }
}

function contents({ reader }: Store): unknown {
  return ['nodes', 'node_tags', 'projection_counters', 'projection_sums', 'lifecycle_nodes', 'actual_nodes'].map((name) =>
    reader.all(`SELECT * FROM ${name}`),
  )
}

/** How many states were written into tables that do not serve yet. */
function writtenBeside({ reader }: Store): number {
  const building = readGenerations(reader).find(({ state }) => state === 'building')
  if (building === undefined) return 0
  return Number(reader.get(`SELECT count(*) AS n FROM projection_states_g${building.number}`)?.['n'] ?? 0)
}

/** Runs it; kills it as soon as so many states are written beside what serves. */
async function run(directory: string, killAfter?: number): Promise<{ readonly code: number | null; readonly lines: readonly string[] }> {
  const child = spawn(process.execPath, [program, 'rebuild', '--data', directory, '--json'], { stdio: ['ignore', 'pipe', 'ignore'] })
  let output = ''
  let isOver = false
  child.stdout.on('data', (part) => (output += String(part)))
  const ended = once(child, 'exit').finally(() => (isOver = true)) as Promise<[number | null]>
  while (killAfter !== undefined && !isOver) {
    using store = await openStore({ directory, mode: 'read-only', role: 'master', ports })
    if (writtenBeside(store) >= killAfter) child.kill('SIGKILL')
    await new Promise((resolve) => setImmediate(resolve))
  }
  const [code] = await ended
  return { code, lines: output.split('\n').filter((line) => line !== '') }
}

describe('ibcf rebuild', () => {
  const directory = temporaryDirectory()
  let before: unknown
  beforeAll(async () => {
    using store = await openStore({ directory: directory.path, mode: 'read-write', role: 'master', ports })
    fill(store)
    store.transact((writer) => createProjectionEngine(writer, projections, ports.crypto))
    before = contents(store)
  }, 120_000)
  afterAll(() => directory[Symbol.dispose]())

  it('[PJ6] goes on after a kill in the middle, as often as it comes, and ends with what the events give', async () => {
    let seenHalfWritten = 0
    for (let kill = 0; kill < kills; kill++) {
      // Later and later.
      const { code } = await run(directory.path, 1 + Math.floor((kill * nodeCount) / kills))
      using store = await openStore({ directory: directory.path, mode: 'read-only', role: 'master', ports })
      expect(contents(store)).toEqual(before)
      if (code === 0) break
      if (writtenBeside(store) > 0) seenHalfWritten++
    }
    expect(seenHalfWritten).toBeGreaterThan(1)
    const { code, lines } = await run(directory.path)
    expect(code).toBe(0)
    using store = await openStore({ directory: directory.path, mode: 'read-only', role: 'master', ports })
    const check = checkProjections(store.reader, projections, ports.crypto)
    expect(check.differing).toEqual([])
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ ok: true, stateHash: check.stateHash })
    expect(contents(store)).toEqual(before)
    expect(readGenerations(store.reader).map(({ state }) => state)).toEqual(['serving'])
  }, 180_000)

  it('[CL2] refuses a directory without a store', async () => {
    using empty = temporaryDirectory()
    const { code, lines } = await run(empty.path)
    expect([code, JSON.parse(lines.at(-1) ?? '')]).toMatchObject([3, { ok: false, code: 'STORE_MISSING' }])
  })
})
