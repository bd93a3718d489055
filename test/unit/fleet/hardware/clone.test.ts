/** When an older life of a node gives a copy away. */
import { describe, expect, it } from 'vitest'
import { lifeSpokenAfter } from '../../../../core/fleet/hardware/clone.ts'

const hlcAt = (ms: number): string => `${ms.toString(16).padStart(12, '0')}0000`
const openings = [
  { incarnation: 'first', hlc: hlcAt(1_000) },
  { incarnation: 'second', hlc: hlcAt(5_000) },
  { incarnation: 'third', hlc: hlcAt(9_000) },
]
const said = (incarnation: string, ms: number, recordedAtMs = ms) =>
  lifeSpokenAfter({ incarnation, hlc: hlcAt(ms), recordedAtMs }, openings)?.incarnation

describe('two lives of one node', () => {
  it('[FK6] an older one that speaks after a later one began is a second machine, and the latest such life is named', () => {
    expect(said('first', 6_000)).toBe('second')
    expect(said('first', 10_000)).toBe('third')
    expect(said('second', 10_000)).toBe('third')
  })
  it('[FK6] what was said before, or by the newest life, or by a clock that is ahead of its own arrival, shows nothing', () => {
    expect(said('first', 4_000, 900_000)).toBeUndefined()
    expect(said('second', 6_000)).toBeUndefined()
    expect(said('third', 99_000)).toBeUndefined()
    expect(said('first', 4_000_000_000_000, 20_000)).toBeUndefined()
  })
  it('[FK6] a life whose own beginning is still on its way shows nothing: its other lanes may be here before it', () => {
    expect(said('fourth', 12_000)).toBeUndefined()
  })
})
