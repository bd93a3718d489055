import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync(new URL('../../../renderer/ui/tokens.css', import.meta.url), 'utf8')
const themes = ['light', 'dark', 'sunlight'] as const
const bands = ['live', 'delayed', 'edge-cached', 'autonomous', 'disconnected', 'returning', 'replaying'] as const

type Vector = readonly [number, number, number]

/** How the three colour blindnesses see linear light (Machado, Oliveira and Fernandes 2009, full severity). */
const sights: Readonly<Record<string, readonly Vector[]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

describe('colours', () => {
  for (const theme of themes) {
    it(`[UI6] the seven bands keep apart for every sight: ${theme}`, () => {
      const tokens = tokensOf(theme)
      const colours = bands.map((band) => linear(tokens.get(`--band-${band}`) ?? ''))
      for (const sight of Object.values(sights)) {
        const seen = colours.map((colour) => oklab(through(sight, colour)))
        for (const [at, one] of seen.entries()) {
          for (const other of seen.slice(at + 1)) expect(distance(one, other)).toBeGreaterThanOrEqual(12)
        }
      }
    })

    it(`[UI6] every ink can be read on every ground it stands on: ${theme}`, () => {
      const tokens = tokensOf(theme)
      const pairs = [
        ...['--ink', '--ink-soft', '--ink-faint', '--accent', '--urgent', '--caution', '--good', '--demo'].flatMap((ink) =>
          ['--surface', '--canvas', '--raised', '--inset'].map((ground) => [ink, ground] as const),
        ),
        ['--accent-ink', '--accent'] as const,
        ['--urgent-ink', '--urgent'] as const,
        ['--ink', '--selected'] as const,
        ['--ink-soft', '--selected'] as const,
        ['--ink', '--hover'] as const,
        ['--ink-soft', '--caution-soft'] as const,
      ]
      const poor = pairs.filter(([ink, ground]) => contrast(tokens.get(ink) ?? '', tokens.get(ground) ?? '') < 4.5)
      expect(poor).toEqual([])
    })
  }
})

/** What `:root` says, and over it what the theme says. */
function tokensOf(theme: string): ReadonlyMap<string, string> {
  const tokens = new Map<string, string>()
  for (const block of css.matchAll(/([^{}]*):root([^{]*)\{([^}]*)\}/g)) {
    const selector = `${block[1] ?? ''}:root${block[2] ?? ''}`
    if (selector.includes('data-theme') && !selector.includes(`'${theme}'`) && !(theme !== 'light' && selector.includes("'light'")))
      continue
    for (const line of (block[3] ?? '').matchAll(/(--[\w-]+):\s*([^;]+);/g)) tokens.set(line[1] ?? '', (line[2] ?? '').trim())
  }
  return tokens
}

function linear(hex: string): Vector {
  expect(hex).toMatch(/^#[0-9a-f]{6}$/)
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((from) => {
    const share = Number.parseInt(hex.slice(from, from + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return [r, g, b]
}

function through(sight: readonly Vector[], [r, g, b]: Vector): Vector {
  const [x = 0, y = 0, z = 0] = sight.map((row) => Math.max(0, row[0] * r + row[1] * g + row[2] * b))
  return [x, y, z]
}

/** OKLab (Ottosson 2020). */
function oklab([r, g, b]: Vector): Vector {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

/** A hundred times the distance in OKLab: two is hard to see, twelve is plain. */
function distance(one: Vector, other: Vector): number {
  return 100 * Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2])
}

function contrast(one: string, other: string): number {
  const luminance = (hex: string): number => {
    const [r, g, b] = linear(hex)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}
