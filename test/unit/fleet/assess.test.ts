import { describe, expect, it } from 'vitest'
import { assessContact, type ContactEvidence, defaultThresholds, nextDeadline } from '../../../core/fleet/connectivity/assess.ts'
import { transitMode } from '../../../core/fleet/connectivity/mode-machine.ts'
import { connectivityModes } from '../../../core/fleet/node/node-record.ts'

const second = 1000
const base: ContactEvidence = {
  mode: 'LIVE',
  nowMs: 1_000_000,
  lastContactMs: 1_000_000,
  contactEveryMs: 10 * second,
  autonomyBudgetMs: 3600 * second,
  thresholds: defaultThresholds,
  link: null,
  goodContacts: 0,
  slowContacts: 0,
  isRelayed: false,
}
const silent = (seconds: number, more: Partial<ContactEvidence> = {}): ContactEvidence => ({
  ...base,
  lastContactMs: base.nowMs - seconds * second,
  ...more,
})

describe('assessing contact', () => {
  it('[CN2] counts silence from when the node was due', () => {
    expect(assessContact(silent(24))).toBeUndefined()
    expect(assessContact(silent(25))?.to).toBe('DELAYED')
    const weekly = 7 * 24 * 3600
    expect(assessContact(silent(3 * 24 * 3600, { mode: 'EDGE_CACHED', contactEveryMs: weekly * second }))).toBeUndefined()
    expect(assessContact(silent(weekly + 181, { mode: 'EDGE_CACHED', contactEveryMs: weekly * second }))?.to).toBe('AUTONOMOUS')
  })

  it('[CN3] wants several slow contacts for DELAYED and several good ones for LIVE', () => {
    const link = { rtt_ms: 4000, loss_pct: 0, bandwidth_kbps: 64 }
    expect(assessContact({ ...base, link, slowContacts: 2 })).toBeUndefined()
    expect(assessContact({ ...base, link, slowContacts: 3 })).toEqual({
      to: 'DELAYED',
      event: 'latency-threshold',
      reason: 'Round trip 4000 ms, above 1500 ms.',
    })
    expect(assessContact({ ...base, mode: 'DELAYED', goodContacts: 2 })).toBeUndefined()
    expect(assessContact({ ...base, mode: 'DELAYED', goodContacts: 3 })?.to).toBe('LIVE')
  })

  it('[CN4] is AUTONOMOUS when contact is lost, DISCONNECTED beyond the budget counted from there', () => {
    expect(assessContact(silent(190))?.to).toBe('AUTONOMOUS')
    expect(assessContact(silent(190 + 3599, { mode: 'AUTONOMOUS' }))).toBeUndefined()
    expect(assessContact(silent(190 + 3600, { mode: 'AUTONOMOUS' }))?.to).toBe('DISCONNECTED')
    expect(assessContact(silent(190, { mode: 'AUTONOMOUS', autonomyBudgetMs: 0 }))?.to).toBe('DISCONNECTED')
  })

  it('[CN6] is EDGE_CACHED by long periods, or while its relay answers for it', () => {
    expect(assessContact({ ...base, mode: null, contactEveryMs: 3600 * second })?.to).toBe('EDGE_CACHED')
    expect(assessContact(silent(71, { mode: 'DELAYED', isRelayed: true }))?.to).toBe('EDGE_CACHED')
    expect(assessContact(silent(71, { mode: 'DELAYED' }))).toBeUndefined()
  })

  it('[CN1] asks only for moves that the machine has, whatever the evidence', () => {
    for (const mode of [null, ...connectivityModes]) {
      for (const seconds of [0, 5, 26, 71, 191, 10_000]) {
        for (const isRelayed of [true, false]) {
          for (const contactEveryMs of [10 * second, 3600 * second]) {
            for (const contacts of [0, 3]) {
              const evidence = silent(seconds, { mode, isRelayed, contactEveryMs, goodContacts: contacts })
              const asked = assessContact(evidence)
              if (asked === undefined) continue
              const arrow = transitMode(mode, asked.event)
              expect(arrow.ok && arrow.value.to, `${mode} ${JSON.stringify(asked)}`).toBe(asked.to)
            }
          }
        }
      }
    }
  })

  it('[CN7] names the instant at which silence changes the mode, and not an earlier one', () => {
    for (const mode of ['LIVE', 'DELAYED', 'EDGE_CACHED', 'AUTONOMOUS'] as const) {
      const evidence = { ...base, mode, isRelayed: mode === 'EDGE_CACHED' }
      const deadline = nextDeadline(evidence)
      expect(deadline).toBeDefined()
      expect(assessContact({ ...evidence, nowMs: (deadline ?? 0) - 1 })).toBeUndefined()
      expect(assessContact({ ...evidence, nowMs: deadline ?? 0 })).toBeDefined()
    }
    expect(nextDeadline({ ...base, mode: 'REPLAYING' })).toBeUndefined()
  })
})
