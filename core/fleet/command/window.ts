/**
 * Maintenance windows as people write them: `0 2 * * 6 for 4h in Europe/Berlin`, `30 1 * * * for 90m` (UTC), or once,
 * `2026-03-01T02:00:00Z/2026-03-01T06:00:00Z`. Nothing written is always. Several are parted by `;`. Cron by croner: a start in the gap of
 * a clock change moves to its end, and the zone of this machine does not matter.
 */
import { Cron } from 'croner'
import { accepted, refused, type Result } from '../../kernel/result.ts'

export type MaintenanceWindow = {
  readonly isOpen: (atMs: number) => boolean
  /** The first instant at or after `atMs` at which it is open, milliseconds; undefined when it never opens again. */
  readonly nextOpening: (atMs: number) => number | undefined
}

const repeated = /^(\S+ \S+ \S+ \S+ \S+) for (\d{1,4})(m|h)(?: in (\S+))?$/
const always: MaintenanceWindow = { isOpen: () => true, nextOpening: (atMs) => atMs }
const msOf = { m: 60_000, h: 3_600_000 } as const
/** A window of more than a week is no window. */
const longestMs = 7 * 24 * msOf.h

/** Code: WINDOW_MALFORMED. */
export function readWindow(text: string): Result<MaintenanceWindow> {
  if (text.trim() === '') return accepted(always)
  const windows: MaintenanceWindow[] = []
  for (const part of text.split(';')) {
    const window = readPart(part.trim().replaceAll(/\s+/g, ' '))
    if (window === undefined) {
      return refused(
        'WINDOW_MALFORMED',
        'The maintenance window cannot be read, or never opens; write it as "0 2 * * 6 for 4h in Europe/Berlin", or as two instants with a slash between.',
        { window: part.trim().slice(0, 100) },
      )
    }
    windows.push(window)
  }
  return accepted({
    isOpen: (atMs) => windows.some(({ isOpen }) => isOpen(atMs)),
    nextOpening: (atMs) => {
      const openings = windows.flatMap(({ nextOpening }) => nextOpening(atMs) ?? [])
      return openings.length === 0 ? undefined : Math.min(...openings)
    },
  })
}

function readPart(text: string): MaintenanceWindow | undefined {
  const [, pattern, amount, unit, zone = 'UTC'] = repeated.exec(text) ?? []
  if (pattern === undefined) return readOnce(text)
  const lengthMs = Number(amount) * msOf[unit === 'h' ? 'h' : 'm']
  if (lengthMs <= 0 || lengthMs > longestMs) return undefined
  try {
    const cron = new Cron(pattern, { timezone: zone, paused: true })
    if (cron.nextRun(new Date(0)) === null) return undefined
    // The first start after `atMs - length` is the one whose window can still be open.
    const startFor = (atMs: number): number | undefined => cron.nextRun(new Date(atMs - lengthMs))?.getTime()
    return {
      isOpen: (atMs) => (startFor(atMs) ?? Number.POSITIVE_INFINITY) <= atMs,
      nextOpening: (atMs) => {
        const start = startFor(atMs)
        return start === undefined ? undefined : Math.max(start, atMs)
      },
    }
  } catch {
    // croner throws for patterns and zones that it cannot read; there is nothing else to know about them.
    return undefined
  }
}

function readOnce(text: string): MaintenanceWindow | undefined {
  const [from, to, ...rest] = text
    .split('/')
    .map((instant) => (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(instant) ? Date.parse(instant) : Number.NaN))
  if (from === undefined || to === undefined || rest.length > 0 || !(from < to)) return undefined
  return {
    isOpen: (atMs) => atMs >= from && atMs < to,
    nextOpening: (atMs) => (atMs < to ? Math.max(from, atMs) : undefined),
  }
}
