/** The formats in force: the locale of the language that was chosen or of the system, and UTC if they asked for it. */
import { useMemo } from 'react'
import { usePreferences } from '../state/preferences.ts'
import { createFormats, type Formats } from './format.ts'
import { localeOf } from './languages.ts'

export function useFormats(): Formats {
  const isUtc = usePreferences((preferences) => preferences.isUtc)
  const language = usePreferences((preferences) => preferences.language)
  return useMemo(() => createFormats(localeOf(language, navigator.languages), isUtc ? 'UTC' : undefined), [isUtc, language])
}
