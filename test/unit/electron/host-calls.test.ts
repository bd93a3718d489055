import { describe, expect, it } from 'vitest'
import type { Caller, HostDeeds } from '../../../electron/main/host-calls.ts'
import { answerCall, maxCallBytes } from '../../../electron/main/host-calls.ts'
import { menuTemplate } from '../../../electron/main/menu.ts'
import type { MenuCommand } from '../../../electron/preload/host-bridge.ts'
import { menuCommands } from '../../../electron/preload/host-bridge.ts'

const ours: Caller = { frameUrl: 'app://console/index.html#/w/main/', isTopFrame: true, isConsoleWindow: true }

function recordingDeeds(folderReason = ''): { readonly done: string[]; readonly deeds: HostDeeds } {
  const done: string[] = []
  return {
    done,
    deeds: {
      showDataFolder: () => {
        done.push('show')
        return Promise.resolve(folderReason)
      },
      startAgain: () => done.push('start'),
      copyText: (text) => done.push(`copy ${text}`),
      useTheme: (theme) => done.push(`theme ${theme}`),
      savePdf: async (fileName) => {
        done.push(`pdf ${fileName}`)
        return ''
      },
      quit: () => done.push('quit'),
    },
  }
}

describe('answerCall', () => {
  it('[SH4] does what the page asks', async () => {
    const { done, deeds } = recordingDeeds()
    const calls = [
      { call: 'show-data-folder' },
      { call: 'start-again' },
      { call: 'copy-text', text: 'a' },
      { call: 'report-theme', theme: 'sunlight' },
      { call: 'save-pdf', fileName: 'hand-over-2026-03-01' },
      { call: 'quit' },
    ]
    for (const call of calls) expect(await answerCall(ours, call, deeds)).toEqual({ ok: true })
    expect(done).toEqual(['show', 'start', 'copy a', 'theme sunlight', 'pdf hand-over-2026-03-01', 'quit'])
  })

  it('[SH4] says why a folder could not be shown', async () => {
    const { deeds } = recordingDeeds('no file manager')
    expect(await answerCall(ours, { call: 'show-data-folder' }, deeds)).toMatchObject({ ok: false, code: 'CALL_FAILED' })
  })

  it('[SH4] refuses every caller that is not the console in its own window', async () => {
    const { done, deeds } = recordingDeeds()
    const foreign: readonly Caller[] = [
      { ...ours, isTopFrame: false },
      { ...ours, isConsoleWindow: false },
      { ...ours, frameUrl: undefined },
      { ...ours, frameUrl: 'app://diagram/' },
      { ...ours, frameUrl: 'app://console.example/' },
      { ...ours, frameUrl: 'https://example.org/#app://console/' },
    ]
    for (const caller of foreign)
      expect(await answerCall(caller, { call: 'quit' }, deeds)).toMatchObject({ ok: false, code: 'CALL_FOREIGN_SENDER' })
    expect(done).toEqual([])
  })

  it('[SH4] refuses a call that is too large, counted in bytes', async () => {
    const { done, deeds } = recordingDeeds()
    const overhead = JSON.stringify({ call: 'copy-text', text: '' }).length
    const fits = 'x'.repeat(maxCallBytes - overhead)
    expect(await answerCall(ours, { call: 'copy-text', text: fits }, deeds)).toEqual({ ok: true })
    expect(await answerCall(ours, { call: 'copy-text', text: `${fits}x` }, deeds)).toMatchObject({ ok: false, code: 'CALL_TOO_LARGE' })
    expect(await answerCall(ours, { call: 'copy-text', text: 'ü'.repeat(maxCallBytes / 2) }, deeds)).toMatchObject({
      code: 'CALL_TOO_LARGE',
    })
    expect(await answerCall(ours, { call: 'quit', more: 'x'.repeat(maxCallBytes) }, deeds)).toMatchObject({ code: 'CALL_TOO_LARGE' })
    expect(done).toHaveLength(1)
  })

  it('[SH4] refuses what it does not know', async () => {
    const { done, deeds } = recordingDeeds()
    const circular: Record<string, unknown> = { call: 'quit' }
    circular['self'] = circular
    const unknown = [
      undefined,
      null,
      'quit',
      7,
      [],
      {},
      { call: 'format' },
      { call: 'copy-text' },
      { call: 'copy-text', text: 7 },
      { call: 'report-theme', theme: 'x' },
      circular,
    ]
    for (const call of unknown) expect(await answerCall(ours, call, deeds)).toMatchObject({ ok: false, code: 'CALL_MALFORMED' })
    expect(done).toEqual([])
  })
})

type Entry = {
  readonly id?: string
  readonly role?: string
  readonly checked?: boolean
  readonly submenu?: unknown
  readonly click?: unknown
}

function entriesOf(items: readonly Entry[]): readonly Entry[] {
  return items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? entriesOf(item.submenu as readonly Entry[]) : [])])
}

function menu(
  wish: { readonly isDevelopment?: boolean; readonly platform?: string } = {},
  send: (command: MenuCommand) => void = () => undefined,
): readonly Entry[] {
  const template = menuTemplate({ platform: 'linux', theme: 'dark', isDevelopment: false, send, showDataFolder: () => undefined, ...wish })
  return entriesOf(template as readonly Entry[])
}

describe('menuTemplate', () => {
  it('[SH14] sends every command there is, each from one entry', () => {
    const sent: MenuCommand[] = []
    const entries = menu({}, (command) => sent.push(command))
    for (const entry of entries) if (entry.id !== undefined && typeof entry.click === 'function') entry.click()
    expect(sent.toSorted()).toEqual([...menuCommands].toSorted())
  })

  it('[SH14] marks the theme in use', () => {
    const checked = menu().filter((entry) => entry.checked === true)
    expect(checked.map((entry) => entry.id)).toEqual(['theme-dark'])
  })

  it('[SH14] has reload and developer tools in development only', () => {
    const roles = (isDevelopment: boolean): readonly (string | undefined)[] => menu({ isDevelopment }).map((entry) => entry.role)
    expect(roles(true)).toEqual(expect.arrayContaining(['reload', 'toggleDevTools']))
    expect(roles(false)).not.toContain('reload')
    expect(roles(false)).not.toContain('toggleDevTools')
  })

  it('[SH14] has the application menu where the system expects one', () => {
    expect(menu({ platform: 'darwin' })[0]?.role).toBe('appMenu')
    expect(menu().map((entry) => entry.role)).toContain('quit')
  })
})
