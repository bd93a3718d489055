import { describe, expect, it } from 'vitest'
import { decideWaiver, evolveWaivers, type Waiver, waiverOver } from '../../../../core/fleet/drift/waiver.ts'

const granted = {
  waiverId: '01HZZZZZZZZZZZZZZZZZZZZZZW',
  path: '/configuration/a',
  until: '2026-06-01T00:00:00.000Z',
  reason: 'spare part',
}
const grant = { type: 'ibcf.waiver.granted.v1', subject: 'node', actor: 'ada', data: granted } as const
const revoke = { type: 'ibcf.waiver.revoked.v1', subject: 'node', data: { waiverId: granted.waiverId, reason: 'replaced' } } as const
const before = Date.parse('2026-05-31T23:59:59.000Z')
const code = (waivers: readonly Waiver[], act: Parameters<typeof decideWaiver>[1], nowMs = before): string => {
  const decided = decideWaiver(waivers, act, nowMs)
  return decided.ok ? 'ok' : decided.refusal.code
}

describe('waivers', () => {
  it('[DR6] hold from their event until their date or their revocation, with who granted them', () => {
    const held = evolveWaivers([], grant)
    expect(held).toEqual([{ ...granted, subject: 'node', grantedBy: 'ada', isRevoked: false }])
    expect(evolveWaivers(held, grant)).toBe(held)
    expect(waiverOver(held, '/configuration/a/b', before)?.waiverId).toBe(granted.waiverId)
    expect(waiverOver(held, '/configuration/ab', before)).toBeUndefined()
    expect(waiverOver(held, '/configuration', before)).toBeUndefined()
    expect(waiverOver(held, '/configuration/a', Date.parse(granted.until))).toBeUndefined()
    expect(waiverOver(evolveWaivers(held, revoke), '/configuration/a', before)).toBeUndefined()
  })

  it('[DR8] are granted once, with a reason and a date to come, and revoked when they are there', () => {
    const held = evolveWaivers([], grant)
    expect(code([], { type: 'grant', waiver: granted })).toBe('ok')
    expect(code([], { type: 'grant', waiver: { ...granted, reason: ' ' } })).toBe('WAIVER_WITHOUT_REASON')
    expect(code([], { type: 'grant', waiver: granted }, Date.parse(granted.until))).toBe('WAIVER_OVER')
    expect(code(held, { type: 'grant', waiver: granted })).toBe('WAIVER_KNOWN')
    expect(code(held, { type: 'revoke', waiverId: granted.waiverId, reason: 'replaced' })).toBe('ok')
    expect(code([], { type: 'revoke', waiverId: granted.waiverId, reason: 'replaced' })).toBe('WAIVER_UNKNOWN')
    expect(code(evolveWaivers(held, revoke), { type: 'revoke', waiverId: granted.waiverId, reason: 'again' })).toBe('WAIVER_UNKNOWN')
  })
})
