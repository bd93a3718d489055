import { expect, it } from 'vitest'
import type { ChangeTick } from '../../../core/contract/live.ts'
import { createQueries } from '../../../renderer/client/queries.ts'
import type { MasterClient } from '../../../renderer/client/rpc.ts'

const tickOf = (topics: ChangeTick['topics'], domainIds: readonly string[]): ChangeTick => ({
  position: 7,
  at: '2026-01-01T00:00:00.000Z',
  topics: [...topics],
  nodeIds: ['node'],
  domainIds: [...domainIds],
  isPartial: false,
})

it('[UI1] asks again for a region, and for its paths, when a node of a place below it changes', () => {
  // What a question rests on is told without asking it.
  const queries = createQueries({} as MasterClient)
  for (const query of [queries.domain('region'), queries.topology('region', 400)]) {
    expect(query.isTouchedBy(tickOf(['nodes'], ['place']))).toBe(true)
    expect(query.isTouchedBy(tickOf(['presence'], []))).toBe(true)
    expect(query.isTouchedBy(tickOf(['operators'], []))).toBe(false)
  }
})
