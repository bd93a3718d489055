import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundText } from '../../../renderer/ui/bound-text.ts'
import { readStateMachine, waysOut, withoutLabels } from '../../../renderer/features/diagram/state-machine-text.ts'

const turning = /[\u200e\u200f\u202a-\u202e\u2066-\u2069\u061c]/
// biome-ignore lint: control characters are what this is about.
const controls = /[\u0000-\u001f\u007f-\u009f]/

describe('text from outside', () => {
  it('[UI7] is never longer than its place allows, and never cut through a character', () => {
    expect(boundText('A'.repeat(10_000), 160)).toHaveLength(161)
    expect(boundText('\u{1F9CA}'.repeat(500), 10)).toBe(`${'\u{1F9CA}'.repeat(10)}\u2026`)
    expect(boundText('pump', 160)).toBe('pump')
  })

  it('[UI7] loses the marks that turn what follows around, and control characters', () => {
    expect(boundText('\u202Egnp.exe\u202C', 160)).toBe('\u00b7gnp.exe\u00b7')
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 1, max: 200 }), (text, most) => {
        const bounded = boundText(text, most)
        expect(turning.test(bounded) || controls.test(bounded)).toBe(false)
        expect([...bounded].length).toBeLessThanOrEqual(most + 1)
      }),
    )
  })

  it('[UI7] stays as it is otherwise: markup is text, and so is mermaid', () => {
    for (const text of ['<img src=x onerror=alert(1)>', 'stateDiagram-v2 --> [*]: "x"', '\u0645\u0636\u062e\u0629 \u0667'])
      expect(boundText(text, 160)).toBe(text)
  })
})

describe('a machine in words', () => {
  const text = `stateDiagram-v2
    classDef present font-weight:bold
    [*] --> LIVE: begins live
    [*] --> AUTONOMOUS: begins alone
    LIVE --> AUTONOMOUS: Connection lost
    AUTONOMOUS --> RETURNING: Connection detected
    AUTONOMOUS --> DISCONNECTED
    class AUTONOMOUS present`

  it('[UI22] says which state is present and which ways lead out of it', () => {
    const machine = readStateMachine(text)
    expect(machine.present).toBe('AUTONOMOUS')
    expect(waysOut(machine)).toEqual([
      { from: 'AUTONOMOUS', to: 'RETURNING', label: 'Connection detected' },
      { from: 'AUTONOMOUS', to: 'DISCONNECTED', label: '' },
    ])
  })

  it('[UI22] is drawn without words in a narrow place, with the same states and arrows', () => {
    const narrow = withoutLabels(text)
    expect(narrow).not.toContain(':\u0020')
    expect(readStateMachine(narrow).arrows.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'LIVE AUTONOMOUS',
      'AUTONOMOUS RETURNING',
      'AUTONOMOUS DISCONNECTED',
    ])
    expect(readStateMachine(narrow).present).toBe('AUTONOMOUS')
  })

  it('[UI22] keeps a beginning that is the only one', () => {
    expect(withoutLabels('stateDiagram-v2\n    [*] --> PROVISIONING\n    PROVISIONING --> ENROLLED: Enrolment complete')).toContain(
      '[*] --> PROVISIONING',
    )
  })
})
