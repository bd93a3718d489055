/** Loads the texts. English is the source and always there; another language is a catalogue of its own, loaded when it is wanted. */
import { i18n, type Messages } from '@lingui/core'
import { messages } from './locales/en.po'
import type { Language } from './languages.ts'

const others: Readonly<Record<Exclude<Language, 'en'>, () => Promise<{ readonly messages: Messages }>>> = {
  de: () => import('./locales/de.po'),
}

/** The language that was asked for last: a catalogue that arrives after another was chosen must not take over. */
let wanted: Language = 'en'

i18n.load('en', messages)
i18n.activate('en')

/** Speaks this language from now on. The texts on screen change with the next drawing of them. */
export async function speak(language: Language): Promise<void> {
  wanted = language
  if (language !== 'en') i18n.load(language, (await others[language]()).messages)
  if (wanted !== language) return
  document.documentElement.lang = language
  if (i18n.locale !== language) i18n.activate(language)
}

export { i18n }
