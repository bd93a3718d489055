/** The formats in force: the locale of the language that was chosen or of the system, and UTC if they asked for it. */
import { usePreferences } from '../state/preferences.ts'
import { createFormats, type Formats } from './format.ts'
import { localeOf } from './languages.ts'

export function useFormats(): Formats {
  const isUtc = usePreferences((preferences) => preferences.isUtc)
  const language = usePreferences((preferences) => preferences.language)
  return formatsFor(localeOf(language, navigator.languages), isUtc ? 'UTC' : undefined)
}

/** Making them costs about a millisecond, and every age and figure of a page asks for them: they are made once and shared. */
const made = new Map<string, Formats>()

function formatsFor(locale: string, timeZone: string | undefined): Formats {
  const key = `${locale} ${timeZone ?? ''}`
  const known = made.get(key)
  if (known !== undefined) return known
  const formats = createFormats(locale, timeZone)
  made.set(key, formats)
  return formats
}
