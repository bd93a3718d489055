/** Thieves, copies and alterations. */
import { all, cameAbout, isForked, isLive, isQuarantined } from './look.ts'
import { at, minutesOf, type Scenario, scenario } from './scenario.ts'

export const trustScenarios: readonly Scenario[] = [
  scenario({
    name: 'altered-while-away',
    title: 'Somebody alters what a node wrote while it was away',
    story: 'A node is cut off; one digit of what it has stored is changed; it comes back.',
    mustHold: ['What came before the alteration counts. The node is in quarantine, with the place and the reason.'],
    happenings: [at(3, { kind: 'cut', node: 'alpha-1', forMs: minutesOf(30) }), at(25, { kind: 'tamper', node: 'alpha-1' })],
    also: all(cameAbout('tamper'), isQuarantined('alpha-1')),
  }),
  scenario({
    name: 'cloned-node',
    title: 'Two machines with one name',
    story: 'While a node is cut off it is copied, disk and key. The copy comes back first, the true one after it, each with its own past.',
    mustHold: ['That its log was told twice is shown, and both ways are kept.'],
    happenings: [
      at(3, { kind: 'cut', node: 'alpha-1', forMs: minutesOf(30) }),
      at(8, { kind: 'clone', node: 'alpha-1', forMs: minutesOf(15) }),
    ],
    also: all(cameAbout('clone'), isForked('alpha-1')),
  }),
  scenario({
    name: 'stolen-key',
    title: 'A stolen key',
    story: 'A thief rewrites what a node said last, signs it properly, and smuggles it in on a stick. Then the key is revoked.',
    mustHold: ['Nothing that he made up is shown anywhere. The node is in quarantine.'],
    happenings: [at(15, { kind: 'steal-key', node: 'alpha-1' }), at(20, { kind: 'revoke', node: 'alpha-1' })],
    also: all(cameAbout('steal-key'), isQuarantined('alpha-1')),
  }),
  scenario({
    name: 'revoked-in-the-middle',
    title: 'A key is revoked in the middle of a replay',
    story: 'A node comes back with a backlog, and its key is revoked while it tells it.',
    mustHold: ['The return ends, and what was held before keeps its effect.'],
    happenings: [
      at(3, { kind: 'cut', node: 'alpha-1', forMs: minutesOf(20) }),
      at(3, { kind: 'weaken', node: 'alpha-1', forMs: minutesOf(50), addRttMs: 4000, addLossPct: 0, mostKbps: 4 }),
      at(24, { kind: 'revoke', node: 'alpha-1' }),
    ],
    also: isQuarantined('alpha-1'),
  }),
  scenario({
    name: 'quarantine-and-back',
    title: 'Into quarantine and out again',
    story: 'An operator puts a node into quarantine while it is away, an engineer lets it back in after it returned.',
    mustHold: ['It stays in quarantine over its return, and is LIVE after it was let in.'],
    happenings: [
      at(3, { kind: 'cut', node: 'alpha-1', forMs: minutesOf(15) }),
      at(10, { kind: 'quarantine', node: 'alpha-1' }),
      at(35, { kind: 'remediate', node: 'alpha-1' }),
    ],
    also: isLive('alpha-1'),
  }),
  scenario({
    name: 'the-thief-travels',
    title: 'The forgery travels on',
    story: 'A thief brings his forgery to one master, and couriers carry it from there to the other.',
    mustHold: ['Both masters show the same, and neither shows what the thief made up.'],
    islands: 2,
    happenings: [
      at(15, { kind: 'steal-key', node: 'alpha-1' }),
      at(16, { kind: 'carry', from: 'alpha', to: 'bravo', takesMs: minutesOf(5), fate: 'arrives' }),
      at(30, { kind: 'revoke', node: 'alpha-1' }),
      at(31, { kind: 'carry', from: 'alpha', to: 'bravo', takesMs: minutesOf(5), fate: 'arrives' }),
    ],
    also: all(cameAbout('steal-key'), isForked('alpha-1')),
  }),
]
