import { describe, expect, it } from 'vitest'
import { isAppError } from '../../../core/kernel/app-error.ts'
import { shippedIsland } from '../../../core/simulator/demo-island.ts'
import { nodePlansOf, readIslandPlan } from '../../../core/simulator/island-plan.ts'

const codeOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (isAppError(error)) return error.code
    throw error
  }
  return 'nothing'
}

describe('the description of the island', () => {
  const plan = shippedIsland()
  const nodes = nodePlansOf(plan)

  it('[SM7] has two hundred nodes of its own, six of them relays, and some that wait', () => {
    expect(nodes.filter(({ asksMinutesAgo }) => asksMinutesAgo === undefined)).toHaveLength(200)
    expect(nodes.filter(({ isRelay, kind }) => isRelay && (kind === 'RELAY' || kind === 'GATEWAY'))).toHaveLength(6)
    expect(nodes.filter(({ asksMinutesAgo }) => asksMinutesAgo !== undefined)).toHaveLength(3)
    expect(plan.domains).toHaveLength(5)
  })

  it('[SM7] names everything once, and names only what is there', () => {
    const names = nodes.map(({ name }) => name)
    const domains = new Set(['island', ...plan.domains.map(({ key }) => key)])
    const relays = new Set(nodes.filter(({ isRelay }) => isRelay).map(({ name }) => name))
    expect(new Set(names).size).toBe(names.length)
    expect(new Set(nodes.map(({ serial }) => serial)).size).toBe(names.length)
    expect(nodes.filter(({ domain }) => !domains.has(domain))).toEqual([])
    expect(nodes.filter(({ machine }) => plan.machines[machine] === undefined)).toEqual([])
    expect(nodes.filter(({ via }) => via !== undefined && !relays.has(via))).toEqual([])
    expect(plan.groups.filter(({ via }) => via !== undefined && !plan.relays.some(({ key }) => key === via))).toEqual([])
    expect([...plan.story, ...plan.changedByHand].filter(({ node }) => !names.includes(node))).toEqual([])
    expect(names.filter((name) => name.includes('{'))).toEqual([])
  })

  it('[SM7] shows in each machine the signal that its failing check is told by', () => {
    const silent = Object.entries(plan.machines).filter(([, { signals, check }]) => !signals.some(({ name }) => name === check.signal))
    expect(silent).toEqual([])
  })

  it('[SM15] is refused with the place where it is wrong', () => {
    expect(codeOf(() => readIslandPlan({ ...plan, relays: 'none' }))).toBe('DEMO_DATA_DAMAGED')
    expect(codeOf(() => readIslandPlan(undefined))).toBe('DEMO_DATA_DAMAGED')
    expect(codeOf(() => readIslandPlan(JSON.parse(JSON.stringify(plan))))).toBe('nothing')
  })
})
