/** Where a command stands: the table, its drawing, and what any set of events about it makes of it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isApproved, judgeApproval } from '../../../../core/fleet/command/approval.ts'
import { type Carriage, evolveDecisions, evolveFacts, noDecisions, noFacts, stageOf } from '../../../../core/fleet/command/command-state.ts'
import { drawCommandStages } from '../../../../core/fleet/command/diagram.ts'
import {
  type CommandStage,
  commandStages,
  isBeforeStart,
  isOver,
  stageArrows,
  transitStage,
} from '../../../../core/fleet/command/stage-machine.ts'
import type { EventEnvelope } from '../../../../core/kernel/event.ts'
import { ada, ben, bodyDigest, commandId, eventOf, issuedData, life } from './commands.ts'

describe('the stages of a command', () => {
  it('[CM3] have an arrow for everything that the design names, and every stage is reached', () => {
    const path = (...stages: CommandStage[]): void => {
      for (const [index, from] of stages.slice(0, -1).entries()) {
        expect(stageArrows.some((arrow) => arrow.from === from && arrow.to === stages[index + 1])).toBe(true)
      }
    }
    path('issued', 'queued', 'exported', 'received', 'started', 'applied')
    path('issued', 'queued', 'sent', 'received', 'started', 'outcome-unknown', 'rejected')
    const reached = new Set(stageArrows.map(({ to }) => to))
    for (const stage of commandStages) expect(stage === 'issued' || reached.has(stage)).toBe(true)
    // No two arrows leave a stage by one event.
    expect(new Set(stageArrows.map(({ from, event }) => `${from} ${event}`)).size).toBe(stageArrows.length)
  })

  it('[CM3] refuse in words, with what would be possible', () => {
    expect(transitStage('queued', 'delivery')).toMatchObject({ ok: true, value: { to: 'sent' } })
    const refusal = transitStage('applied', 'cancellation')
    expect(refusal).toMatchObject({ ok: false, refusal: { code: 'COMMAND_STAGE_REFUSED', facts: { possible: '' } } })
    expect(transitStage('outcome-unknown', 'start')).toMatchObject({
      refusal: {
        sentence: 'A command that is outcome unknown does not take "start"; what it can take is finding applied, finding rejected, effect.',
      },
    })
  })

  it('[CM3] are drawn from the table, with the present one marked', () => {
    const drawn = drawCommandStages('outcome-unknown')
    expect(drawn.startsWith('stateDiagram-v2\n')).toBe(true)
    for (const { from, to } of stageArrows) expect(drawn).toContain(`${from.replaceAll('-', '_')} --> ${to.replaceAll('-', '_')}`)
    expect(drawn).toContain('applied --> [*]')
    expect(drawn).toContain('class outcome_unknown present')
    expect(drawCommandStages(null)).not.toContain('present\n    class')
  })
})

const carriages: readonly Carriage[] = [
  { isExported: false, isSent: false },
  { isExported: true, isSent: false },
  { isExported: true, isSent: true },
]
const decisionsAbout = (): EventEnvelope[] => [
  eventOf('ibcf.command.issued.v1', issuedData({ kind: 'install-artifact' })),
  eventOf('ibcf.command.approved.v1', { bodyDigest, reason: '' }, { actor: ben }),
  eventOf('ibcf.command.cancelled.v1', { reason: '' }),
  eventOf('ibcf.command.superseded.v1', { byCommandId: life }),
  eventOf('ibcf.command.superseded.v1', { byCommandId: ada }),
  eventOf('ibcf.command.lapsed.v1', { judgedBy: 'own-clock' }),
  eventOf('ibcf.command.settled.v1', { outcome: 'rejected', findings: 'x' }),
  eventOf('ibcf.command.settled.v1', { outcome: 'applied', findings: 'x' }),
]
const factsAbout = (): EventEnvelope[] => [
  eventOf('ibcf.command.received.v1', { commandId, idempotencyKey: 'k', bodyDigest }),
  eventOf('ibcf.command.started.v1', { commandId, attempt: 1 }),
  eventOf('ibcf.command.started.v1', { commandId, attempt: 2 }),
  eventOf('ibcf.command.unsure.v1', { commandId, sentence: 'x' }),
  eventOf('ibcf.command.applied.v1', { commandId, proof: 'x', wasProbed: true }),
  eventOf('ibcf.command.rejected.v1', { commandId, code: 'X', sentence: 'x' }),
  eventOf('ibcf.command.expired.v1', { commandId, judgedBy: 'own-clock' }),
  eventOf('ibcf.command.withdrawn.v1', { commandId, why: 'superseded' }),
]
const needsTwo = ['install-artifact']

function stageFrom(decided: readonly EventEnvelope[], facts: readonly EventEnvelope[], carriage: Carriage): CommandStage | null {
  const decisions = decided.reduce(evolveDecisions, noDecisions)
  return stageOf(decisions, facts.reduce(evolveFacts, noFacts), carriage, isApproved(decisions, needsTwo))
}

/** Every stage that leads on from `from` by any number of arrows. */
function reachable(from: CommandStage): Set<CommandStage> {
  const seen = new Set<CommandStage>([from])
  for (const stage of seen) for (const arrow of stageArrows) if (arrow.from === stage) seen.add(arrow.to)
  return seen
}

describe('what is known of a command', () => {
  it('[CM4] gives one stage in whatever order it came, any of it twice', () => {
    const [decided, facts] = [decisionsAbout(), factsAbout()]
    fc.assert(
      fc.property(fc.shuffledSubarray(decided), fc.shuffledSubarray(facts), fc.constantFrom(...carriages), (some, told, carriage) => {
        const sorted = (events: readonly EventEnvelope[], all: readonly EventEnvelope[]) => all.filter((event) => events.includes(event))
        const expected = stageFrom(sorted(some, decided), sorted(told, facts), carriage)
        expect(stageFrom([...some, ...some.slice(0, 2)], [...told, ...told.slice(0, 2)], carriage)).toBe(expected)
        const state = some.reduce(evolveDecisions, noDecisions)
        expect(state).toEqual(sorted(some, decided).reduce(evolveDecisions, noDecisions))
        expect(told.reduce(evolveFacts, noFacts)).toEqual(sorted(told, facts).reduce(evolveFacts, noFacts))
      }),
      { numRuns: 500 },
    )
  })

  it('[CM4] moves along the table only, as a node that keeps its rules reports and masters decide', () => {
    // The ways in which a node's own log can go on about one command.
    const [received, started, again, unsure, applied, rejected, expired, withdrawn] = factsAbout()
    const lives = [
      [received, started, applied],
      [received, started, rejected],
      [received, started, again, unsure, applied],
      [received, rejected],
      [received, expired],
      [received, withdrawn],
    ].map((life) => life.filter((event) => event !== undefined))
    // A finding is settled once: the table leaves nothing to settle afterwards.
    const [issued, ...others] = decisionsAbout().slice(0, -1)
    fc.assert(
      fc.property(
        fc.constantFrom(...lives),
        fc.shuffledSubarray(others),
        fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }),
        (facts, decided, turns) => {
          const [told, said]: [EventEnvelope[], EventEnvelope[]] = [[], issued === undefined ? [] : [issued]]
          let [fact, decision] = [0, 0]
          let stage = stageFrom(said, told, carriages[0] ?? { isExported: false, isSent: false })
          for (const isNode of turns) {
            const next = isNode ? facts[fact++] : decided[decision++]
            if (next === undefined) continue
            ;(isNode ? told : said).push(next)
            const after = stageFrom(said, told, { isExported: false, isSent: false })
            if (stage !== null && after !== null) expect([...reachable(stage)]).toContain(after)
            stage = after
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('[CM3] lets the truth of the node go before the word of a master', () => {
    const carriage = { isExported: false, isSent: true }
    const [issued, approved, cancelled] = decisionsAbout()
    const [received, started, , unsure, applied] = factsAbout()
    const decided = [issued, approved, cancelled].filter((event) => event !== undefined)
    const facts = [received, started].filter((event) => event !== undefined)
    expect(stageFrom(decided, [], carriage)).toBe('cancelled')
    expect(stageFrom(decided, facts, carriage)).toBe('started')
    expect(stageFrom(decided, [...facts, ...(applied === undefined ? [] : [applied])], carriage)).toBe('applied')
    const lost = [...facts, ...(unsure === undefined ? [] : [unsure])]
    expect(stageFrom(decided, lost, carriage)).toBe('outcome-unknown')
    const settled = [...decided, eventOf('ibcf.command.settled.v1', { outcome: 'applied', findings: 'Seen.' })]
    expect(stageFrom(settled, lost, carriage)).toBe('applied')
    expect(stageFrom([], facts, carriage)).toBeNull()
    expect(isOver('cancelled') && isOver('applied') && !isOver('started') && !isOver('outcome-unknown')).toBe(true)
    expect(isBeforeStart('received') && !isBeforeStart('started')).toBe(true)
  })
})

describe('two people', () => {
  it('[CM5] are two, and agree to the same body', () => {
    const [issued] = decisionsAbout()
    const state = issued === undefined ? noDecisions : evolveDecisions(noDecisions, issued)
    expect(isApproved(state, needsTwo)).toBe(false)
    expect(isApproved(state, [])).toBe(true)
    expect(judgeApproval(noDecisions, needsTwo, { operatorId: ben, bodyDigest })).toMatchObject({ refusal: { code: 'COMMAND_UNKNOWN' } })
    expect(judgeApproval(state, [], { operatorId: ben, bodyDigest })).toMatchObject({ refusal: { code: 'APPROVAL_NOT_NEEDED' } })
    expect(judgeApproval(state, needsTwo, { operatorId: ada, bodyDigest })).toMatchObject({ refusal: { code: 'APPROVED_BY_ONESELF' } })
    expect(judgeApproval(state, needsTwo, { operatorId: ben, bodyDigest: 'b'.repeat(64) })).toMatchObject({
      refusal: { code: 'APPROVED_ANOTHER_BODY' },
    })
    const byOneself = evolveDecisions(state, eventOf('ibcf.command.approved.v1', { bodyDigest, reason: '' }))
    expect(isApproved(byOneself, needsTwo)).toBe(false)
    const toAnother = evolveDecisions(
      state,
      eventOf('ibcf.command.approved.v1', { bodyDigest: 'b'.repeat(64), reason: '' }, { actor: ben }),
    )
    expect(isApproved(toAnother, needsTwo)).toBe(false)
    expect(judgeApproval(state, needsTwo, { operatorId: ben, bodyDigest }).ok).toBe(true)
    const approved = evolveDecisions(toAnother, eventOf('ibcf.command.approved.v1', { bodyDigest, reason: '' }, { actor: ben }))
    expect(isApproved(approved, needsTwo)).toBe(true)
    expect(judgeApproval(approved, needsTwo, { operatorId: ben, bodyDigest })).toMatchObject({ refusal: { code: 'APPROVED_ALREADY' } })
  })
})
