/** Draws everything below it in the language in force, anew when another is chosen: no text may stay behind in the one before. */
import { I18nProvider } from '@lingui/react'
import { type ReactNode, useSyncExternalStore } from 'react'
import { i18n } from './catalogue.ts'

export function LanguageRoot({ children }: { readonly children: ReactNode }): ReactNode {
  const locale = useSyncExternalStore(
    (listener) => i18n.on('change', listener),
    () => i18n.locale,
  )
  return (
    <I18nProvider i18n={i18n} key={locale}>
      {children}
    </I18nProvider>
  )
}
