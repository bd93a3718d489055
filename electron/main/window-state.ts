/** Where the window was and which theme it wore, kept across starts; a file that is not ours is left aside, never a reason not to open. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Theme, themes } from '../preload/host-bridge.ts'

/** In device-independent pixels of the whole desktop. */
export type Rectangle = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

export type WindowState = {
  /** Of the window when it is neither maximised nor full screen. */
  readonly bounds: Rectangle
  readonly isMaximized: boolean
  readonly isFullScreen: boolean
  readonly theme: Theme
}

export type WindowPlace = {
  /** Without a position the system chooses one. */
  readonly bounds: Rectangle | { readonly width: number; readonly height: number }
  readonly isMaximized: boolean
  readonly isFullScreen: boolean
}

/** The smallest window the console is drawn for (design 5: 1024x600, less what a panel takes). */
export const smallest = { width: 800, height: 500 } as const
export const usual = { width: 1440, height: 900 } as const
/** So much of a window, in pixels, must be on a display for a hand to find it again. */
const graspable = 80

/** What a file says, or undefined when it is not one that `writeWindowState` wrote. [SH5] */
export function parseWindowState(text: string): WindowState | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { version, bounds, isMaximized, isFullScreen, theme }: Readonly<Record<string, unknown>> = { ...value }
  if (version !== 1 || typeof isMaximized !== 'boolean' || typeof isFullScreen !== 'boolean') return undefined
  const known = themes.find((one) => one === theme)
  const rectangle = parseRectangle(bounds)
  if (known === undefined || rectangle === undefined) return undefined
  return { bounds: rectangle, isMaximized, isFullScreen, theme: known }
}

/** Where to open the window among these work areas, the primary display's first; there is always at least one. [SH5] */
export function placeWindow(state: WindowState | undefined, workAreas: readonly Rectangle[]): WindowPlace {
  const primary = workAreas[0] ?? { x: 0, y: 0, ...usual }
  if (state === undefined) return { bounds: sizeWithin(usual, primary), isMaximized: false, isFullScreen: false }
  const { isMaximized, isFullScreen } = state
  const area = [...workAreas].sort((a, b) => overlap(state.bounds, b) - overlap(state.bounds, a))[0]
  if (area === undefined || overlap(state.bounds, area) < graspable * graspable) {
    // Its display is gone: same size, where the system likes.
    return { bounds: sizeWithin(state.bounds, primary), isMaximized, isFullScreen }
  }
  const size = sizeWithin(state.bounds, area)
  const x = clamp(state.bounds.x, area.x, area.x + area.width - size.width)
  const y = clamp(state.bounds.y, area.y, area.y + area.height - size.height)
  return { bounds: { x, y, ...size }, isMaximized, isFullScreen }
}

/** `unreadable` holds a reason when there is a file and it is not ours; no file at all is simply no state. */
export function readWindowState(path: string): { readonly state?: WindowState; readonly unreadable?: string } {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? {} : { unreadable: String(error) }
  }
  const state = parseWindowState(text)
  return state === undefined ? { unreadable: 'it is not a window state of this version' } : { state }
}

/** Atomic: beside, then renamed into place. Throws what the file system throws. */
export function writeWindowState(path: string, state: WindowState): void {
  const beside = `${path}.new`
  mkdirSync(dirname(path), { recursive: true })
  try {
    writeFileSync(beside, JSON.stringify({ version: 1, ...state }))
    renameSync(beside, path)
  } finally {
    rmSync(beside, { force: true })
  }
}

function parseRectangle(value: unknown): Rectangle | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { x, y, width, height }: Readonly<Record<string, unknown>> = { ...value }
  if (!isCoordinate(x) || !isCoordinate(y) || !isCoordinate(width) || !isCoordinate(height)) return undefined
  return width > 0 && height > 0 ? { x, y, width, height } : undefined
}

function isCoordinate(value: unknown): value is number {
  return Number.isInteger(value) && Math.abs(value as number) < 100_000
}

function overlap(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  return width > 0 && height > 0 ? width * height : 0
}

/** No larger than the area, no smaller than the smallest, unless the area itself is smaller. */
function sizeWithin(
  size: { readonly width: number; readonly height: number },
  area: Rectangle,
): { readonly width: number; readonly height: number } {
  return {
    width: Math.min(Math.max(size.width, smallest.width), area.width),
    height: Math.min(Math.max(size.height, smallest.height), area.height),
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most))
}
