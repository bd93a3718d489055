/** The frame around every page: the rail with its rooms, the bar with who and how current, and the page itself. */
import { Trans } from '@lingui/react/macro'
import { t } from '@lingui/core/macro'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useWorkspace } from '../../client/workspace.tsx'
import { shellHost } from '../../client/shell-host.ts'
import { PastBar } from '../../features/past/time-machine.tsx'
import { usePreferences } from '../../state/preferences.ts'
import { NoticeList } from '../../ui/notice-list.tsx'
import { KeyboardHelp } from '../keyboard/help.tsx'
import { useGlobalKeys } from '../keyboard/use-global-keys.ts'
import { useHelpOpener } from '../keyboard/open-help.ts'
import { goTo, useVisit } from '../navigation.ts'
import { Palette } from '../palette/view.tsx'
import { ScrollRegion } from './scroll-region.tsx'
import { ConnectionBanner } from './connection-banner.tsx'
import { Rail } from './rail.tsx'
import classes from './shell.module.css'
import { TopBar } from './top-bar.tsx'

export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  const { name } = useWorkspace()
  const isNarrowChosen = usePreferences((preferences) => preferences.isRailNarrow)
  const isSmall = useIsSmall()
  const [isPaletteOpen, setPaletteOpen] = useState(false)
  const [isHelpOpen, setHelpOpen] = useState(false)
  const { route } = useVisit()
  useHelpOpener(() => setHelpOpen(true))
  const openGuide = (): void => (route.place.room === 'guide' ? setHelpOpen(true) : goTo({ room: 'guide' }))
  useShellMenu({ openPalette: () => setPaletteOpen(true), openHelp: openGuide })
  useGlobalKeys({ openPalette: () => setPaletteOpen(true), openHelp: openGuide })
  const isNarrow = isNarrowChosen || isSmall
  return (
    <div className={`${classes['shell']} ${isNarrow ? classes['narrow'] : ''} ${name === 'demo' ? classes['demo'] : ''}`}>
      <a className={classes['skip']} href="#page" onClick={(event) => skipToPage(event)}>
        <Trans>Skip to the page</Trans>
      </a>
      {name === 'demo' ? <div className={classes['stripe']} aria-hidden="true" /> : null}
      <Rail isNarrow={isNarrow} canWiden={!isSmall} openPalette={() => setPaletteOpen(true)} openHelp={openGuide} />
      <div className={classes['main']}>
        <TopBar />
        <ConnectionBanner />
        <PastBar />
        <ScrollRegion label={t`Page`}>{children}</ScrollRegion>
      </div>
      <Palette isOpen={isPaletteOpen} onClose={() => setPaletteOpen(false)} openHelp={() => setHelpOpen(true)} />
      <KeyboardHelp isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
      <NoticeList />
    </div>
  )
}

/** The address belongs to the router, so this link moves the focus and leaves the address alone. */
function skipToPage(event: { preventDefault: () => void }): void {
  event.preventDefault()
  document.getElementById('page')?.focus()
}

/** The menu of the desktop shell asks for the same things as the palette. */
function useShellMenu(acts: { readonly openPalette: () => void; readonly openHelp: () => void }): void {
  const latest = useRef(acts)
  latest.current = acts
  useEffect(
    () =>
      shellHost()?.onMenu((command) => {
        const { set } = usePreferences.getState()
        if (command === 'open-palette') latest.current.openPalette()
        else if (command === 'open-help') latest.current.openHelp()
        else if (command === 'go-global') goTo({ room: 'overview' })
        else if (command === 'go-attention') goTo({ room: 'attention' })
        else if (command === 'theme-light') set({ theme: 'light' })
        else if (command === 'theme-dark') set({ theme: 'dark' })
        else if (command === 'theme-sunlight') set({ theme: 'sunlight' })
        else if (command === 'theme-system') set({ theme: 'system' })
      }),
    [],
  )
}

function useIsSmall(): boolean {
  const [isSmall, setSmall] = useState(() => window.innerWidth < 1100)
  useEffect(() => {
    const query = window.matchMedia('(max-width: 1099px)')
    const apply = (): void => setSmall(query.matches)
    query.addEventListener('change', apply)
    apply()
    return () => query.removeEventListener('change', apply)
  }, [])
  return isSmall
}
