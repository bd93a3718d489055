/** What the courier desk derives: the step that is lit, the form of packing, what fits. */
import { describe, expect, it } from 'vitest'
import {
  anyone,
  changesNothing,
  everything,
  fillOf,
  inAirlock,
  inOrder,
  isAllFitting,
  isPart,
  type Bundle,
  type Import,
  type PackForm,
  type Plan,
  type Preview,
  readPackForm,
  sharesOf,
  stepOf,
} from '../../../renderer/features/courier/model.ts'

const form: PackForm = {
  station: 'ISLAND',
  directory: '/media/stick',
  scopeDomainId: everything,
  withFacts: true,
  withBulk: true,
  isFull: false,
  limit: 'volume',
  megabytes: '100',
  minutes: '10',
  kilobits: '64',
  carriedBy: ' Kim ',
  due: '',
}

describe('the airlock', () => {
  it('[CU14] lights one step at a time, and says where it broke', () => {
    const lit = (stage: Import['stage'], problem: Import['problem'] = null) => {
      const { step, isOver, isBroken } = stepOf({ stage, problem })
      return `${step}${isOver ? ' over' : ''}${isBroken ? ' broken' : ''}`
    }
    expect(lit('inspecting')).toBe('read')
    expect(lit('failed')).toBe('read broken')
    expect(lit('inspected', { code: 'X', sentence: '' })).toBe('effect broken')
    expect(lit('previewing')).toBe('effect')
    expect(lit('previewed')).toBe('effect')
    expect(lit('applying')).toBe('take-in')
    expect(lit('applied')).toBe('receipt over')
  })

  it('[CU14] holds the newest until a person has done with it', () => {
    const one = (importId: string, isPutAway: boolean) => ({ importId, isPutAway }) as Import
    expect(inAirlock([])).toBeUndefined()
    expect(inAirlock([one('B', false), one('A', true)])?.importId).toBe('B')
    expect(inAirlock([one('B', true), one('A', false)])).toBeUndefined()
  })

  it('[CU14] tells a part from the whole, and nothing from something', () => {
    const preview = { refused: [], waiting: [], forks: [], newEvents: { control: 0, fact: 0, bulk: 0 } } as unknown as Preview
    expect([isPart(preview), changesNothing(preview)]).toEqual([false, true])
    const waiting = { ...preview, waiting: [{ log: 'x', from: 3, expected: 1 }] }
    expect([isPart(waiting), changesNothing(waiting)]).toEqual([true, false])
    expect(changesNothing({ ...preview, newEvents: { control: 0, fact: 0, bulk: 2 } })).toBe(false)
  })
})

describe('packing', () => {
  it('[CU13] asks for what the form says, encrypted for a station and plain for anyone', () => {
    expect(readPackForm(form)).toMatchObject({
      problems: [],
      pack: {
        forMasterId: 'ISLAND',
        directory: '/media/stick',
        carriedBy: 'Kim',
        dueAt: null,
        encryption: 'recipient',
        isFull: false,
        budgetBytes: null,
      },
    })
    expect(readPackForm({ ...form, station: anyone }).pack).toMatchObject({ forMasterId: null, encryption: 'plain', isFull: true })
    expect(readPackForm({ ...form, withBulk: false }).plan?.lanes).toEqual(['control', 'fact'])
    expect(readPackForm({ ...form, withBulk: false, withFacts: false }).plan?.lanes).toEqual(['control'])
    expect(readPackForm({ ...form, limit: 'bytes', megabytes: '1,5' }).plan?.budgetBytes).toBe(1_500_000)
    expect(readPackForm({ ...form, limit: 'link' }).plan?.link).toEqual({ minutes: 10, bitsPerSecond: 64_000 })
    expect(readPackForm({ ...form, due: '2026-11-30' }).pack?.dueAt).toBe('2026-11-30T23:59:59.000Z')
  })

  it('[CU13] says what is missing or wrong, and plans as soon as it can', () => {
    expect(readPackForm({ ...form, station: '' })).toMatchObject({ problems: ['station-missing'], plan: null, pack: null })
    const withoutStick = readPackForm({ ...form, directory: '' })
    expect(withoutStick).toMatchObject({ problems: ['directory-missing'], pack: null })
    expect(withoutStick.plan?.directory).toBeNull()
    for (const megabytes of ['', '0', '-3', 'many'])
      expect(readPackForm({ ...form, limit: 'bytes', megabytes }).problems).toEqual(['limit-malformed'])
    for (const due of ['soon', '2026-02-30', '30.11.2026'])
      expect(readPackForm({ ...form, due })).toMatchObject({ problems: ['due-malformed'], pack: null })
  })

  it('[CU13] shows what fits in the order in which it goes', () => {
    const lane = (events: number) => ({ logs: 1, events })
    const plan: Plan = {
      fits: { control: lane(5), fact: lane(3), bulk: lane(0), blobs: { count: 0, bytes: 0 } },
      staysBehind: { control: lane(0), fact: lane(0), bulk: lane(9), blobs: { count: 1, bytes: 5 } },
      estimatedBytes: 50,
      limitBytes: 100,
      since: null,
    }
    expect(sharesOf(plan).map(({ id, fits, behind }) => `${id} ${fits} ${behind}`)).toEqual([
      'control 5 0',
      'fact 3 0',
      'bulk 0 9',
      'blobs 0 1',
    ])
    expect([isAllFitting(plan), fillOf(plan), fillOf({ ...plan, limitBytes: null })]).toEqual([false, 0.5, null])
  })

  it('[CU14] lists what is late first, then what is on its way', () => {
    const one = (bundleId: string, stage: Bundle['stage'], isOverdue = false) => ({ bundleId, stage, isOverdue }) as Bundle
    const listed = inOrder([one('D', 'receipt-back'), one('C', 'lost'), one('B', 'in-transit'), one('A', 'packed', true)])
    expect(listed.map(({ bundleId }) => bundleId)).toEqual(['A', 'B', 'D', 'C'])
  })
})
