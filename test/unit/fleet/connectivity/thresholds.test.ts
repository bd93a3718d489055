import { expect, it } from 'vitest'
import { defaultThresholds } from '../../../../core/fleet/connectivity/assess.ts'
import { inheritThresholds } from '../../../../core/fleet/connectivity/thresholds.ts'

it('[CN10] takes each threshold from the nearest domain that sets it, and says from which', () => {
  const { thresholds, setBy, contradictions } = inheritThresholds([
    { domainId: 'cluster', thresholds: { slowRttMs: 9000 } },
    { domainId: 'region', thresholds: { slowRttMs: 3000, delayedAfterS: 30 } },
    { domainId: 'root', thresholds: { delayedAfterS: 20, recoverAfterContacts: 5 } },
  ])
  expect(thresholds).toEqual({ ...defaultThresholds, slowRttMs: 9000, delayedAfterS: 30, recoverAfterContacts: 5 })
  expect(setBy).toMatchObject({ slowRttMs: 'cluster', delayedAfterS: 'region', recoverAfterContacts: 'root', slowLossPct: null })
  expect(contradictions).toEqual([])
})

it('[CN10] says where inherited thresholds contradict each other, and repairs nothing', () => {
  const { thresholds, contradictions } = inheritThresholds([{ domainId: 'island', thresholds: { autonomousAfterS: 10 } }])
  expect(thresholds.autonomousAfterS).toBe(10)
  expect(contradictions).toEqual([
    'A node counts as lost after 10 s, before it counts as late after 15 s.',
    'A node counts as lost after 10 s, before its relay answers for it after 60 s.',
  ])
})
