/** Where the console's texts lie: written in the sources in English, gathered into one catalogue per language by `lingui extract`. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from '@lingui/cli'
import { formatter } from '@lingui/format-po'

export default defineConfig({
  rootDir: fileURLToPath(new URL('..', import.meta.url)),
  sourceLocale: 'en',
  locales: ['en', 'de'],
  // A text that is not translated yet is shown in English rather than as its id; a test says which are missing.
  fallbackLocales: { default: 'en' },
  catalogs: [{ path: '<rootDir>/renderer/i18n/locales/{locale}', include: ['<rootDir>/renderer'] }],
  // Line numbers would make every change of code a change of the catalogue.
  format: formatter({ lineNumbers: false, origins: false }),
  orderBy: 'message',
})
