/** The languages of the console, which of them is in force, and the locale in which its numbers and times are then written. */

export const languages = ['en', 'de'] as const
export type Language = (typeof languages)[number]
/** `system`: as the system asks for it, English where the console does not speak that language. */
export type LanguageChoice = Language | 'system'
export const languageChoices = ['system', ...languages] as const satisfies readonly LanguageChoice[]

/** `wanted`: BCP 47 tags of the system, the dearest first. */
export function languageOf(choice: LanguageChoice, wanted: readonly string[]): Language {
  if (choice !== 'system') return choice
  for (const tag of wanted) {
    const known = languages.find((language) => languagePart(tag) === language)
    if (known !== undefined) return known
  }
  return 'en'
}

/**
 * Who chose a language gets its numbers and times, in the country the system names for it if there is one; who follows the system
 * gets the system's own, even where the texts are English for want of a translation.
 */
export function localeOf(choice: LanguageChoice, wanted: readonly string[]): string {
  if (choice === 'system') return wanted[0] ?? 'en'
  return wanted.find((tag) => languagePart(tag) === choice) ?? choice
}

function languagePart(tag: string): string {
  return tag.toLowerCase().split('-')[0] ?? ''
}
