/** Several real masters, and carrying between them what each holds, as a stick would: whole logs, segment by segment. */
import { type acts, perform } from '../../../core/app/acts/acts.ts'
import type { MasterConfig } from '../../../core/app/config.ts'
import { type Master, openMaster } from '../../../core/app/master.ts'
import type { MasterLevel } from '../../../core/fleet/node/node-record.ts'
import { isAppError } from '../../../core/kernel/app-error.ts'
import { toBase64 } from '../../../core/kernel/hex.ts'
import { createUlidSource, type DomainId, type NodeId, type OperatorId } from '../../../core/kernel/ids.ts'
import { keyIdOf } from '../../../core/log/dsse.ts'
import { parseLogId } from '../../../core/log/log-id.ts'
import { acceptSegment } from '../../../core/store/accept-segment.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { keysOfOrigin, putKey } from '../../../core/store/keys.ts'
import { readSegmentsFrom } from '../../../core/store/read-segments.ts'
import { verified } from '../log/origin.ts'
import { testPorts } from '../store/open.ts'

export type Seat = { readonly master: Master; readonly ada: OperatorId; readonly bob: OperatorId }

export async function openSeat(name: string, level: MasterLevel, changes: Partial<MasterConfig> = {}): Promise<Seat> {
  const master = await openMaster({
    directory: ':memory:',
    ports: testPorts,
    keyProtection: { kind: 'file-permissions' },
    version: '0.0.0',
    name,
    rootDomainName: `Under ${name}`,
    level,
    isDemo: false,
    digestEveryMs: 300_000,
    thresholds: {},
    ...changes,
  })
  const ada = perform(master, 'operator.create', { name: 'Ada', role: 'authority' }, undefined)
  const bob = perform(master, 'operator.create', { name: 'Bob', role: 'authority' }, ada)
  return { master, ada, bob }
}

/** Everything that `from` holds and `to` lacks. */
export function carry({ master: from }: Seat, { master: to }: Seat): void {
  from.recorder.sign()
  const { reader } = from.store
  const nowMs = to.config.ports.clock.now()
  to.store.transact((writer) => {
    const origins = new Set(readFrontier(reader).map(({ log }) => parseLogId(log).origin))
    for (const origin of origins) for (const key of keysOfOrigin(reader, origin)) putKey(writer, key, nowMs)
    for (const { log } of readFrontier(reader)) {
      const { origin } = parseLogId(log)
      if (origin === to.identity.masterId) continue
      const [key] = keysOfOrigin(reader, origin)
      if (key === undefined) throw new Error(`The key of ${origin} is not held.`)
      for (const { bytes } of readSegmentsFrom(reader, parseLogId(log), 1)) {
        const outcome = acceptSegment(writer, verified(bytes, key.publicKey), nowMs)
        if (outcome.kind === 'stored') to.engine.project(writer, outcome.events)
      }
    }
    to.engine.settle(writer, 10_000)
  })
}

export function meet(...seats: readonly Seat[]): void {
  // Twice, so that what came to the first one last reaches the last one too.
  for (const _ of [1, 2]) for (const from of seats) for (const to of seats) if (from !== to) carry(from, to)
}

/** An active node, as an approval by this master makes it. */
export function makeNode({ master, ada }: Seat, domainId: DomainId, name: string): NodeId {
  const next = createUlidSource(testPorts.clock, testPorts.random)
  const node = next<NodeId>()
  const publicKey = testPorts.crypto.generateKeyPair().publicKey
  const key = { keyId: keyIdOf(testPorts.crypto, publicKey), publicKey: toBase64(publicKey) }
  const requestId = next()
  const { rootDomainId } = master.identity
  master.port.commit((commit) => {
    commit.decide({
      type: 'ibcf.enrolment.requested.v1',
      subject: node,
      domain: rootDomainId,
      data: {
        requestId,
        name,
        kind: 'EDGE',
        tags: [],
        ...key,
        serial: null,
        manufacturer: null,
        model: null,
        contactEverySeconds: 10,
        autonomyBudgetSeconds: 3600,
        viaId: null,
        statement: { document: '', keyid: key.keyId, signature: '' },
      },
    })
    const approved = { requestId, domainId, ...key }
    commit.decide({ type: 'ibcf.enrolment.approved.v1', subject: node, domain: domainId, data: approved, actor: ada })
    for (const event of ['enrolment-complete', 'activation']) commit.movePhase(node, event, 'It was let in.')
  })
  return node
}

export function act<Name extends keyof typeof acts>({ master, ada }: Seat, name: Name, input: Parameters<(typeof acts)[Name]>[1]) {
  return perform(master, name, input, ada)
}

/** The code of the refusal, or `done`. */
export function codeOf(attempt: () => unknown): string {
  try {
    attempt()
  } catch (error) {
    if (isAppError(error)) return error.code
    throw error
  }
  return 'done'
}
