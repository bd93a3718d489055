/** The menu as data: what is in it and what each entry asks of the page. Roles are the system's own; the rest goes to the renderer. */
import type { MenuItemConstructorOptions } from 'electron'
import type { MenuCommand, Theme } from '../preload/host-bridge.ts'

export type MenuWish = {
  readonly platform: string
  readonly theme: Theme
  /** Reload and the developer tools are for those who work on the console. */
  readonly isDevelopment: boolean
  readonly send: (command: MenuCommand) => void
  readonly showDataFolder: () => void
}

export function menuTemplate(wish: MenuWish): readonly MenuItemConstructorOptions[] {
  const isMac = wish.platform === 'darwin'
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  return [
    ...(isMac ? [{ role: 'appMenu' } satisfies MenuItemConstructorOptions] : []),
    {
      label: '&File',
      submenu: [
        { label: 'Show data folder', click: wish.showDataFolder },
        separator,
        isMac ? { role: 'close' } : { role: 'quit', label: 'Quit', accelerator: 'Ctrl+Q' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&Go',
      submenu: [
        item(wish, 'Command palette...', 'open-palette', 'CmdOrCtrl+K'),
        separator,
        item(wish, 'Global', 'go-global', 'CmdOrCtrl+1'),
        item(wish, 'Attention', 'go-attention', 'CmdOrCtrl+2'),
      ],
    },
    {
      label: '&View',
      submenu: [
        {
          label: 'Theme',
          submenu: [
            themeItem(wish, 'Light', 'light'),
            themeItem(wish, 'Dark', 'dark'),
            themeItem(wish, 'Sunlight', 'sunlight'),
            themeItem(wish, 'As the system', 'system'),
          ],
        },
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(wish.isDevelopment
          ? ([separator, { role: 'reload' }, { role: 'toggleDevTools' }] satisfies readonly MenuItemConstructorOptions[])
          : []),
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      label: '&Help',
      submenu: [
        item(wish, 'Keyboard help', 'open-help', 'F1'),
        ...(isMac ? [] : ([separator, { role: 'about' }] satisfies readonly MenuItemConstructorOptions[])),
      ],
    },
  ]
}

function item(wish: MenuWish, label: string, command: MenuCommand, accelerator?: string): MenuItemConstructorOptions {
  return { id: command, label, ...(accelerator === undefined ? {} : { accelerator }), click: () => wish.send(command) }
}

function themeItem(wish: MenuWish, label: string, theme: Theme): MenuItemConstructorOptions {
  const command: MenuCommand = `theme-${theme}`
  return { id: command, label, type: 'radio', checked: wish.theme === theme, click: () => wish.send(command) }
}
