/** Speaks the language that this person chose, and another one when they choose another. */
import { speak } from '../i18n/catalogue.ts'
import { languageOf } from '../i18n/languages.ts'
import { usePreferences } from './preferences.ts'

/** Ends when the texts of the language in force are there; a catalogue that cannot be loaded leaves the console in English. */
export async function applyLanguage(): Promise<void> {
  const apply = (): Promise<void> => speak(languageOf(usePreferences.getState().language, navigator.languages)).catch(() => speak('en'))
  usePreferences.subscribe((now, before) => {
    if (now.language !== before.language) void apply()
  })
  await apply()
}
