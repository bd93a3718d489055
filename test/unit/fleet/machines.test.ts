import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { modeArrows, needsReturn, transitMode } from '../../../core/fleet/connectivity/mode-machine.ts'
import { drawModeMachine, drawPhaseMachine } from '../../../core/fleet/lifecycle/diagram.ts'
import { phaseArrows, transitPhase } from '../../../core/fleet/lifecycle/phase-machine.ts'
import { stateOf } from '../../../core/fleet/lifecycle/state.ts'
import { connectivityModes, phases } from '../../../core/fleet/node/node-record.ts'

/** The arrows of diagram 3A, read out of the seed itself. Its LIVE_OK is the mode LIVE. */
function arrowsOfSeed(): string[] {
  const seed = readFileSync(new URL('../../fixtures/spec/fleet-core-design-v0.md', import.meta.url), 'utf8')
  const diagram = /stateDiagram-v2([\s\S]*?)```/.exec(seed)?.[1] ?? ''
  return [...diagram.matchAll(/^\s*(\S+) --> (\S+?)(?::.*)?$/gm)].map(([, from, to]) => `${from} -> ${to}`.replaceAll('LIVE_OK', 'LIVE'))
}

describe('the machines', () => {
  const seed = arrowsOfSeed()
  const isMode = (name: string): boolean => connectivityModes.some((mode) => mode === name)

  it('[LC1] takes every arrow of 3A between phases, and adds none without a reason', () => {
    const wanted = seed
      .filter((arrow) => !arrow.includes('[*]'))
      // ACTIVE is the superstate of the modes, so an arrow from a mode to a phase is one from ACTIVE.
      .map((arrow) => arrow.split(' -> ').map((name, at) => (at === 0 && isMode(name) ? 'ACTIVE' : name)))
      .filter(([from, to]) => phases.some((phase) => phase === to) && from !== undefined)
      .map(([from, to]) => `${from} -> ${to}`)
    const ours = new Set(phaseArrows.filter((arrow) => arrow.addition === undefined).map(({ from, to }) => `${from} -> ${to}`))
    expect(wanted.length).toBeGreaterThan(10)
    expect([...ours].sort()).toEqual([...new Set(wanted)].sort())
    for (const { addition } of phaseArrows.filter((arrow) => arrow.addition !== undefined)) expect(addition).toMatch(/\w+.*\.$/)
  })

  it('[CN1] takes every arrow of 3A between modes, and adds none without a reason', () => {
    const wanted = seed
      .map((arrow) => arrow.split(' -> '))
      .filter(([from = '', to = '']) => isMode(to) && (isMode(from) || from === 'ACTIVE'))
      .map(([from, to]) => `${from === 'ACTIVE' ? 'null' : from} -> ${to}`)
    const direct = modeArrows.filter((arrow) => arrow.addition === undefined).map(({ from, to }) => `${from} -> ${to}`)
    // "ACTIVE -> AUTONOMOUS: connection lost" holds from each mode in which it is in contact.
    const lost = ['LIVE -> AUTONOMOUS', 'DELAYED -> AUTONOMOUS']
    expect(wanted.length).toBeGreaterThan(8)
    expect(direct.sort()).toEqual([...new Set([...wanted, ...lost])].sort())
    for (const { addition } of modeArrows.filter((arrow) => arrow.addition !== undefined)) expect(addition).toMatch(/\w+.*\.$/)
  })

  it('[CN1] leads back from being alone only through a return', () => {
    for (const from of ['AUTONOMOUS', 'DISCONNECTED'] as const) {
      expect(needsReturn(from)).toBe(true)
      const back = modeArrows.filter((arrow) => arrow.from === from && arrow.to !== 'DISCONNECTED').map(({ to }) => to)
      expect(back).toEqual(['RETURNING'])
    }
    expect(modeArrows.filter(({ from, to }) => from === 'RETURNING' && to === 'LIVE')).toEqual([])
  })

  it('[LC2] refuses in words, with what would be possible', () => {
    const refusal = transitPhase('RETIRED', 'activation')
    expect(refusal).toMatchObject({
      ok: false,
      refusal: { code: 'PHASE_TRANSITION_REFUSED', facts: { from: 'RETIRED', event: 'activation', possible: '' } },
    })
    const other = transitPhase('ENROLLED', 'recovery')
    expect(other.ok ? '' : other.refusal.sentence).toBe(
      'A node in ENROLLED does not take "recovery"; what it can take is activation, never used.',
    )
    expect(transitMode('LIVE', 'replay-complete')).toMatchObject({ ok: false, refusal: { code: 'MODE_TRANSITION_REFUSED' } })
  })

  it('[LC3] names the state by precedence', () => {
    const basis = { phase: 'ACTIVE', mode: 'LIVE', step: null, quarantineEvent: null } as const
    expect(stateOf(basis)).toBe('LIVE_OK')
    expect(stateOf({ ...basis, mode: 'AUTONOMOUS' })).toBe('AUTONOMOUS_BUFFERING')
    expect(stateOf({ ...basis, mode: 'REPLAYING', step: 'UPLOADING' })).toBe('REPLAYING_UPLOADING')
    expect(stateOf({ ...basis, mode: 'REPLAYING', step: 'RECONCILING' })).toBe('REPLAYING_APPLYING')
    expect(stateOf({ ...basis, phase: 'QUARANTINED', mode: 'REPLAYING', quarantineEvent: 'drift-violation' })).toBe('QUARANTINED_DRIFT')
    expect(stateOf({ ...basis, phase: 'QUARANTINED', quarantineEvent: 'trust-violation' })).toBe('QUARANTINED_TRUST')
    expect(stateOf({ ...basis, phase: 'RETIRED', mode: 'AUTONOMOUS' })).toBe('RETIRED')
    expect(stateOf({ ...basis, phase: 'DEGRADED', mode: 'DELAYED' })).toBe('DEGRADED_DELAYED')
  })

  it('[LC5] draws every arrow of the tables and marks where the node is', () => {
    const drawn = drawPhaseMachine('UPDATING')
    for (const { from, to } of phaseArrows) expect(drawn).toContain(`${from} --> ${to}`)
    expect(drawn).toContain('class UPDATING present')
    const modes = drawModeMachine('REPLAYING')
    for (const { from, to } of modeArrows) expect(modes).toContain(`${from ?? '[*]'} --> ${to}`)
    expect(modes.startsWith('stateDiagram-v2\n')).toBe(true)
  })
})
