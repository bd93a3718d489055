/** A shift at its desk: it works on a node, writes down what it saw, and hands over. */
import { afterEach, describe, expect, it } from 'vitest'
import { quarantineNode } from '../../../../core/app/acts/nodes.ts'
import { beginMaintenance, endMaintenance, writeNote } from '../../../../core/app/acts/shift.ts'
import { createDomain } from '../../../../core/app/acts/domains.ts'
import { createQueries } from '../../../../core/app/queries/queries.ts'
import { clocksView, maintenanceList, noteList, shiftSheet } from '../../../../core/contract/shift.ts'
import { createIsland, type Island } from '../../../helpers/agent/island.ts'

const opened: (() => void)[] = []
afterEach(() => {
  for (const close of opened.splice(0).reverse()) close()
})

async function world() {
  const its: Island = await createIsland()
  opened.push(its.close)
  const joined = await its.join()
  const nodeId = joined.agent.view().nodeId
  const act = () => ({ master: its.master(), actor: its.operator })
  const queries = () => createQueries(its.master().model)
  const at = (seconds: number) => new Date(its.ports.clock.now() + seconds * 1000).toISOString()
  const shown = () =>
    queries()
      .attention()
      .map((item) => [item.nodeId, item.handling?.shownAs ?? 'open'])
  const codeOf = (attempt: () => unknown): unknown => {
    try {
      return attempt()
    } catch (error) {
      return (error as { readonly code: string }).code
    }
  }
  return { its, joined, nodeId, act, queries, at, shown, codeOf, rootId: its.master().identity.rootDomainId as string }
}

describe('maintenance', () => {
  it('[SF2] [SF3] [SF5] puts aside what a silent node needs, and gives it back when its instant has passed', async () => {
    const { its, joined, nodeId, act, queries, at, shown, rootId } = await world()
    joined.link.isUp = false
    for (let hours = 0; hours < 100 && shown().length === 0; hours += 5) await its.ports.advance(5 * 3_600_000)
    expect(shown()).toEqual([[nodeId, 'open']])
    const { maintenanceId } = beginMaintenance(act(), { subject: rootId, until: at(3600), reason: 'the mast is down' })
    expect(shown()).toEqual([[nodeId, 'maintenance']])
    expect(queries().attention()[0]?.handling?.why).toContain('the mast is down')
    const over = maintenanceList.parse(queries().maintenance({ over: nodeId }))
    expect(over.items).toMatchObject([
      { maintenanceId, subjectId: rootId, subjectKind: 'domain', state: 'holds', begunBy: 'Test operator' },
    ])
    await its.ports.advance(3_700_000)
    expect(shown()).toEqual([[nodeId, 'open']])
    expect(queries().maintenance({}).items).toEqual([])
    // It was said, by the master alone.
    expect(queries().maintenance({ from: at(-7200) }).items).toMatchObject([{ state: 'ended', ended: { cause: 'time', by: null } }])
  })

  it('[SF1] [SF4] never hides what is in quarantine, and is ended by a person', async () => {
    const { its, nodeId, act, queries, at, shown, codeOf } = await world()
    const { maintenanceId } = beginMaintenance(act(), { subject: nodeId, until: at(600), reason: 'new disk' })
    quarantineNode(act(), { nodeId, reason: 'a trial' })
    expect(shown()).toEqual([[nodeId, 'open']])
    endMaintenance(act(), { subject: nodeId, maintenanceId, reason: 'done' })
    expect(queries().maintenance({ over: nodeId }).items).toEqual([])
    expect(codeOf(() => endMaintenance(act(), { subject: nodeId, maintenanceId, reason: 'again' }))).toBe('MAINTENANCE_UNKNOWN')
    expect(codeOf(() => beginMaintenance(act(), { subject: its.operator, until: at(60), reason: 'x' }))).toBe('SUBJECT_UNKNOWN')
    const nobody = { master: its.master(), actor: undefined }
    expect(codeOf(() => beginMaintenance(nobody, { subject: nodeId, until: at(60), reason: 'x' }))).toBe('OPERATOR_REQUIRED')
  })
})

describe('the sheet', () => {
  it('[SF6] [SF7] tells what happened since, what was noted and what is open', async () => {
    const { its, nodeId, act, queries, at, rootId, codeOf } = await world()
    writeNote(act(), { subject: nodeId, text: 'written before' })
    await its.ports.advance(60_000)
    const from = at(0)
    await its.ports.advance(1000)
    quarantineNode(act(), { nodeId, reason: 'it smells of smoke' })
    writeNote(act(), { subject: nodeId, text: 'the fan is loud' })
    writeNote(act(), { subject: rootId, text: 'quiet night' })
    beginMaintenance(act(), { subject: nodeId, until: at(600), reason: 'a new fan' })
    createDomain(act(), { name: 'Jetty', parentId: rootId, level: 'LOCAL' })
    const sheet = shiftSheet.parse(queries().shiftSheet({ from }))
    expect(sheet.transitions).toMatchObject([{ nodeId, to: 'QUARANTINED', actorName: 'Test operator' }])
    expect(sheet.acts.map(({ type }) => type)).toEqual(['ibcf.domain.created.v1', 'ibcf.maintenance.begun.v1'])
    expect(sheet.notes.map(({ text, by }) => [text, by])).toEqual([
      ['quiet night', 'Test operator'],
      ['the fan is loud', 'Test operator'],
    ])
    expect(sheet.attention).toMatchObject([{ nodeId, kind: 'quarantined' }])
    expect(sheet.maintenance).toMatchObject([{ subjectId: nodeId, reason: 'a new fan' }])
    expect(sheet.authority).toMatchObject([{ domainId: rootId, authority: { standing: 'held-here' } }])
    expect(sheet.held.fingerprint).toHaveLength(6)
    expect(sheet.readBackTo).toBeNull()
    expect(noteList.parse(queries().notes({ subject: nodeId, limit: 10 })).items).toHaveLength(2)
    expect(codeOf(() => writeNote(act(), { subject: '01HZZZZZZZZZZZZZZZZZZZZZZZ', text: 'x' }))).toBe('SUBJECT_UNKNOWN')
  })

  it('[SF9] says how far clocks are off, and doubts this machine when the nodes agree against it', async () => {
    const { its, nodeId, queries } = await world()
    const clocks = () => clocksView.parse(queries().clocks())
    expect(clocks()).toMatchObject({
      laptop: { verdict: 'unknown', behindOwnLogMs: 0 },
      nodes: { known: 1, doubtful: 0, worst: [{ nodeId }] },
    })
    const { clocks: samples } = its.master().model.memory
    const heard = its.master().model.presence.of(nodeId as never)
    if (heard === undefined) throw new Error('the node was not heard')
    const at = its.ports.clock.now()
    for (const id of ['A', 'B', 'C'])
      samples.take(`01HZZZZZZZZZZZZZZZZZZZZZZ${id}` as never, { ...heard, clock: { offsetMs: 900_000, at } })
    expect(clocks()).toMatchObject({ laptop: { verdict: 'off', medianNodeOffsetMs: 900_000 }, nodes: { doubtful: 3 } })
    samples.take('01HZZZZZZZZZZZZZZZZZZZZZZA' as never, undefined)
    expect(clocks().nodes.doubtful).toBe(2)
  })
})
