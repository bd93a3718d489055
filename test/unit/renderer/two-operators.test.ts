/** Which kinds of commands take two people: chosen without a DOM. */
import { describe, expect, it } from 'vitest'
import { isSameSetting, toggleKind } from '../../../renderer/features/two-operators/model.ts'

describe('what takes two people', () => {
  it('[UI71] adds a kind once and takes it away, whatever the order', () => {
    expect(toggleKind(['restart'], 'set-config', true)).toEqual(['restart', 'set-config'])
    expect(toggleKind(['restart', 'set-config'], 'restart', true)).toEqual(['set-config', 'restart'])
    expect(toggleKind(['restart', 'set-config'], 'restart', false)).toEqual(['set-config'])
  })

  it('[UI71] holds "as the domain above" apart from naming none', () => {
    expect(isSameSetting(null, null)).toBe(true)
    expect(isSameSetting(null, [])).toBe(false)
    expect(isSameSetting([], [])).toBe(true)
    expect(isSameSetting(['a', 'b'], ['b', 'a'])).toBe(true)
    expect(isSameSetting(['a'], ['a', 'b'])).toBe(false)
  })
})
