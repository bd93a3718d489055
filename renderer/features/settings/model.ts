/** The names of the languages, each in itself: whoever looks for theirs may not read the present one. */
import type { Language } from '../../i18n/languages.ts'

const names: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' }

export function languageName(language: Language): string {
  return names[language]
}
