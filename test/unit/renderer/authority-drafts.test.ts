/** Who still has to sign what named keys decide. */
import { describe, expect, it } from 'vitest'
import { missingSignatures } from '../../../renderer/features/authority/model.ts'

const key = (name: string, hasSigned: boolean) => ({ keyId: name, publicKey: name, name, hasSigned })

describe('a draft that waits for named keys', () => {
  it('[UI72] counts what is missing of the threshold, and never less than none', () => {
    expect(missingSignatures({ threshold: 2, keys: [key('a', false), key('b', false), key('c', false)] })).toBe(2)
    expect(missingSignatures({ threshold: 2, keys: [key('a', true), key('b', false), key('c', false)] })).toBe(1)
    expect(missingSignatures({ threshold: 2, keys: [key('a', true), key('b', true), key('c', true)] })).toBe(0)
  })
})
