import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { formatter } from '@lingui/format-po'
import { extractMessagesFromFiles } from '@lingui/native-tools'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))

describe('the catalogue of texts', () => {
  it('[UI18] holds every text of the sources, and none that is no longer there', async () => {
    const files = globSync('renderer/**/*.{ts,tsx}', { cwd: root }).map((path) => `${root}/${path}`)
    const extracted = await extractMessagesFromFiles(files)
    const inSources = new Map(extracted.messages.map(({ id, message }) => [id, message ?? id]))
    const path = `${root}/renderer/i18n/locales/en.po`
    const catalogue = await formatter().parse(readFileSync(path, 'utf8'), { locale: 'en', sourceLocale: 'en', filename: path })
    expect(inSources.size).toBeGreaterThan(200)
    expect([...inSources].filter(([id]) => catalogue[id] === undefined).map(([, message]) => message)).toEqual([])
    expect(Object.entries(catalogue).flatMap(([id, { message }]) => (inSources.has(id) ? [] : [message]))).toEqual([])
  })
  it('[UI48] has no text of English that German lacks, and none whose places German drops or makes up', async () => {
    const [english, german] = await Promise.all([read('en'), read('de')])
    expect(Object.keys(german).length).toBe(Object.keys(english).length)
    const missing: string[] = []
    const otherwise: string[] = []
    for (const [id, { message = '' }] of Object.entries(english)) {
      const translation = german[id]?.translation ?? ''
      if (translation === '') missing.push(message)
      else if (placesOf(translation).join(' ') !== placesOf(message).join(' ')) otherwise.push(`${message} / ${translation}`)
    }
    expect(missing).toEqual([])
    expect(otherwise).toEqual([])
  })
})

async function read(locale: string) {
  const path = `${root}/renderer/i18n/locales/${locale}.po`
  return formatter().parse(readFileSync(path, 'utf8'), { locale, sourceLocale: 'en', filename: path })
}

/** What is put into a text, `{name}` and `<0>`, each once: plural forms may say it in one branch and not in another. The text of a branch stands in braces as well. */
function placesOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/(?<!(?:=\d+|one|other) )\{\w+(?=[},])|<\/?\d+\/?>/g)].map(([place]) => place))].sort()
}
