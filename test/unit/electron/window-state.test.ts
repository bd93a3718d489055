import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Rectangle, WindowState } from '../../../electron/main/window-state.ts'
import { parseWindowState, placeWindow, readWindowState, smallest, usual, writeWindowState } from '../../../electron/main/window-state.ts'

const laptop: Rectangle = { x: 0, y: 0, width: 1920, height: 1080 }
const beside: Rectangle = { x: 1920, y: 0, width: 2560, height: 1440 }
const state: WindowState = {
  bounds: { x: 100, y: 80, width: 1200, height: 800 },
  isMaximized: false,
  isFullScreen: false,
  theme: 'dark',
}

describe('placeWindow', () => {
  it('[SH5] opens where it was left, on the display it was on', () => {
    expect(placeWindow(state, [laptop, beside]).bounds).toEqual(state.bounds)
    const there = { ...state, bounds: { x: 2000, y: 200, width: 1200, height: 800 } }
    expect(placeWindow(there, [laptop, beside]).bounds).toEqual(there.bounds)
  })

  it('[SH5] keeps its size and lets the system place it when its display is gone', () => {
    const there = { ...state, bounds: { x: 2000, y: 200, width: 1200, height: 800 } }
    expect(placeWindow(there, [laptop]).bounds).toEqual({ width: 1200, height: 800 })
  })

  it('[SH5] comes back wholly onto a display it hangs half off', () => {
    const half = { ...state, bounds: { x: 1500, y: -100, width: 1200, height: 800 } }
    expect(placeWindow(half, [laptop]).bounds).toEqual({ x: 720, y: 0, width: 1200, height: 800 })
  })

  it('[SH5] remembers that it was maximised or full screen', () => {
    expect(placeWindow({ ...state, isMaximized: true }, [laptop])).toMatchObject({ isMaximized: true, isFullScreen: false })
    expect(placeWindow({ ...state, isFullScreen: true }, [laptop])).toMatchObject({ isMaximized: false, isFullScreen: true })
  })

  it('[SH5] has a usual size without a state, smaller where the display is', () => {
    expect(placeWindow(undefined, [laptop]).bounds).toEqual(usual)
    expect(placeWindow(undefined, [{ x: 0, y: 0, width: 1024, height: 600 }]).bounds).toEqual({ width: 1024, height: 600 })
  })

  it('[SH5] is within a display and large enough, whatever the state says', () => {
    const coordinate = fc.integer({ min: -99_999, max: 99_999 })
    const side = fc.integer({ min: 1, max: 99_999 })
    fc.assert(
      fc.property(coordinate, coordinate, side, side, (x, y, width, height) => {
        const { bounds } = placeWindow({ ...state, bounds: { x, y, width, height } }, [laptop, beside])
        expect(bounds.width).toBeGreaterThanOrEqual(smallest.width)
        expect(bounds.height).toBeGreaterThanOrEqual(smallest.height)
        if (!('x' in bounds)) return
        const isWithin = (area: Rectangle): boolean =>
          bounds.x >= area.x &&
          bounds.y >= area.y &&
          bounds.x + bounds.width <= area.x + area.width &&
          bounds.y + bounds.height <= area.y + area.height
        expect([laptop, beside].some(isWithin)).toBe(true)
      }),
    )
  })
})

describe('parseWindowState', () => {
  it('[SH5] leaves aside what is damaged, of another version or absurd', () => {
    const good = { version: 1, ...state }
    expect(parseWindowState(JSON.stringify(good))).toEqual(state)
    const bad = [
      { ...good, version: 2 },
      { ...good, theme: 'neon' },
      { ...good, bounds: { ...state.bounds, width: 0 } },
      { ...good, bounds: { ...state.bounds, x: 1e9 } },
      { ...good, bounds: { ...state.bounds, y: 0.5 } },
      { ...good, bounds: null },
      { ...good, isMaximized: 'no' },
      null,
      [],
      7,
    ]
    for (const one of bad) expect(parseWindowState(JSON.stringify(one))).toBeUndefined()
    expect(parseWindowState('{"version":1,"bounds":{"x":')).toBeUndefined()
    expect(parseWindowState('')).toBeUndefined()
  })
})

describe('the file', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ibcf-window-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('[SH5] is written whole, leaves nothing beside it, and reads back', () => {
    const path = join(folder, 'deeper', 'window-state.json')
    writeWindowState(path, state)
    writeWindowState(path, { ...state, theme: 'sunlight' })
    expect(readWindowState(path)).toEqual({ state: { ...state, theme: 'sunlight' } })
    expect(readdirSync(join(folder, 'deeper'))).toEqual(['window-state.json'])
  })

  it('[SH5] says why it is left aside, and is no reason for anything when it is not there', () => {
    const path = join(folder, 'window-state.json')
    expect(readWindowState(path)).toEqual({})
    writeFileSync(path, 'not ours')
    expect(readWindowState(path)).toEqual({ unreadable: 'it is not a window state of this version' })
    expect(readFileSync(path, 'utf8')).toBe('not ours')
    expect(readWindowState(folder).unreadable).toContain('EISDIR')
  })
})
