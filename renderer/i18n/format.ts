/** The one room where instants, durations, counts and sizes become text, in the person's locale, local or UTC. */

export type Formats = {
  readonly locale: string
  /** 12,345 */
  readonly count: (value: number) => string
  /** 12.3K from ten thousand on, for places with little room. */
  readonly shortCount: (value: number) => string
  /** Share 0..1 as "12 %"; a share that is not nothing is never shown as 0. */
  readonly share: (value: number) => string
  readonly decimal: (value: number, digits: number) => string
  readonly bytes: (value: number) => string
  /** Seconds as "12s", "3m", "2h", "4d": one unit, for ages in tables. */
  readonly duration: (seconds: number) => string
  /** Seconds as at most two units: "1h 20m". */
  readonly longDuration: (seconds: number) => string
  /** Date and time to the second, with the zone when it is UTC. */
  readonly instant: (at: string | number) => string
  /** Time of day to the minute. */
  readonly time: (at: string | number) => string
  /** Time of day to the second. */
  readonly timeOfDay: (at: string | number) => string
  /** The day in full. */
  readonly day: (at: string | number) => string
  /** The day without its time, short. */
  readonly shortDay: (at: string | number) => string
  readonly year: (at: string | number) => string
  /** Year, month and day by numbers, for the name of a file: the same in every locale. */
  readonly fileDay: (at: string | number) => string
  /** Day and time to the minute, without the year. */
  readonly dayTime: (at: string | number) => string
  /** A sentence of the master with the instants in it as this person reads them: `2026-03-01T06:10:00.000Z` is for machines. */
  readonly sentence: (text: string) => string
  readonly quantity: (value: number, unit: 'ms' | 'percent' | 'kbps' | 'gigabyte') => string
}

const day = 86_400
const steps: readonly (readonly [number, string])[] = [
  [day, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
]
const sizes = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

export function createFormats(locale: string, timeZone: string | undefined): Formats {
  const zone = timeZone === undefined ? {} : { timeZone }
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', minimumSignificantDigits: 3, maximumSignificantDigits: 3 })
  const shares = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 })
  const smallShares = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1, minimumFractionDigits: 1 })
  const full = new Intl.DateTimeFormat(locale, {
    ...zone,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    ...(timeZone === 'UTC' ? { timeZoneName: 'short' as const } : {}),
  })
  const clock = new Intl.DateTimeFormat(locale, { ...zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const secondClock = new Intl.DateTimeFormat(locale, { ...zone, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
  const days = new Intl.DateTimeFormat(locale, { ...zone, weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' })
  const shortDays = new Intl.DateTimeFormat(locale, { ...zone, year: 'numeric', month: 'short', day: 'numeric' })
  const years = new Intl.DateTimeFormat(locale, { ...zone, year: 'numeric' })
  const fileDays = new Intl.DateTimeFormat('sv-SE', { ...zone, year: 'numeric', month: '2-digit', day: '2-digit' })
  const dayClock = new Intl.DateTimeFormat(locale, {
    ...zone,
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const units = new Map(
    steps.map(([, unit]) => [
      unit,
      new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'narrow', maximumFractionDigits: 0 }),
    ]),
  )
  const inUnit = (value: number, unit: string): string => units.get(unit)?.format(value) ?? ''

  const duration = (seconds: number): string => {
    const positive = Math.max(0, seconds)
    const [size, unit] = steps.find(([least]) => positive >= least) ?? [1, 'second']
    return inUnit(Math.floor(positive / size), unit)
  }
  return {
    locale,
    count: (value) => whole.format(value),
    shortCount: (value) => (Math.abs(value) < 10_000 ? whole.format(value) : compact.format(value)),
    share: (value) =>
      value > 0 && value < 0.01 ? smallShares.format(Math.max(value, 0.001)) : shares.format(value > 0.99 && value < 1 ? 0.99 : value),
    decimal: (value, digits) =>
      new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value),
    bytes(value) {
      const step = Math.min(sizes.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3))
      return new Intl.NumberFormat(locale, {
        style: 'unit',
        unit: sizes[step] ?? 'byte',
        unitDisplay: step === 0 ? 'long' : 'short',
        maximumSignificantDigits: 3,
      }).format(value / 1000 ** step)
    },
    duration,
    longDuration(seconds) {
      const at = steps.findIndex(([least]) => seconds >= least)
      const [size, unit] = steps[at] ?? [1, 'second']
      const [smaller, smallerUnit] = steps[at + 1] ?? [0, '']
      const rest = smaller === 0 ? 0 : Math.floor((seconds % size) / smaller)
      return rest === 0 ? duration(seconds) : `${inUnit(Math.floor(seconds / size), unit)} ${inUnit(rest, smallerUnit)}`
    },
    instant: (at) => full.format(new Date(at)),
    time: (at) => clock.format(new Date(at)),
    timeOfDay: (at) => secondClock.format(new Date(at)),
    day: (at) => days.format(new Date(at)),
    shortDay: (at) => shortDays.format(new Date(at)),
    year: (at) => years.format(new Date(at)),
    fileDay: (at) => fileDays.format(new Date(at)),
    dayTime: (at) => dayClock.format(new Date(at)),
    sentence: (text) => text.replace(/\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z/gu, (at) => full.format(new Date(at))),
    quantity(value, unit) {
      switch (unit) {
        case 'ms':
          return new Intl.NumberFormat(locale, {
            style: 'unit',
            unit: 'millisecond',
            unitDisplay: 'short',
            maximumFractionDigits: 0,
          }).format(value)
        case 'percent':
          return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(value / 100)
        case 'kbps':
          return `${whole.format(value)} kbit/s`
        case 'gigabyte':
          return new Intl.NumberFormat(locale, { style: 'unit', unit: 'gigabyte', unitDisplay: 'short', maximumFractionDigits: 1 }).format(
            value,
          )
      }
    },
  }
}
