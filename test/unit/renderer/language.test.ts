import { describe, expect, it } from 'vitest'
import { createFormats } from '../../../renderer/i18n/format.ts'
import { languageOf, localeOf } from '../../../renderer/i18n/languages.ts'

describe('the language of the console', () => {
  it('[UI48] is the one that was chosen, else the first of the system that it speaks, else English', () => {
    expect(languageOf('de', ['en-US'])).toBe('de')
    expect(languageOf('system', ['fr-FR', 'de-AT', 'en'])).toBe('de')
    expect(languageOf('system', ['DE'])).toBe('de')
    expect(languageOf('system', ['den-CA', 'fr'])).toBe('en')
    expect(languageOf('system', [])).toBe('en')
  })

  it('[UI48] writes numbers and times as the language that was chosen does, in the country of the system where there is one', () => {
    expect(localeOf('de', ['en-US', 'de-CH'])).toBe('de-CH')
    expect(localeOf('de', ['en-US'])).toBe('de')
    expect(localeOf('en', ['de-DE'])).toBe('en')
    expect(localeOf('system', ['fr-FR', 'de'])).toBe('fr-FR')
    expect(createFormats(localeOf('de', ['en-US']), 'UTC').count(12_345)).toBe('12.345')
    expect(createFormats(localeOf('de', ['en-US']), 'UTC').day('2026-03-01T14:02:11Z')).toBe('Sonntag, 1. März 2026')
  })
})
