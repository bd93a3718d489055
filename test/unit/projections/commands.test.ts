/** The two halves of what is known of commands, folded in any order, and whose word counts. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stageOf, type CommandDecisions } from '../../../core/fleet/command/command-state.ts'
import type { EventEnvelope } from '../../../core/kernel/event.ts'
import { type CommandReports, commandReportsProjection } from '../../../core/projections/command-reports.ts'
import { commandsProjection } from '../../../core/projections/commands.ts'
import type { FoldInput } from '../../../core/projections/projection.ts'

const id = (n: number) => `01J000000000000000000000${String(n).padStart(2, '0')}`
const [command, other, node, master] = [id(1), id(2), id(3), id(4)]
const digest = 'a'.repeat(64)

function input(n: number, type: string, subject: string, origin: string, data: Readonly<Record<string, unknown>>, more = {}): FoldInput {
  const event = {
    specversion: '1.0',
    id: id(10 + n),
    type: `ibcf.command.${type}.v1`,
    source: `urn:ibcf:${origin === master ? 'master' : 'node'}:${origin}`,
    subject,
    time: '2026-01-01T00:00:00.000Z',
    hlc: `01900000000${n % 10}-0000`,
    domain: id(5),
    data,
    ...more,
  } as unknown as EventEnvelope
  const log = { origin, incarnation: id(8), lane: 'control', domain: origin === master ? id(5) : '-' } as unknown as FoldInput['log']
  return { event, origin, lane: 'control', log, seq: n, key: String(n).padStart(3, '0') }
}

const decided = [
  input(1, 'issued', command, master, {
    kind: 'restart',
    nodeId: node,
    semantics: 'AT_LEAST_ONCE',
    incarnation: null,
    constraints: { maintenance_window: '', requires_online: false, min_battery_pct: 0, target_version: null },
    body: { sealed: null, data: { scope: 'agent' } },
    bodyDigest: digest,
    batchId: null,
    reason: '',
  }),
  input(2, 'approved', command, master, { bodyDigest: digest, reason: '' }, { actor: id(6) }),
  input(3, 'superseded', command, master, { byCommandId: other }),
  input(4, 'cancelled', command, master, { reason: '' }),
  input(5, 'settled', command, master, { outcome: 'applied', findings: 'x' }),
]
const reported = [
  input(1, 'received', node, node, { commandId: command, idempotencyKey: 'k', bodyDigest: digest }),
  input(2, 'started', node, node, { commandId: command, attempt: 1 }),
  input(3, 'started', node, node, { commandId: command, attempt: 2 }),
  input(4, 'unsure', node, node, { commandId: command, sentence: 'x' }),
  input(5, 'received', node, node, { commandId: other, idempotencyKey: 'l', bodyDigest: digest }),
]
const fold = (inputs: readonly FoldInput[], which: 'facts' | 'decisions') => {
  const { [which]: its } = which === 'facts' ? commandReportsProjection : commandsProjection
  return inputs.reduce((state, next) => its.apply(state, next, () => false), its.initial)
}

describe('what is known of commands', () => {
  it('[CM15] is the same in whatever order decisions and reports come', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(decided, { minLength: decided.length }),
        fc.shuffledSubarray(reported, { minLength: reported.length }),
        (decisions, facts) => {
          // As text: the state hash is made of it.
          expect(JSON.stringify(fold(decisions, 'decisions'))).toBe(JSON.stringify(fold(decided, 'decisions')))
          expect(JSON.stringify(fold(facts, 'facts'))).toBe(JSON.stringify(fold(reported, 'facts')))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('[CM15] leaves what another node says of the command with that node', () => {
    const stranger = id(7)
    const theirs = fold(
      [input(1, 'applied', stranger, stranger, { commandId: command, proof: 'I did it', wasProbed: false })],
      'facts',
    ) as CommandReports
    const ours = fold(reported.slice(0, 1), 'facts') as CommandReports
    expect(theirs[command]?.end?.kind).toBe('applied')
    // Looked up by the node that the command is for, which has said no such thing.
    const decisions = fold(decided.slice(0, 1), 'decisions') as CommandDecisions
    const mine = ours[command] ?? { isReceived: false, attempts: 0, end: null }
    expect(decisions.issued?.nodeId).toBe(node)
    expect(stageOf(decisions, mine, { isExported: false, isSent: false }, true)).toBe('received')
  })
})
