/**
 * A thousand nodes in one store: each has its own key and logs, and speaks to the master by segments that it signed. What they stand in
 * for is the agent's conversation; the master, its gates, its folds and its verdicts are the real ones.
 */
import type { Master } from '../../../core/app/master.ts'
import type { NodeEventData, NodeEventType } from '../../../core/fleet/node/node-events.ts'
import { nodeEvents } from '../../../core/fleet/node/node-events.ts'
import type { EventEnvelope } from '../../../core/kernel/event.ts'
import { toBase64 } from '../../../core/kernel/hex.ts'
import { type Hlc, tickHlc } from '../../../core/kernel/hlc.ts'
import { createUlidSource, type DomainId, type EventId, type IncarnationId, type NodeId, type RequestId } from '../../../core/kernel/ids.ts'
import type { KeyPair } from '../../../core/kernel/ports.ts'
import { keyIdOf } from '../../../core/log/dsse.ts'
import type { LogId } from '../../../core/log/log-id.ts'
import { appendEvents } from '../../../core/store/append-events.ts'
import { readHead } from '../../../core/store/frontier.ts'
import { putKey } from '../../../core/store/keys.ts'
import { inMemory, openStore, type Store } from '../../../core/store/open.ts'
import { readSegmentsFrom } from '../../../core/store/read-segments.ts'
import { signTail } from '../../../core/store/sign-tail.ts'
import { verified } from '../../helpers/log/origin.ts'
import type { VirtualPorts } from '../../helpers/agent/virtual-ports.ts'

export type FieldNode = {
  readonly id: NodeId
  readonly key: KeyPair
  readonly keyId: string
  readonly incarnation: IncarnationId
  /** What it runs. */
  version: string
  isOnline: boolean
  /** It refuses, and waiting does not help. */
  canConverge: boolean
  /** The bundle it took on, and when it will have started again. */
  adopted: string | null
  busyUntilMs: number | null
  hlc: Hlc | undefined
}

export type Field = {
  readonly nodes: readonly FieldNode[]
  /** Everybody who is online is heard, takes on what is desired of it, and proves it once it has started again. */
  readonly turn: () => void
  readonly close: () => void
}

/** How long a node is out of service for an update. */
const updateMs = 15_000

export async function createField(master: Master, ports: VirtualPorts, size: number): Promise<Field> {
  const store: Store = await openStore({ directory: inMemory, mode: 'read-write', role: 'node', ports })
  const nextId = createUlidSource(ports.clock, ports.random)
  const domainId = master.identity.rootDomainId
  const nodes: FieldNode[] = []
  for (let at = 0; at < size; at++) {
    const key = ports.crypto.generateKeyPair()
    const node: FieldNode = {
      id: nextId<NodeId>(),
      key,
      keyId: keyIdOf(ports.crypto, key.publicKey),
      incarnation: nextId<IncarnationId>(),
      version: '1.0.0',
      isOnline: true,
      canConverge: true,
      adopted: null,
      busyUntilMs: null,
      hlc: undefined,
    }
    nodes.push(node)
    join(master, node, at, domainId, nextId<EventId>() as string as RequestId)
  }

  function report(node: FieldNode, ...facts: readonly (readonly [NodeEventType, NodeEventData<NodeEventType>])[]): void {
    const log: LogId = { origin: node.id, incarnation: node.incarnation, lane: 'control', domain: '-' }
    const from = (readHead(store.reader, log)?.seq ?? 0) + 1
    store.transact((writer) => {
      putKey(writer, { keyId: node.keyId, origin: node.id, publicKey: node.key.publicKey }, ports.clock.now())
      const events = facts.map(([type, data]): EventEnvelope => {
        node.hlc = tickHlc(node.hlc, ports.clock.now())
        return {
          specversion: '1.0',
          id: nextId<EventId>(),
          type,
          source: `urn:ibcf:node:${node.id}`,
          subject: node.id,
          time: new Date(ports.clock.now()).toISOString(),
          hlc: node.hlc,
          domain: domainId,
          data,
        }
      })
      if (facts.some(([type]) => nodeEvents[type].lane !== 'control')) throw new Error('This field speaks in the control lane only.')
      appendEvents(writer, log, events, ports.clock.now())
      signTail(writer, log, { keyId: node.keyId, privateKey: node.key.privateKey }, node.hlc as Hlc, {})
    })
    const segments = [...readSegmentsFrom(store.reader, log, from)].map(({ bytes }) => verified(bytes, node.key.publicKey))
    master.port.commit((commit) => {
      for (const segment of segments) commit.acceptSegment(node.id, domainId, segment)
    })
  }

  function turnOf(node: FieldNode): void {
    master.port.heard(node.id, {
      at: ports.clock.now(),
      heartbeat: {
        sentAt: new Date(ports.clock.now()).toISOString(),
        uptimeSeconds: 1,
        health: 'OK',
        version: node.version,
        backlogMessages: 0,
      },
    })
    const desired = master.port.desiredFor(node.id)
    if (desired === undefined) return
    const { policyBundleId, policyVersion, placement, epoch, masterId, targetVersion } = desired
    if (node.busyUntilMs !== null) {
      if (ports.clock.now() < node.busyUntilMs) return
      node.busyUntilMs = null
      node.version = targetVersion
      report(node, ['ibcf.desired.proven.v1', { policyBundleId, version: targetVersion, isAfterRestart: true, found: 'as desired' }])
      return
    }
    if (node.adopted === policyBundleId) return
    node.adopted = policyBundleId
    if (!node.canConverge && targetVersion !== node.version) {
      const sentence = 'This machine has no room for it.'
      report(node, ['ibcf.desired.refused.v1', { policyBundleId, code: 'KIND_UNKNOWN', sentence }])
      return
    }
    report(node, ['ibcf.desired.adopted.v1', { policyBundleId, policyVersion, placement, epoch, masterId }])
    if (targetVersion === node.version)
      report(node, ['ibcf.desired.proven.v1', { policyBundleId, version: targetVersion, isAfterRestart: true, found: 'as desired' }])
    else node.busyUntilMs = ports.clock.now() + updateMs
  }

  return {
    nodes,
    turn: () => {
      for (const node of nodes) if (node.isOnline) turnOf(node)
    },
    close: () => store[Symbol.dispose](),
  }
}

function join(master: Master, node: FieldNode, at: number, domainId: DomainId, requestId: RequestId): void {
  const { keyId } = node
  const publicKey = toBase64(node.key.publicKey)
  master.port.commit((commit) => {
    putKey(commit.writer, { keyId, origin: node.id, publicKey: node.key.publicKey }, master.config.ports.clock.now())
    commit.decide({
      type: 'ibcf.enrolment.requested.v1',
      subject: node.id,
      domain: domainId,
      data: {
        requestId,
        name: `Node ${at}`,
        kind: 'EDGE',
        tags: [],
        keyId,
        publicKey,
        serial: null,
        manufacturer: null,
        model: null,
        contactEverySeconds: 30,
        autonomyBudgetSeconds: 600,
        viaId: null,
        statement: { document: '', keyid: keyId, signature: '' },
      },
    })
    commit.decide({
      type: 'ibcf.enrolment.approved.v1',
      subject: node.id,
      domain: domainId,
      data: { requestId, domainId, keyId, publicKey },
    })
    for (const event of ['enrolment-complete', 'activation']) {
      const moved = commit.movePhase(node.id, event, 'Let in.')
      if (!moved.ok) throw new Error(moved.refusal.sentence)
    }
  })
}
