/** A master that was founded long ago and has old bulk: digests of its own, and the snapshots of a node. */
import { type Master, openMaster } from '../../../core/app/master.ts'
import type { EventEnvelope } from '../../../core/kernel/event.ts'
import { formatHlc } from '../../../core/kernel/hlc.ts'
import { toBase64 } from '../../../core/kernel/hex.ts'
import type { NodeId, RequestId } from '../../../core/kernel/ids.ts'
import type { Ports } from '../../../core/kernel/ports.ts'
import { connectivityModes } from '../../../core/fleet/node/node-record.ts'
import { appendEvents } from '../../../core/store/append-events.ts'
import { putKey } from '../../../core/store/keys.ts'
import { signTail } from '../../../core/store/sign-tail.ts'
import { testOrigin, ulidOf } from '../log/origin.ts'
import { testPorts } from '../store/open.ts'

export const dayMs = 86_400_000

export function masterConfig(directory: string, ports: Ports = testPorts): Parameters<typeof openMaster>[0] {
  return {
    directory,
    ports,
    keyProtection: { kind: 'file-permissions' },
    version: '0.0.0',
    name: 'Harbour',
    rootDomainName: 'Island',
    level: 'REGION',
    isDemo: false,
    digestEveryMs: 300_000,
    thresholds: {},
  }
}

const node = testOrigin(7, 'bulk')
export const oldNode = node.origin as string as NodeId
export const snapshotsOfOldNode = 600

/** Everything in it is recorded 200 days ago; `digests` of about half a kilobyte each. */
export async function makeOldMaster(directory: string, digests: number = 1500): Promise<void> {
  const pastMs = testPorts.clock.now() - 200 * dayMs
  const past: Ports = { ...testPorts, clock: { ...testPorts.clock, now: () => pastMs } }
  const master = await openMaster(masterConfig(directory, past))
  enrol(master)
  const modes = Object.fromEntries(connectivityModes.map((mode) => [mode, 0])) as Record<(typeof connectivityModes)[number], number>
  const domain = master.identity.rootDomainId
  for (let number = 0; number < digests; ) {
    master.recorder.record(({ decide }) => {
      for (const end = Math.min(digests, number + 250); number < end; number++) {
        const [from, to] = [pastMs - (digests - number) * 1000, pastMs - (digests - number - 1) * 1000].map((ms) =>
          new Date(ms).toISOString(),
        )
        const data = { from: from ?? '', to: to ?? '', modes, backlogMessages: number, worstSecondsBehind: 0, contacts: 1 }
        decide({ type: 'ibcf.presence.digested.v1', subject: domain, domain, data })
      }
    })
    master.recorder.sign()
  }
  // The tip of a log stays at hand.
  master.recorder.record(({ decide }) => {
    const at = new Date(pastMs).toISOString()
    const data = { from: at, to: at, modes, backlogMessages: 0, worstSecondsBehind: 0, contacts: 0 }
    decide({ type: 'ibcf.presence.digested.v1', subject: domain, domain, data })
  })
  snapshots(master, pastMs)
  master.close()
}

function enrol({ recorder, identity }: Master): void {
  const domain = identity.rootDomainId
  const requestId = ulidOf<RequestId>(9, 1)
  const key = { keyId: node.keyId, publicKey: toBase64(node.keyPair.publicKey) }
  recorder.record(({ decide }) => {
    decide({
      type: 'ibcf.enrolment.requested.v1',
      subject: oldNode,
      domain,
      data: {
        requestId,
        name: 'Old pump',
        kind: 'EDGE',
        tags: [],
        ...key,
        serial: null,
        manufacturer: null,
        model: null,
        contactEverySeconds: 10,
        autonomyBudgetSeconds: 3600,
        viaId: null,
        statement: { document: '', keyid: '', signature: '' },
      },
    })
    decide({ type: 'ibcf.enrolment.approved.v1', subject: oldNode, domain, data: { requestId, domainId: domain, ...key } })
  })
}

function snapshots({ store, engine }: Master, pastMs: number): void {
  store.transact((writer) => putKey(writer, { keyId: node.keyId, origin: node.origin, publicKey: node.keyPair.publicKey }, pastMs))
  for (let seq = 1; seq <= snapshotsOfOldNode; seq += 100) {
    const events = Array.from({ length: 100 }, (_, at) => snapshotEvent(seq + at, pastMs - dayMs + 1000 * (seq + at)))
    store.transact((writer) => {
      engine.project(writer, appendEvents(writer, node.log, events, pastMs))
      signTail(writer, node.log, { keyId: node.keyId, privateKey: node.keyPair.privateKey }, formatHlc(pastMs, seq))
    })
  }
  store.transact((writer) =>
    engine.project(writer, appendEvents(writer, node.log, [snapshotEvent(snapshotsOfOldNode + 1, pastMs)], pastMs)),
  )
}

function snapshotEvent(seq: number, ms: number): EventEnvelope {
  return {
    specversion: '1.0',
    id: ulidOf(70, seq),
    type: 'ibcf.snapshot.taken.v1',
    source: `urn:ibcf:node:${node.origin}`,
    subject: node.origin,
    time: new Date(ms).toISOString(),
    hlc: formatHlc(ms, 0),
    data: { parts: [], isAutonomous: false },
  }
}
