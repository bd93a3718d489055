/** The formats in force: the person's locale, and UTC if they asked for it. */
import { useMemo } from 'react'
import { usePreferences } from '../state/preferences.ts'
import { createFormats, type Formats } from './format.ts'

export function useFormats(): Formats {
  const isUtc = usePreferences((preferences) => preferences.isUtc)
  return useMemo(() => createFormats(navigator.language, isUtc ? 'UTC' : undefined), [isUtc])
}
