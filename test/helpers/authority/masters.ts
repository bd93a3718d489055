/** Several real masters, and carrying between them what each holds, as a stick would: whole logs, segment by segment. */
import { type acts, perform } from '../../../core/app/acts/acts.ts'
import type { MasterConfig } from '../../../core/app/config.ts'
import { type Master, openMaster } from '../../../core/app/master.ts'
import { giveOut, planGiveOut } from '../../../core/app/sync/give-out.ts'
import { signCard } from '../../../core/app/sync/sign.ts'
import { listPeers, readPeer } from '../../../core/app/sync/tables.ts'
import { type Taken, takeIn } from '../../../core/app/sync/take-in.ts'
import type { MasterLevel } from '../../../core/fleet/node/node-record.ts'
import { isAppError } from '../../../core/kernel/app-error.ts'
import { toBase64 } from '../../../core/kernel/hex.ts'
import { createUlidSource, type DomainId, type NodeId, type OperatorId } from '../../../core/kernel/ids.ts'
import { keyIdOf } from '../../../core/log/dsse.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { openCard } from '../../../core/sync/card.ts'
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

/** Everything that `from` holds and `to` lacks, as a stick would bring it. */
export function carry(from: Seat, to: Seat): void {
  introduce(from, to)
  for (const taken of bring(from, to)) if (taken.kind === 'refused' || taken.kind === 'gap') throw new Error(JSON.stringify(taken))
  to.master.store.transact((writer) => to.master.engine.settle(writer, 10_000))
}

/** The same, with whatever becomes of it, and without the cards. */
export function bring({ master: from }: Seat, { master: to }: Seat, isCarried: (log: string) => boolean = () => true): readonly Taken[] {
  from.recorder.sign()
  const { runs } = planGiveOut(from.store.reader, { theirs: readFrontier(to.store.reader) })
  return takeIn(
    to,
    [
      ...giveOut(
        from.store.reader,
        runs.filter(({ log }) => isCarried(log)),
      ),
    ].map(({ bytes }) => bytes),
  )
}

/** People at `to` accept the card of `from`, and those that `from` accepted. */
export function introduce({ master: from }: Seat, { master: to, ada }: Seat): void {
  for (const envelope of [signCard(from, null), ...listPeers(from.store.reader).map((peer) => peer.envelope)]) {
    const card = openCard(testPorts.crypto, envelope)
    if (!card.ok) throw new Error(card.refusal.sentence)
    const { masterId } = card.value
    if (masterId !== to.identity.masterId && readPeer(to.store.reader, masterId) === undefined)
      perform(to, 'peer.accept', { envelope }, ada)
  }
}

export function meet(...seats: readonly Seat[]): void {
  // Twice, so that what came to the first one last reaches the last one too.
  for (const _ of [1, 2]) for (const from of seats) for (const to of seats) if (from !== to) carry(from, to)
}

/** An active node, as an approval by this master makes it. */
export function makeNode(
  { master, ada }: Seat,
  domainId: DomainId,
  name: string,
  publicKey = testPorts.crypto.generateKeyPair().publicKey,
): NodeId {
  const next = createUlidSource(testPorts.clock, testPorts.random)
  const node = next<NodeId>()
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
