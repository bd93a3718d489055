/** Maintenance as a rule: one is open at a time, it ends by its instant, and it explains only what work explains. */
import { describe, expect, it } from 'vitest'
import {
  decideMaintenance,
  evolveMaintenance,
  isExplained,
  type Maintenance,
  maintenanceAt,
} from '../../../../core/fleet/shift/maintenance.ts'
import { evolveNotes, type Note, notesKeptAtMost } from '../../../../core/fleet/shift/note.ts'
import type { MaintenanceEvent } from '../../../../core/fleet/shift/shift-events.ts'

const first = '01HZZZZZZZZZZZZZZZZZZZZZZA'
const second = '01HZZZZZZZZZZZZZZZZZZZZZZB'
const at = (hour: number): string => `2026-05-01T${String(hour).padStart(2, '0')}:00:00.000Z`
const begun = (maintenanceId: string, hour: number, until: number): MaintenanceEvent => ({
  type: 'ibcf.maintenance.begun.v1',
  at: at(hour),
  actor: 'ada',
  data: { maintenanceId, until: at(until), reason: 'a new pump' },
})
const ended = (maintenanceId: string, hour: number, cause: 'person' | 'time'): MaintenanceEvent => ({
  type: 'ibcf.maintenance.ended.v1',
  at: at(hour),
  actor: cause === 'person' ? 'bo' : null,
  data: { maintenanceId, cause, reason: '' },
})
const after = (...events: readonly MaintenanceEvent[]): readonly Maintenance[] => events.reduce(evolveMaintenance, [])
const codeOf = (result: ReturnType<typeof decideMaintenance>): string => (result.ok ? 'ok' : result.refusal.code)

describe('maintenance', () => {
  it('[SF1] [SF2] holds until its instant, or until somebody ends or replaces it', () => {
    const known = after(begun(first, 8, 10))
    expect(maintenanceAt(known, Date.parse(at(9)))?.reason).toBe('a new pump')
    expect(maintenanceAt(known, Date.parse(at(10)))).toBeUndefined()
    const replaced = after(begun(first, 8, 10), begun(second, 9, 12))
    expect(maintenanceAt(replaced, Date.parse(at(9)))?.maintenanceId).toBe(second)
    expect(replaced[0]?.ended?.cause).toBe('replaced')
    expect(maintenanceAt(after(begun(first, 8, 10), ended(first, 9, 'person')), Date.parse(at(9)))).toBeUndefined()
    // Said again, or of one that is over: nothing changes.
    expect(after(begun(first, 8, 10), ended(first, 9, 'person'), ended(first, 10, 'time'))[0]?.ended).toMatchObject({
      cause: 'person',
      by: 'bo',
    })
    expect(after(begun(first, 8, 10), begun(first, 9, 12))).toHaveLength(1)
  })

  it('[SF1] refuses what has no reason, is over, too long, or unknown', () => {
    const nowMs = Date.parse(at(9))
    const known = after(begun(first, 8, 10))
    expect(codeOf(decideMaintenance([], { type: 'begin', until: at(10), reason: ' ' }, nowMs))).toBe('MAINTENANCE_WITHOUT_REASON')
    expect(codeOf(decideMaintenance([], { type: 'begin', until: at(9), reason: 'x' }, nowMs))).toBe('MAINTENANCE_OVER')
    expect(codeOf(decideMaintenance([], { type: 'begin', until: '2026-05-08T09:00:00.001Z', reason: 'x' }, nowMs))).toBe(
      'MAINTENANCE_TOO_LONG',
    )
    expect(codeOf(decideMaintenance([], { type: 'begin', until: '2026-05-08T09:00:00.000Z', reason: 'x' }, nowMs))).toBe('ok')
    expect(codeOf(decideMaintenance(known, { type: 'end', maintenanceId: second, reason: 'x' }, nowMs))).toBe('MAINTENANCE_UNKNOWN')
    expect(codeOf(decideMaintenance(known, { type: 'end', maintenanceId: first, reason: 'x' }, nowMs))).toBe('ok')
    expect(codeOf(decideMaintenance(known, { type: 'end', maintenanceId: first, reason: 'x' }, Date.parse(at(11))))).toBe(
      'MAINTENANCE_UNKNOWN',
    )
  })

  it('[SF4] explains silence and ill health, and neither quarantine, evidence nor a contest', () => {
    const of = (...kinds: readonly ('health' | 'sync-debt' | 'stale' | 'drift' | 'evidence' | 'quarantined' | 'authority')[]) =>
      kinds.map((kind) => ({ kind }))
    expect(isExplained(of('health', 'sync-debt', 'stale', 'drift'), 'ACTIVE')).toBe(true)
    expect(isExplained(of('health'), 'QUARANTINED')).toBe(false)
    expect(isExplained(of('health', 'quarantined'), 'ACTIVE')).toBe(false)
    expect(isExplained(of('health', 'evidence'), 'ACTIVE')).toBe(false)
    expect(isExplained(of('authority'), undefined)).toBe(false)
  })
})

describe('the log book', () => {
  it('[SF6] keeps the newest notes of an object, each once', () => {
    const note = (number: number): Note => ({ noteId: `n${number}`, at: at(9), by: 'ada', text: `note ${number}` })
    const many = Array.from({ length: notesKeptAtMost + 5 }, (_, number) => note(number))
    const kept = [...many, note(notesKeptAtMost)].reduce(evolveNotes, [])
    expect(kept).toHaveLength(notesKeptAtMost)
    expect(kept.at(-1)?.text).toBe(`note ${notesKeptAtMost + 4}`)
  })
})
