/** How this person likes the console on this machine: kept in the browser's own storage, never sent anywhere. */
import { shellHost } from '../client/shell-host.ts'
import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { LanguageChoice } from '../i18n/languages.ts'

export const themes = ['system', 'light', 'dark', 'sunlight'] as const
export const densities = ['compact', 'comfortable', 'touch'] as const
export type Theme = (typeof themes)[number]
export type Density = (typeof densities)[number]

export type Preferences = {
  readonly theme: Theme
  readonly density: Density
  readonly language: LanguageChoice
  /** Show times in UTC instead of the zone of this machine. */
  readonly isUtc: boolean
  readonly isRailNarrow: boolean
  readonly showsOnlyDifferences: boolean
  readonly set: (change: Partial<Omit<Preferences, 'set'>>) => void
}

export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      theme: 'system',
      density: 'compact',
      language: 'system',
      isUtc: false,
      isRailNarrow: false,
      showsOnlyDifferences: false,
      set: (change) => set(change),
    }),
    { name: 'ibcf-console-preferences', version: 1 },
  ),
)

/** Puts theme and density on the document, now and whenever they or the system's own theme change. */
export function applyPreferences(): void {
  const systemDark = window.matchMedia('(prefers-color-scheme: dark)')
  const apply = (): void => {
    const { theme, density } = usePreferences.getState()
    document.documentElement.dataset['theme'] = theme === 'system' ? (systemDark.matches ? 'dark' : 'light') : theme
    document.documentElement.dataset['density'] = density
    // The shell paints its next window in the same colours before the page is there.
    void shellHost()?.reportTheme(theme)
  }
  apply()
  usePreferences.subscribe(apply)
  systemDark.addEventListener('change', apply)
}
