/** Both machines against diagram 3A of the seed, read from the copy of its text, arrow by arrow and word by word. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { modeArrows, transitMode } from '../../../../core/fleet/connectivity/mode-machine.ts'
import { phaseArrows, transitPhase } from '../../../../core/fleet/lifecycle/phase-machine.ts'
import { type StateBasis, stateMeanings, stateOf, statePrecedence } from '../../../../core/fleet/lifecycle/state.ts'
import { connectivityModes, phases } from '../../../../core/fleet/node/node-record.ts'

const seed = readFileSync(new URL('../../../fixtures/spec/fleet-core-design-v0.md', import.meta.url), 'utf8')

type Arrow = { readonly from: string; readonly to: string; readonly label: string }
const text = ({ from, to, label }: Arrow): string => `${from} -> ${to}: ${label}`
const isPhase = (name: string): boolean => phases.some((phase) => phase === name)
const isMode = (name: string): boolean => connectivityModes.some((mode) => mode === name)

/** Every arrow of 3A as it is written there, with nothing left out. */
function arrowsOfSeed(): readonly Arrow[] {
  const diagram = /### 3A\)[^\n]*\n+```mermaid\nstateDiagram-v2\n([\s\S]*?)```/.exec(seed)?.[1] ?? ''
  const lines = diagram.split('\n').filter((line) => line.trim() !== '')
  const arrows = lines.map((line) => /^ {4}(\S+) --> (\S+?)(?:: (.+))?$/.exec(line))
  expect(arrows.includes(null)).toBe(false)
  return arrows.map((match) => ({ from: match?.[1] ?? '', to: match?.[2] ?? '', label: match?.[3] ?? '' }))
}

/** What each arrow of 3A is in our two tables: ACTIVE is the superstate of the modes, LIVE_OK is the mode LIVE. */
function inTables({ from, to, label }: Arrow): { readonly phase: readonly Arrow[]; readonly mode: readonly Arrow[] } {
  const [source, target] = [from, to].map((name) => (name === 'LIVE_OK' ? 'LIVE' : name))
  if (source === '[*]' || target === '[*]' || source === undefined || target === undefined) return { phase: [], mode: [] }
  if (isPhase(target)) {
    const start = isMode(source) ? 'ACTIVE' : source
    // One arrow of the seed with two causes, which are two events here because they lead to two states of quarantine.
    const labels = label === 'Drift/trust violation' ? ['Drift violation', 'Trust violation'] : [label]
    return { phase: labels.map((one) => ({ from: start, to: target, label: one })), mode: [] }
  }
  if (!isMode(target)) return { phase: [], mode: [{ from: source, to: target, label }] }
  if (source !== 'ACTIVE') return { phase: [], mode: [{ from: source, to: target, label }] }
  const first = { from: 'first assessment', to: target, label }
  // Out of the superstate: whatever connectivity it has, contact can be lost.
  const lost = label === 'Connection lost' ? ['LIVE', 'DELAYED', 'EDGE_CACHED'].map((mode) => ({ from: mode, to: target, label })) : []
  return { phase: [], mode: [first, ...lost] }
}

const unique = (arrows: readonly Arrow[]): string[] => [...new Set(arrows.map(text))].toSorted()
const modeText = (from: string | null): string => from ?? 'first assessment'

describe('the machines and diagram 3A', () => {
  const arrows = arrowsOfSeed()

  it('[LC1] reads the whole diagram, its beginning and its end', () => {
    expect(arrows.length).toBe(25)
    expect(arrows.filter(({ from, to }) => from === '[*]' || to === '[*]').map(text)).toEqual(['[*] -> PROVISIONING: ', 'RETIRED -> [*]: '])
    expect(phaseArrows.filter(({ to }) => to === 'PROVISIONING')).toEqual([])
    expect(phaseArrows.filter(({ from }) => from === 'RETIRED')).toEqual([])
  })

  it('[LC1] has the phases of 3A with its words, and every other arrow is an addition with a reason', () => {
    const wanted = arrows.flatMap((arrow) => inTables(arrow).phase)
    const drawn = phaseArrows.filter(({ addition }) => addition === undefined)
    expect(unique(drawn)).toEqual(unique(wanted))
    expect(drawn.length).toBe(unique(wanted).length)
    for (const { from, to, addition } of phaseArrows)
      if (addition !== undefined) expect(`${from} ${to} ${addition}`).toMatch(/\w+ \w+ [A-Z].*\.$/)
  })

  it('[CN1] has the modes of 3A with its words, and every other arrow is an addition with a reason', () => {
    const wanted = arrows.flatMap((arrow) => inTables(arrow).mode)
    const drawn = modeArrows.filter(({ addition }) => addition === undefined).map((arrow) => ({ ...arrow, from: modeText(arrow.from) }))
    expect(unique(drawn)).toEqual(unique(wanted))
    expect(drawn.length).toBe(unique(wanted).length)
    for (const { addition } of modeArrows) if (addition !== undefined) expect(addition).toMatch(/^[A-Z].*\.$/)
  })

  it('[LC1] [CN1] has the additions that were decided on, and no other', () => {
    const added = (
      list: readonly { readonly from: string | null; readonly to: string; readonly event: string; readonly addition?: string }[],
    ) => list.filter(({ addition }) => addition !== undefined).map(({ from, to, event }) => `${from} -> ${to} by ${event}`)
    expect(added(phaseArrows).toSorted()).toEqual([
      'ACTIVE -> QUARANTINED by operator-quarantine',
      'DEGRADED -> DECOMMISSIONING by planned-decommission',
      'DEGRADED -> QUARANTINED by drift-violation',
      'DEGRADED -> QUARANTINED by operator-quarantine',
      'DEGRADED -> QUARANTINED by trust-violation',
      'ENROLLED -> RETIRED by never-used',
      'PROVISIONING -> RETIRED by enrolment-refused',
      'UPDATING -> QUARANTINED by drift-violation',
      'UPDATING -> QUARANTINED by operator-quarantine',
      'UPDATING -> QUARANTINED by trust-violation',
    ])
    expect(added(modeArrows).toSorted()).toEqual([
      'AUTONOMOUS -> DISCONNECTED by budget-exceeded',
      'DELAYED -> LIVE by contact-regular',
      'DISCONNECTED -> RETURNING by connection-detected',
      'EDGE_CACHED -> DELAYED by contact-improved',
      'LIVE -> EDGE_CACHED by sync-interval-extends',
      'REPLAYING -> AUTONOMOUS by link-dropped',
      'RETURNING -> AUTONOMOUS by link-dropped',
    ])
  })

  it('[CN1] leads along the spectrum of the seed, step by step and round to LIVE', () => {
    const spectrum = (/```\n(LIVE → [^\n]*)\n```/.exec(seed)?.[1] ?? '').split(' → ')
    expect([spectrum.length, spectrum[0], spectrum.at(-1)]).toEqual([8, 'LIVE', 'LIVE'])
    for (const [at, from] of spectrum.slice(0, -1).entries())
      expect([from, modeArrows.some((arrow) => arrow.from === from && arrow.to === spectrum[at + 1])]).toEqual([from, true])
  })

  it('[LC1] [CN1] takes each event from each place at most one way', () => {
    for (const list of [phaseArrows, modeArrows]) {
      const keys = list.map(({ from, event }) => `${from} ${event}`)
      expect(new Set(keys).size).toBe(keys.length)
    }
  })
})

describe('refusals', () => {
  it('[LC2] of every transition that a table does not have say what is possible there, and where this would be', () => {
    for (const from of phases) {
      for (const { event } of phaseArrows) {
        const result = transitPhase(from, event)
        if (result.ok) continue
        expect(result.refusal.sentence).toContain(`A node in ${from} does not take`)
        const possible = phaseArrows.filter((arrow) => arrow.from === from).map((arrow) => arrow.event)
        const takenFrom = phaseArrows.filter((arrow) => arrow.event === event).map((arrow) => arrow.from)
        expect(takenFrom).not.toContain(from)
        expect(result.refusal.facts).toEqual({ from, event, possible: possible.join(' '), takenFrom: takenFrom.join(' ') })
      }
    }
    const refusal = transitMode('LIVE', 'connection-detected')
    expect(refusal).toMatchObject({ refusal: { facts: { takenFrom: 'AUTONOMOUS, DISCONNECTED' } } })
  })
})

describe('the precise state', () => {
  const quarantineEvents = [null, 'trust-violation', 'drift-violation', 'operator-quarantine', 'critical-failure', 'of another version']
  const bases: StateBasis[] = phases.flatMap((phase) =>
    [null, ...connectivityModes].flatMap((mode) =>
      ([null, 'PROVING', 'LOCKED', 'UPLOADING', 'RECONCILING', 'CLOSED'] as const).flatMap((step) =>
        quarantineEvents.map((quarantineEvent) => ({ phase, mode, step, quarantineEvent })),
      ),
    ),
  )

  it('[LC3] is named for every phase, mode, step and cause there can be', () => {
    expect(bases.length).toBe(8 * 8 * 6 * 6)
    for (const basis of bases) expect([basis, statePrecedence.some(({ when }) => when(basis))]).toEqual([basis, true])
  })

  it('[LC3] uses every line of its table, none of them standing behind others for ever', () => {
    const used = new Set(bases.map((basis) => statePrecedence.findIndex(({ when }) => when(basis))))
    expect([...used].toSorted((a, b) => a - b)).toEqual(statePrecedence.map((_line, at) => at))
  })

  it('[LC6] has a meaning in words for every state that can be, and for no other', () => {
    expect([...new Set(bases.map(stateOf))].toSorted()).toEqual(Object.keys(stateMeanings).toSorted())
    for (const meaning of Object.values(stateMeanings)) expect(meaning).toMatch(/^[A-Z].*\.$/)
  })

  it('[LC3] lets what ends or stops a node come before what its link does', () => {
    const ending = ['RETIRED', 'DECOMMISSIONING', 'PROVISIONING', 'QUARANTINED', 'ENROLLED']
    const back = ['RETURNING', 'REPLAYING']
    for (const basis of bases) {
      const first = ending.find((phase) => phase === basis.phase) ?? back.find((mode) => mode === basis.mode) ?? ''
      expect([basis, stateOf(basis).startsWith(first)]).toEqual([basis, true])
    }
  })

  it('[LC3] has the states that the seed names', () => {
    const named = [...(/\*\*State\*\* is precise \(([^)]*)\)/.exec(seed)?.[1] ?? '').matchAll(/[A-Z_]+/g)].map(([name]) => name)
    expect(named).toEqual(['LIVE_OK', 'AUTONOMOUS_BUFFERING', 'REPLAYING_APPLYING'])
    for (const name of named) expect(Object.keys(stateMeanings)).toContain(name)
  })
})
