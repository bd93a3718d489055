import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../../core/kernel/hex.ts'
import { extendHead, extendHeadBy, genesisHead, joinHead, leafOf } from '../../../core/log/chain.ts'
import { frameEvents, sliceFrames } from '../../../core/log/framing.ts'
import { keyIdOf, preAuthenticationEncoding } from '../../../core/log/dsse.ts'
import { parseLogId } from '../../../core/log/log-id.ts'
import { golden } from '../../helpers/log/golden-segment.ts'
import { crypto, rfcKeyPair, testOrigin } from '../../helpers/log/origin.ts'

describe('the chain of a log', () => {
  it('[LG1] begins with the log’s own name', () => {
    expect(toHex(genesisHead(crypto, parseLogId(golden.log)))).toBe(golden.heads[0])
    expect(toHex(genesisHead(crypto, testOrigin(1, 'bulk').log))).not.toBe(golden.heads[0])
  })

  it('[LG2] gives the heads that other tools give for the same bytes', () => {
    let head = genesisHead(crypto, parseLogId(golden.log))
    const heads = [toHex(head)]
    for (const bytes of golden.events) {
      head = extendHead(crypto, head, bytes)
      heads.push(toHex(head))
    }
    expect(heads).toEqual(golden.heads)
  })

  it('[LG2] gives them for a run at once, with its leaves', () => {
    const before = genesisHead(crypto, parseLogId(golden.log))
    const leaves = new Uint8Array(golden.events.length * 32)
    expect(toHex(extendHeadBy(crypto, before, frameEvents(golden.events), leaves))).toBe(golden.heads[3])
    expect(toHex(leaves)).toBe(golden.events.map((bytes) => toHex(leafOf(crypto, bytes))).join(''))
    expect(toHex(extendHeadBy(crypto, before, sliceFrames(frameEvents(golden.events), 0, 2)))).toBe(golden.heads[2])
    expect(toHex(extendHeadBy(crypto, fromHex(golden.heads[1]), sliceFrames(frameEvents(golden.events), 1, 3)))).toBe(golden.heads[3])
  })

  it('[LG2] joins a head and the leaf of an event', () => {
    const head = genesisHead(crypto, parseLogId(golden.log))
    const [bytes] = golden.events
    expect(toHex(leafOf(crypto, bytes))).toBe('2bfd14f43d17fc7cea24e0917a8879b4b2f880b8baeec1b9d90fbaad655e71bd')
    expect(joinHead(crypto, head, leafOf(crypto, bytes))).toEqual(extendHead(crypto, head, bytes))
  })
})

describe('what is signed', () => {
  it('[LG4] is the DSSE v1 encoding, as in the example of its specification', () => {
    const encoded = preAuthenticationEncoding('http://example.com/HelloWorld', new TextEncoder().encode('hello world'))
    expect(new TextDecoder().decode(encoded)).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world')
  })

  it('[LG4] counts bytes, not characters', () => {
    const encoded = preAuthenticationEncoding('é', new TextEncoder().encode('€'))
    expect(new TextDecoder().decode(encoded)).toBe('DSSEv1 2 é 3 €')
  })

  it('[LG4] names its key by the key’s digest', () => {
    expect(keyIdOf(crypto, rfcKeyPair.publicKey)).toBe(golden.keyId)
  })
})
