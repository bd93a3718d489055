/** How the console looks: theme, density, and the zone of its times. */
import { t } from '@lingui/core/macro'
import { SunMoon } from 'lucide-react'
import type { ReactNode } from 'react'
import { goTo } from '../navigation.ts'
import { type Density, densities, type Theme, themes, usePreferences } from '../../state/preferences.ts'
import { Menu } from '../../ui/menu.tsx'
import classes from './view-menu.module.css'

export function ViewMenu(): ReactNode {
  const { theme, density, isUtc, set } = usePreferences()
  return (
    <Menu
      label={t`Theme, density and times`}
      buttonClassName={classes['button']}
      placement="top start"
      sections={[
        {
          title: t`Theme`,
          entries: themes.map((id) => ({
            id: `theme-${id}`,
            name: themeName(id),
            isChosen: theme === id,
            onAction: () => set({ theme: id }),
          })),
        },
        {
          title: t`Density`,
          entries: densities.map((id) => ({
            id: `density-${id}`,
            name: densityName(id),
            isChosen: density === id,
            onAction: () => set({ density: id }),
          })),
        },
        {
          title: t`Times`,
          entries: [
            { id: 'local', name: t`Time of this machine`, isChosen: !isUtc, onAction: () => set({ isUtc: false }) },
            { id: 'utc', name: t`UTC`, isChosen: isUtc, onAction: () => set({ isUtc: true }) },
          ],
        },
        { entries: [{ id: 'settings', name: t`All settings`, onAction: () => goTo({ room: 'settings' }) }] },
      ]}
    >
      <SunMoon aria-hidden="true" size={16} />
    </Menu>
  )
}

export function themeName(theme: Theme): string {
  switch (theme) {
    case 'system':
      return t`As the system`
    case 'light':
      return t`Light`
    case 'dark':
      return t`Dark`
    case 'sunlight':
      return t`Sunlight`
  }
}

export function densityName(density: Density): string {
  switch (density) {
    case 'compact':
      return t`Compact`
    case 'comfortable':
      return t`Comfortable`
    case 'touch':
      return t`Touch, for gloves`
  }
}
