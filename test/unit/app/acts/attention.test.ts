/** What people do about the inbox: on the record, shown with who and why, and never hidden. */
import { afterEach, describe, expect, it } from 'vitest'
import { acknowledgeItem, assignItem, resolveItem, snoozeItem, weighAttention } from '../../../../core/app/acts/attention.ts'
import { quarantineNode } from '../../../../core/app/acts/nodes.ts'
import { createQueries } from '../../../../core/app/queries/queries.ts'
import { attentionItem } from '../../../../core/contract/domains.ts'
import { createIsland, type Island } from '../../../helpers/agent/island.ts'

const opened: (() => void)[] = []
afterEach(() => {
  for (const close of opened.splice(0).reverse()) close()
})

async function world() {
  const its: Island = await createIsland()
  opened.push(its.close)
  const first = (await its.join()).agent.view().nodeId
  const second = (await its.join()).agent.view().nodeId
  const act = () => ({ master: its.master(), actor: its.operator })
  for (const nodeId of [first, second]) quarantineNode(act(), { nodeId, reason: 'a trial' })
  const inbox = () =>
    createQueries(its.master().model)
      .attention()
      .map((item) => attentionItem.parse(item))
  const shown = () => inbox().map(({ nodeId, handling }) => [nodeId, handling?.shownAs ?? 'open'])
  const at = (seconds: number) => new Date(its.ports.clock.now() + seconds * 1000).toISOString()
  const codeOf = (attempt: () => unknown): unknown => {
    try {
      return attempt()
    } catch (error) {
      return (error as { readonly code: string }).code
    }
  }
  return { its, first, second, act, inbox, shown, at, codeOf, rootId: its.master().identity.rootDomainId }
}

describe('the inbox', () => {
  it('[AT5] [AT8] shows who is at an item and why, behind what is open', async () => {
    const { its, first, second, act, inbox, shown } = await world()
    expect(inbox().every(({ handling }) => handling === undefined)).toBe(true)
    const item = 'quarantined'
    acknowledgeItem(act(), { subject: first, item, note: 'seen' })
    assignItem(act(), { subject: first, item, operatorId: its.operator, note: '' })
    expect(shown()).toEqual([
      [second, 'open'],
      [first, 'acknowledged'],
    ])
    expect(inbox()[1]?.handling).toEqual({ shownAs: 'acknowledged', assignedTo: { id: its.operator, name: 'Test operator' }, why: 'seen' })
    expect(createQueries(its.master().model).domain(its.master().identity.rootDomainId).attention).toMatchObject([
      { nodeId: second },
      { nodeId: first, handling: { shownAs: 'acknowledged' } },
    ])
  })

  it('[AT6] [AT7] [AT8] opens again what was put off once its time is over, and what was resolved once it begins anew', async () => {
    const { its, first, second, act, shown, at, codeOf } = await world()
    const item = 'quarantined'
    snoozeItem(act(), { subject: first, item, until: at(600), reason: 'tomorrow' })
    resolveItem(act(), { subject: second, item, reason: 'it is meant' })
    expect(shown()).toEqual([
      [first, 'snoozed'],
      [second, 'resolved'],
    ])
    await its.ports.advance(601_000)
    expect(shown()[0]).toEqual([first, 'open'])
    expect(codeOf(() => snoozeItem(act(), { subject: first, item, until: at(-5), reason: 'x' }))).toBe('SNOOZE_OVER')
    expect(codeOf(() => snoozeItem(act(), { subject: first, item, until: at(40 * 86_400), reason: 'x' }))).toBe('SNOOZE_TOO_LONG')
    expect(codeOf(() => resolveItem(act(), { subject: first, item: 'drift', reason: 'x' }))).toBe('ATTENTION_ITEM_UNKNOWN')
    expect(codeOf(() => resolveItem(act(), { subject: first, item, reason: ' ' }))).toBe('ATTENTION_WITHOUT_REASON')
    expect(codeOf(() => assignItem(act(), { subject: first, item, operatorId: first, note: '' }))).toBe('OPERATOR_UNKNOWN')
    expect(codeOf(() => acknowledgeItem({ master: its.master(), actor: undefined }, { subject: first, item, note: '' }))).toBe(
      'OPERATOR_REQUIRED',
    )
  })

  it('[AT4] scores by the weights of the domain', async () => {
    const { inbox, act, rootId } = await world()
    const before = inbox()[0]?.score ?? 0
    weighAttention(act(), { domainId: rootId, weights: { quarantineOperator: 90 } })
    expect(before).toBeLessThan(90)
    expect(inbox()[0]?.score).toBeGreaterThanOrEqual(90)
    weighAttention(act(), { domainId: rootId, weights: {} })
    expect(inbox()[0]?.score).toBe(before)
  })
})
