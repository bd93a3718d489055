/** Giving out and taking in between real masters, without anything in between: what a stick and a link both carry. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { perform } from '../../../core/app/acts/acts.ts'
import { giveOut, planGiveOut } from '../../../core/app/sync/give-out.ts'
import { signCard, signReceipt } from '../../../core/app/sync/sign.ts'
import { listPeers, readReceipt } from '../../../core/app/sync/tables.ts'
import { takeReceipts } from '../../../core/app/sync/take-receipts.ts'
import { takeIn } from '../../../core/app/sync/take-in.ts'
import type { DomainId } from '../../../core/kernel/ids.ts'
import { keyWordsOf } from '../../../core/log/fingerprint.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { frontierOf } from '../../../core/sync/receipt.ts'
import { act, bring, carry, codeOf, introduce, makeNode, meet, openSeat, type Seat } from '../../helpers/authority/masters.ts'
import { crypto, encoded, segmentBetween, testEvent, verified } from '../../helpers/log/origin.ts'

let hq: Seat
let north: Seat
let south: Seat
let site: DomainId

const frontier = ({ master }: Seat) => readFrontier(master.store.reader).map(({ log, seq, head }) => ({ log, seq, head }))
const hashOf = ({ master }: Seat): string => master.engine.stateHash(master.store.reader)
const idOf = ({ master }: Seat): string => master.identity.masterId
const kinds = (taken: ReturnType<typeof takeIn>) => [
  ...new Set(taken.map((answer) => (answer.kind === 'refused' ? answer.refusal.code : answer.kind))),
]

function piecesOf({ master }: Seat): Uint8Array[] {
  master.recorder.sign()
  const { runs } = planGiveOut(master.store.reader, { theirs: [] })
  return [...giveOut(master.store.reader, runs)].map(({ bytes }) => bytes)
}

beforeEach(async () => {
  hq = await openSeat('Headquarters', 'GLOBAL')
  north = await openSeat('North', 'REGION')
  south = await openSeat('South', 'REGION')
  site = act(hq, 'domain.create', { name: 'Site', parentId: hq.master.identity.rootDomainId, level: 'LOCAL' })
})

afterEach(() => {
  for (const { master } of [hq, north, south]) master.close()
})

describe('taking in', () => {
  it('[SB10] stores what is new, knows what is not, and changes nothing the second time', () => {
    introduce(hq, north)
    const pieces = piecesOf(hq)
    expect(kinds(takeIn(north.master, pieces))).toEqual(['stored'])
    const before = [frontier(north), hashOf(north)]
    expect(kinds(takeIn(north.master, pieces))).toEqual(['known'])
    expect([frontier(north), hashOf(north)]).toEqual(before)
    // Nothing that replicates is written: the own logs are as they were.
    expect(kinds(bring(hq, north))).toEqual([])
  })

  it('[SB9] refuses whom nobody vouches for, and loses nothing by it', () => {
    makeNode(hq, site, 'pump')
    expect(kinds(bring(hq, north))).toEqual(['KEY_UNKNOWN'])
    expect(frontier(north).every(({ log }) => log.startsWith(idOf(north)))).toBe(true)
    expect(north.master.model.refusals()).toMatchObject([{ code: 'KEY_UNKNOWN' }])
    introduce(hq, north)
    expect(kinds(bring(hq, north))).toEqual(['stored'])
  })

  it('[SB9] trusts the key that a grant with effect names, and no second one for a master that has one', () => {
    introduce(hq, north)
    introduce(south, hq)
    bring(south, hq)
    // North knows nothing of South but what Headquarters says.
    act(hq, 'authority.grant', { domainId: site, to: { masterId: idOf(south) }, until: null })
    bring(hq, south)
    expect(kinds(bring(hq, north))).toEqual(['stored'])
    expect(frontier(north)).toEqual(expect.arrayContaining(frontier(hq)))
    expect(listPeers(north.master.store.reader).map(({ card }) => card.masterId)).toEqual([idOf(hq)])
    // A master that names a key of its own for another one: it has one here already.
    const stranger = crypto.generateKeyPair()
    introduce(north, hq)
    act(north, 'authority.grant', {
      domainId: north.master.identity.rootDomainId,
      to: { masterId: idOf(hq), level: 'GLOBAL', publicKey: Buffer.from(stranger.publicKey).toString('base64') },
      until: null,
    })
    bring(north, hq)
    expect(hq.master.store.reader.all('SELECT 1 FROM keys WHERE public_key = ?', stranger.publicKey)).toEqual([])
  })

  it('[SB11] keeps the order: what comes before it is asked for, and what is altered is refused alone', () => {
    introduce(hq, north)
    hq.master.recorder.sign()
    act(hq, 'domain.create', { name: 'Other', parentId: hq.master.identity.rootDomainId, level: 'LOCAL' })
    const pieces = piecesOf(hq)
    expect(pieces.length).toBeGreaterThan(1)
    const late = takeIn(north.master, pieces.slice(1))
    expect(late[0]).toMatchObject({ kind: 'gap', expected: 1 })
    const altered = pieces.map((bytes, at) =>
      at === 0 ? Uint8Array.from(bytes, (byte, place) => (place === bytes.length - 2 ? byte ^ 1 : byte)) : bytes,
    )
    expect(takeIn(north.master, altered)[0]).toMatchObject({ kind: 'refused', refusal: { code: 'SEGMENT_CHAIN_BROKEN' } })
    expect(takeIn(north.master, [new Uint8Array([1, 2, 3])])).toMatchObject([
      { kind: 'refused', log: '', refusal: { code: 'SEGMENT_MALFORMED' } },
    ])
    expect(kinds(takeIn(north.master, pieces))).toContain('stored')
    carry(hq, north)
    expect(frontier(north)).toEqual(expect.arrayContaining(frontier(hq)))
  })

  it('[SB10] proves again what was proven by another key than the one that is trusted here', () => {
    introduce(hq, north)
    const [first = new Uint8Array(), ...rest] = piecesOf(hq)
    const { events: _, ...segment } = verified(first, hq.master.port.publicKey)
    const altered = { ...segment, body: Uint8Array.from(segment.body, (byte, at) => (at === segment.body.length - 2 ? byte ^ 1 : byte)) }
    const stranger = crypto.generateKeyPair()
    expect(takeIn(north.master, [{ segment: altered, publicKey: stranger.publicKey }])).toMatchObject([
      { kind: 'refused', refusal: { code: 'SEGMENT_CHAIN_BROKEN' } },
    ])
    expect(kinds(takeIn(north.master, [{ segment, publicKey: hq.master.port.publicKey }, ...rest]))).toEqual(['stored'])
    expect(frontier(north)).toEqual(expect.arrayContaining(frontier(hq)))
  })

  it('[SB12] takes of its own logs only what it said itself', () => {
    meet(hq, north)
    expect(kinds(takeIn(hq.master, piecesOf(north)))).toEqual(['known'])
    // A machine that has the same key, and tells its beginning otherwise.
    const keyPair = hq.master.keys.of(idOf(hq))
    if (keyPair === undefined) throw new Error('The master has no key.')
    const log = { origin: idOf(hq) as never, incarnation: hq.master.identity.incarnation, lane: 'control', domain: site } as const
    const twin = { origin: idOf(hq) as never, keyPair, keyId: keyPair.keyId, log }
    const told = segmentBetween(twin, [encoded(testEvent(twin, 1))], 1, 1)
    const before = frontier(hq)
    expect(kinds(takeIn(hq.master, [told]))).toEqual(['OWN_LOG_FOREIGN'])
    expect(frontier(hq)).toEqual(before)
  })

  it('[SB13] three masters that meet in any order hold the same and show the same', () => {
    makeNode(hq, site, 'pump')
    makeNode(north, north.master.identity.rootDomainId, 'valve')
    meet(hq, north)
    meet(south, north)
    meet(hq, south)
    for (const seat of [north, south]) {
      expect(frontier(seat)).toEqual(frontier(hq))
      expect(hashOf(seat)).toBe(hashOf(hq))
    }
  })
})

describe('cards', () => {
  it('[SB8] are accepted by a person who may, with the words that were read out', () => {
    const envelope = signCard(hq.master, null)
    const words = keyWordsOf(crypto, hq.master.port.publicKey).join(' ')
    expect(codeOf(() => perform(north.master, 'peer.accept', { envelope, words: 'one two three four five six' }, north.ada))).toBe(
      'WORDS_DIFFER',
    )
    expect(codeOf(() => perform(hq.master, 'peer.accept', { envelope }, hq.ada))).toBe('CARD_OWN')
    expect(codeOf(() => perform(north.master, 'peer.accept', { envelope }, undefined))).toBe('OPERATOR_REQUIRED')
    const forged = {
      ...envelope,
      payload: Buffer.from(Buffer.from(envelope.payload, 'base64').toString().replace('Headquarters', 'Elsewhere')).toString('base64'),
    }
    expect(codeOf(() => perform(north.master, 'peer.accept', { envelope: forged }, north.ada))).toBe('CARD_WRONG')
    expect(perform(north.master, 'peer.accept', { envelope, words: words.toUpperCase() }, north.ada)).toMatchObject({
      name: 'Headquarters',
      masterId: idOf(hq),
    })
    expect(listPeers(north.master.store.reader)).toMatchObject([{ card: { name: 'Headquarters' }, acceptedBy: north.ada }])
  })
})

describe('receipts', () => {
  it('[SB6] [SB7] acknowledge everything held, whichever of them arrives; what follows is a delta', () => {
    meet(hq, north)
    const first = signReceipt(north.master, [])
    act(hq, 'domain.create', { name: 'Other', parentId: hq.master.identity.rootDomainId, level: 'LOCAL' })
    carry(hq, north)
    const second = signReceipt(north.master, [])
    expect(takeReceipts(hq.master, [second])).toMatchObject([{ kind: 'newer', n: 2 }])
    expect(takeReceipts(hq.master, [first, second])).toMatchObject([{ kind: 'older' }, { kind: 'older' }])
    const kept = readReceipt(hq.master.store.reader, idOf(north))
    expect(planGiveOut(hq.master.store.reader, { theirs: frontierOf(kept?.receipt ?? { frontier: [] }) }).runs).toEqual([])
    makeNode(hq, site, 'pump')
    hq.master.recorder.sign()
    const held = new Map(frontier(north).map(({ log, seq }) => [log, seq]))
    const { runs } = planGiveOut(hq.master.store.reader, { theirs: frontierOf(kept?.receipt ?? { frontier: [] }) })
    expect(runs.length).toBeGreaterThan(0)
    for (const { log, from } of runs) expect(from).toBe((held.get(log) ?? 0) + 1)
    expect(takeReceipts(north.master, [second])).toMatchObject([{ kind: 'own' }])
  })

  it('[SB7] of a stranger, or altered, are refused', () => {
    expect(takeReceipts(hq.master, [signReceipt(north.master, [])])).toMatchObject([
      { kind: 'refused', refusal: { code: 'RECEIPT_UNKNOWN' } },
    ])
    introduce(north, hq)
    const receipt = signReceipt(north.master, [])
    const altered = {
      ...receipt,
      payload: Buffer.from(Buffer.from(receipt.payload, 'base64').toString().replace('"n":2', '"n":9')).toString('base64'),
    }
    expect(takeReceipts(hq.master, [altered])).toMatchObject([{ kind: 'refused', refusal: { code: 'RECEIPT_FORGED' } }])
    expect(takeReceipts(hq.master, [signCard(north.master, null)])).toMatchObject([
      { kind: 'refused', refusal: { code: 'STATEMENT_TYPE_WRONG' } },
    ])
  })
})
