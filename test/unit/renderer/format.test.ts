import { describe, expect, it } from 'vitest'
import { createFormats } from '../../../renderer/i18n/format.ts'

const english = createFormats('en-GB', 'UTC')
const german = createFormats('de-DE', 'UTC')

describe('the one room for numbers and times', () => {
  it('[UI18] says a duration in one unit for tables, and in at most two where there is room', () => {
    expect([0, 59, 60, 3_599, 3_600, 90_000].map(english.duration)).toEqual(['0s', '59s', '1m', '59m', '1h', '1d'])
    expect([59, 60, 61, 4_800, 90_000].map(english.longDuration)).toEqual(['59s', '1m', '1m 1s', '1h 20m', '1d 1h'])
  })

  it('[UI18] never shows a share that is not nothing as nothing, nor one that is not all as all', () => {
    expect([0, 0.0001, 0.004, 0.01, 0.5, 0.999, 1].map(english.share)).toEqual(['0%', '0.1%', '0.4%', '1%', '50%', '99%', '100%'])
  })

  it('[UI18] follows the locale of the person', () => {
    expect(english.count(1_234_567)).toBe('1,234,567')
    expect(german.count(1_234_567)).toBe('1.234.567')
    expect(english.shortCount(9_999)).toBe('9,999')
    expect(createFormats('en-US', 'UTC').shortCount(114_900)).toBe('115K')
    expect(english.bytes(61_400_000)).toBe('61.4 MB')
    expect(english.bytes(0)).toBe('0 bytes')
  })

  it('[UI70] shows the instants in a sentence of the master as the reader has them set', () => {
    expect(english.sentence('It founded the domain on 2026-11-23T12:45:03.560Z.')).toBe(
      'It founded the domain on 23 Nov 2026, 12:45:03 UTC.',
    )
    expect(english.sentence('From 2026-11-23T12:45:03Z, not 2026-11-23 or X2026-11-23T12:45:03Z.')).toBe(
      'From 23 Nov 2026, 12:45:03 UTC, not 2026-11-23 or X2026-11-23T12:45:03Z.',
    )
  })

  it('[UI18] shows an instant in UTC on demand, and in the zone of the machine otherwise', () => {
    expect(english.instant('2026-11-23T12:45:03.000Z')).toBe('23 Nov 2026, 12:45:03 UTC')
    expect(createFormats('en-GB', 'Europe/Berlin').time('2026-11-23T12:45:03.000Z')).toBe('13:45')
    expect(english.time('2026-11-23T00:05:00.000Z')).toBe('00:05')
  })
})
