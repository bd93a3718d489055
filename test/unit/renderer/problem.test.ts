import { describe, expect, it } from 'vitest'
import { isWorthRetrying, type Problem, toRadioText } from '../../../renderer/client/problem.ts'

const refused: Problem = {
  kind: 'REJECTED',
  code: 'ROLE_TOO_LOW',
  sentence: 'A viewer may look but not act.',
  facts: { role: 'viewer', needed: 'operator' },
}

describe('failures', () => {
  it('[UI3] are read over the radio as code, sentence, facts, place and fingerprint, a line each', () => {
    expect(toRadioText(refused, { place: 'w/main/node/X', fingerprint: ['anchor', 'birch'] })).toBe(
      'CODE ROLE_TOO_LOW\nA viewer may look but not act.\nrole viewer\nneeded operator\nAT w/main/node/X\nFINGERPRINT anchor birch',
    )
  })

  it('[UI3] leave out what is not known rather than say nothing in words', () => {
    expect(toRadioText({ ...refused, sentence: '', facts: {} }, { place: 'w/main/', fingerprint: [] })).toBe(
      'CODE ROLE_TOO_LOW\nAT w/main/',
    )
  })

  it('[UI3] offer another try only where the moment or the connection is the cause', () => {
    const kinds = [
      'REJECTED',
      'INVALID',
      'CONFLICT',
      'UNAUTHORISED',
      'INCOMPATIBLE',
      'NOT_FOUND',
      'UNAVAILABLE',
      'CORRUPT',
      'BUG',
      'OFFLINE',
    ] as const
    expect(kinds.filter((kind) => isWorthRetrying({ ...refused, kind }))).toEqual(['UNAVAILABLE', 'OFFLINE'])
  })
})
