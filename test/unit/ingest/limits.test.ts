/** Rates, nonces, tokens and ranges, one at a time. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNonces, nonceLifeSeconds } from '../../../core/ingest/nonces.ts'
import { createRateLimit } from '../../../core/ingest/rate-limit.ts'
import { readRange } from '../../../core/ingest/routes/blobs.ts'
import { createAttachments, hashToken, makeToken, readBearer } from '../../../core/ingest/tokens.ts'
import type { NodeId } from '../../../core/kernel/ids.ts'
import { createVirtualPorts } from '../../helpers/agent/virtual-ports.ts'

const one = '01AAAAAAAAAAAAAAAAAAAAAAAA' as NodeId
const two = '01AAAAAAAAAAAAAAAAAAAAAAAB' as NodeId

describe('a rate', () => {
  it('[GW13] lets a burst pass, then so many a second, and says how long to wait', async () => {
    const { clock, advance } = createVirtualPorts()
    const rate = createRateLimit({ perSecond: 2, burst: 3, maxBuckets: 10 }, clock)
    expect([1, 2, 3, 4].map(() => rate.take('a'))).toEqual([0, 0, 0, 500])
    expect(rate.take('b')).toBe(0)
    await advance(250)
    expect(rate.take('a')).toBe(250)
    await advance(250)
    expect([rate.take('a'), rate.take('a')]).toEqual([0, 500])
    await advance(3_600_000)
    expect([1, 2, 3, 4].map(() => rate.take('a'))).toEqual([0, 0, 0, 500])
  })

  it('[GW13] forgets who was not heard for longest, when there are too many', () => {
    const rate = createRateLimit({ perSecond: 1, burst: 1, maxBuckets: 2 }, createVirtualPorts().clock)
    expect(['a', 'b', 'a', 'c'].map((name) => rate.take(name) === 0)).toEqual([true, true, false, true])
    // "b" went to make room for "c", "a" did not.
    expect(['a', 'b'].map((name) => rate.take(name) === 0)).toEqual([false, true])
  })
})

describe('a nonce', () => {
  it('[GW6] is good for its node, for a minute, once', async () => {
    const ports = createVirtualPorts()
    const nonces = createNonces(ports)
    const nonce = nonces.issue(one)
    expect(nonces.spend(two, nonce)).toBe(false)
    expect(nonces.isGood(one, nonce)).toBe(true)
    expect([nonces.spend(one, nonce), nonces.spend(one, nonce)]).toEqual([true, false])
    const late = nonces.issue(one)
    await ports.advance(nonceLifeSeconds * 1000 - 1)
    expect(nonces.isGood(one, late)).toBe(true)
    await ports.advance(1)
    expect(nonces.spend(one, late)).toBe(false)
  })

  it('[GW6] cannot be made, altered or spelt otherwise by anyone', () => {
    const ports = createVirtualPorts()
    const nonces = createNonces(ports)
    const nonce = nonces.issue(one)
    expect(createNonces(createVirtualPorts(2)).isGood(one, nonce)).toBe(false)
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.nat(nonce.length - 1).map((at) => nonce.slice(0, at) + (nonce[at] === 'A' ? 'B' : 'A') + nonce.slice(at + 1)),
        ),
        (text) => {
          expect(nonces.isGood(one, text)).toBe(false)
        },
      ),
    )
    for (const spelling of [` ${nonce}`, `${nonce}=`, nonce.replaceAll('=', ''), nonce.replaceAll('+', '-').replaceAll('/', '_')].filter(
      (text) => text !== nonce,
    )) {
      expect(nonces.isGood(one, spelling)).toBe(false)
    }
  })
})

describe('a token', () => {
  it('[GW7] is 256 bits and is found by nothing but itself', () => {
    const ports = createVirtualPorts()
    const attachments = createAttachments(ports)
    const token = attachments.issue({ nodeId: one, keyId: 'k' })
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    expect(attachments.find(token)).toMatchObject({ nodeId: one, keyId: 'k' })
    expect(attachments.find(makeToken(ports.random))).toBeUndefined()
    expect(Buffer.from(hashToken(ports.crypto, token)).toString('base64url')).not.toBe(token)
    attachments.drop(one)
    expect(attachments.find(token)).toBeUndefined()
  })

  it('[GW7] is read from a bearer header and from nothing else', () => {
    const token = 'a'.repeat(43)
    expect([`Bearer ${token}`, `bearer ${token}`].map(readBearer)).toEqual([token, token])
    expect(
      [undefined, '', token, `Basic ${token}`, `Bearer ${token}a`, `Bearer ${'!'.repeat(43)}`, `Bearer  ${token} x`].map(readBearer),
    ).toEqual(Array(7).fill(undefined))
  })
})

describe('a range', () => {
  it('[GW14] is a part of the content, all of it, or none', () => {
    fc.assert(
      fc.property(fc.option(fc.nat(30)), fc.option(fc.nat(30)), fc.nat(20), (from, to, size) => {
        const range = readRange(`bytes=${from ?? ''}-${to ?? ''}`, size)
        if (range.kind !== 'part') return
        expect(range.first).toBeGreaterThanOrEqual(0)
        expect(range.last).toBeGreaterThanOrEqual(range.first)
        expect(range.last).toBeLessThan(size)
      }),
    )
    expect(readRange(undefined, 5)).toEqual({ kind: 'whole' })
    expect(readRange('bytes=0-1,3-4', 5)).toEqual({ kind: 'whole' })
    expect(readRange('bytes=-', 5)).toEqual({ kind: 'whole' })
    expect(readRange('bytes=-0', 5)).toEqual({ kind: 'outside' })
    expect(readRange('bytes=5-', 5)).toEqual({ kind: 'outside' })
    expect(readRange('bytes=-9', 5)).toEqual({ kind: 'part', first: 0, last: 4 })
    expect(readRange('bytes=3-99', 5)).toEqual({ kind: 'part', first: 3, last: 4 })
  })
})
