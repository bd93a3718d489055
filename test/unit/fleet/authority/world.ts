/**
 * A fleet of masters for the rules of authority: real keys, events as they would lie in logs, and a book made of any of them in any
 * order. Nothing here decides; it writes what masters say, honest or not.
 */
import { decideAuthority, proposeStatement } from '../../../../core/fleet/authority/decide.ts'
import type { Envelope } from '../../../../core/fleet/authority/events.ts'
import { emptyRecord, type HeldEvent, readAuthorityAct, recordAct } from '../../../../core/fleet/authority/record.ts'
import type { AuthorityRequest, DecidedAuthority, Decider, MasterCard } from '../../../../core/fleet/authority/request.ts'
import { type CheckSignature, grantPayloadType } from '../../../../core/fleet/authority/statement.ts'
import type { AuthorityBook, AuthorityRecord } from '../../../../core/fleet/authority/types.ts'
import { decisions, type DecisionType } from '../../../../core/fleet/decisions.ts'
import type { EventEnvelope } from '../../../../core/kernel/event.ts'
import { toBase64 } from '../../../../core/kernel/hex.ts'
import { formatHlc } from '../../../../core/kernel/hlc.ts'
import type { KeyPair } from '../../../../core/kernel/ports.ts'
import { keyIdOf, preAuthenticationEncoding } from '../../../../core/log/dsse.ts'
import { crypto, startMs, ulidOf } from '../../../helpers/log/origin.ts'

export const check: CheckSignature = (publicKey, payloadType, payload, signature) =>
  crypto.verify(publicKey, preAuthenticationEncoding(payloadType, payload), signature)

export type TestMaster = { readonly card: MasterCard; readonly incarnation: string; readonly keyPair: KeyPair }

export function testMaster(number: number, level: MasterCard['level'] = 'REGION'): TestMaster {
  const keyPair = crypto.keyPairFromSeed(crypto.sha256(new Uint8Array([number])))
  const card: MasterCard = {
    masterId: ulidOf(10, number),
    level,
    keyId: keyIdOf(crypto, keyPair.publicKey),
    publicKey: toBase64(keyPair.publicKey),
    incarnation: null,
  }
  return { card, incarnation: ulidOf(11, number), keyPair }
}

/** The same master after a restore: another life, whose logs bear another incarnation. */
export function restored(master: TestMaster, number: number): TestMaster {
  const incarnation: string = ulidOf(12, number)
  return { ...master, incarnation, card: { ...master.card, incarnation } }
}

export const [hq, north, south, stranger] = [
  testMaster(1, 'GLOBAL'),
  testMaster(2, 'REGION'),
  testMaster(3, 'REGION'),
  testMaster(4, 'LOCAL'),
] as const
export const operator: string = ulidOf(20, 1)
export const colleague: string = ulidOf(20, 2)
export const [root, site, cell]: readonly [string, string, string] = [ulidOf(30, 1), ulidOf(30, 2), ulidOf(30, 3)]

export function signEnvelope(statement: unknown, ...signers: readonly TestMaster[]): Envelope {
  const payload = new TextEncoder().encode(JSON.stringify(statement))
  return {
    payloadType: grantPayloadType,
    payload: toBase64(payload),
    signatures: signers.map(({ card, keyPair }) => ({
      keyid: card.keyId,
      sig: toBase64(crypto.sign(keyPair.privateKey, preAuthenticationEncoding(grantPayloadType, payload))),
    })),
  }
}

export function bookOf(events: readonly HeldEvent[], restoredLives: Readonly<Record<string, readonly string[]>> = {}): AuthorityBook {
  const records = new Map<string, AuthorityRecord>()
  for (const held of events) {
    const act = readAuthorityAct(held, check, (type) => Object.hasOwn(decisions, type))
    if (act !== undefined) records.set(act.domainId, recordAct(records.get(act.domainId) ?? emptyRecord, act))
  }
  const parents: Readonly<Record<string, string | null>> = { [root]: null, [site]: root, [cell]: site }
  return {
    record: (domainId) => records.get(domainId),
    place: (domainId) => (domainId in parents ? { parentId: parents[domainId] ?? null, founderId: hq.card.masterId } : undefined),
    restored: (masterId) => restoredLives[masterId] ?? [],
    nodeKeys: (nodeId) => (nodeId === pump.card.masterId ? [pump.card.publicKey] : []),
  }
}

/** A node, for what is done at it: all that matters here is its id and key. */
export const pump = testMaster(40, 'LOCAL')

export type Said = { readonly type: DecisionType | (string & {}); readonly data: Readonly<Record<string, unknown>>; readonly epoch: number }

export type World = {
  readonly events: readonly HeldEvent[]
  readonly book: () => AuthorityBook
  /** Writes it whatever it is; `minute` is the writer's clock. */
  readonly write: (
    master: TestMaster,
    domainId: string,
    said: Said,
    more?: { readonly minute?: number; readonly actor?: string | null; readonly critical?: boolean },
  ) => HeldEvent
  /** Decides it by the rules, over what `knows` names (by default everything), and writes it; throws what was refused. */
  readonly act: (master: TestMaster, request: AuthorityRequest, more?: ActTerms) => HeldEvent
}

export type ActTerms = {
  readonly minute?: number
  readonly actor?: string | null
  readonly signers?: readonly TestMaster[]
  readonly knows?: readonly HeldEvent[]
}

export function createWorld(restoredLives: Readonly<Record<string, readonly string[]>> = {}): World {
  const events: HeldEvent[] = []
  let count = 0
  const world: World = {
    events,
    book: () => bookOf(events, restoredLives),
    write: (master, domainId, { type, data, epoch }, { minute = events.length, actor = operator, critical } = {}) => {
      const known = (decisions as Record<string, { readonly data: { readonly parse: (data: unknown) => unknown } } | undefined>)[type]
      known?.data.parse(data)
      const { masterId } = master.card
      const name = `${masterId}/${master.incarnation}/control/${domainId}`
      const seq = events.filter(({ log }) => log.name === name).length + 1
      const event = {
        specversion: '1.0',
        id: ulidOf(100, ++count),
        type,
        source: `urn:ibcf:master:${masterId}`,
        subject: domainId,
        time: timeAt(minute),
        hlc: formatHlc(startMs + minute * 60_000, 0),
        domain: domainId,
        ...(actor === null ? {} : { actor }),
        epoch,
        ...(critical === undefined ? {} : { critical }),
        data,
      } as EventEnvelope
      const held = { event, log: { name, origin: masterId, incarnation: master.incarnation, domain: domainId }, seq }
      events.push(held)
      return held
    },
    act: (master, request, { minute = events.length, actor = operator, signers = [], knows } = {}) => {
      const book = bookOf(knows ?? events, restoredLives)
      const decider = deciderOf(master, minute, actor)
      const statement = proposeStatement(book, decider, request)
      const decided = decideAuthority(
        book,
        decider,
        request,
        signers.map(({ card }) => card.publicKey),
      )
      if (!decided.ok) throw new Error(`${decided.refusal.code}: ${decided.refusal.sentence}`)
      return world.write(master, request.domainId, withApprovals(decided.value, statement, signers), { minute, actor })
    },
  }
  return world
}

export function deciderOf({ card, incarnation }: TestMaster, minute: number, actor: string | null = operator): Decider {
  return { card, incarnation, hlc: formatHlc(startMs + minute * 60_000, 0), time: timeAt(minute), actor }
}

/** Milliseconds of a minute of the story. */
export function startOf(minute: number): number {
  return startMs + minute * 60_000
}

export function timeAt(minute: number): string {
  return new Date(startMs + minute * 60_000).toISOString()
}

function withApprovals({ type, data, epoch }: DecidedAuthority, statement: unknown, signers: readonly TestMaster[]): Said {
  if (signers.length === 0) return { type, data, epoch }
  const approvals = signers.map(({ card }) => ({ keyId: card.keyId, publicKey: card.publicKey }))
  return { type, data: { ...data, statement: signEnvelope(statement, ...signers), approvals }, epoch }
}

/** The founding of the fleet: headquarters holds everything at epoch 1. */
export function found(world: World, terms: Readonly<Record<string, unknown>> = {}): HeldEvent {
  const { masterId, level } = hq.card
  return world.write(hq, root, {
    type: 'ibcf.authority.granted.v1',
    data: { masterId, level, epoch: 1, until: null, right: 'root', ...terms },
    epoch: 1,
  })
}

export const namedKeys = (threshold: number, ...masters: readonly TestMaster[]): Record<string, unknown> => ({
  quorum: { threshold, keys: masters.map(({ card }) => ({ keyId: card.keyId, publicKey: card.publicKey, name: 'key' })) },
})
