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
})
