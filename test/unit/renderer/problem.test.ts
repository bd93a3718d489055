import { ORPCError } from '@orpc/client'
import { describe, expect, it } from 'vitest'
import { isWorthRetrying, type Problem, toRadioText } from '../../../renderer/client/problem.ts'
import { toProblem } from '../../../renderer/client/rpc.ts'

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

describe('what a failed call means', () => {
  it('[UI3] the stable code is the one that the master gave, not the kind it travelled under', () => {
    const told = new ORPCError('REJECTED', {
      status: 422,
      message: 'The demo island is in memory only.',
      data: { code: 'NOTHING_KEPT', facts: { file: null } },
    })
    expect(toProblem(told)).toEqual({
      kind: 'REJECTED',
      code: 'NOTHING_KEPT',
      sentence: 'The demo island is in memory only.',
      facts: { file: null },
    })
  })

  it('[UI3] without a code of ours it is told by its kind, and without an answer as the connection', () => {
    expect(toProblem(new ORPCError('NOT_FOUND', { status: 404, message: 'Not found' }))).toMatchObject({
      kind: 'NOT_FOUND',
      code: 'NOT_FOUND',
    })
    expect(toProblem(new TypeError('Failed to fetch'))).toMatchObject({ kind: 'OFFLINE', code: 'MASTER_UNREACHABLE' })
  })
})
