/** Relays between nodes and their master: fallen, cut off, filled with what others left, and dishonest. */
import { all, begunTimes, cameAbout, isLive, tookEffect, wasLeftWith, wasNoticed } from './look.ts'
import { at, minutesOf, type Scenario, scenario } from './scenario.ts'

const set = { kind: 'command', order: 'set', isOnce: false, expiresInMs: null } as const

export const relayScenarios: readonly Scenario[] = [
  scenario({
    name: 'a-fallen-relay',
    title: 'A relay falls, and its nodes with it',
    story: 'The power of the relay in front of two nodes goes for twenty minutes, with its disk still writing.',
    mustHold: ['Both nodes go on alone, find their way back over the relay, and tell everything once.'],
    nodes: 2,
    relays: 1,
    happenings: [at(5, { kind: 'crash', machine: 'alpha-relay', point: { at: 'now' }, downMs: minutesOf(20), torn: true })],
    also: all(cameAbout('power-cut'), isLive('alpha-relay'), isLive('alpha-1'), isLive('alpha-2')),
  }),
  scenario({
    name: 'left-with-a-relay',
    title: 'What is left with a relay arrives',
    story: 'The relay cannot reach its master for half an hour and keeps what its node leaves with it. The relay falls twice meanwhile.',
    mustHold: ['What was left is handed on when the link is back, and nothing of it is there twice.'],
    relays: 1,
    happenings: [
      at(5, { kind: 'cut', node: 'alpha-relay', forMs: minutesOf(30) }),
      at(18, { kind: 'crash', machine: 'alpha-relay', point: { at: 'write', writes: 3 }, downMs: minutesOf(2), torn: true }),
      at(27, { kind: 'crash', machine: 'alpha-relay', point: { at: 'commit' }, downMs: minutesOf(1), torn: false }),
    ],
    also: all(cameAbout('cut'), wasLeftWith('alpha-relay'), isLive('alpha-relay'), isLive('alpha-1')),
  }),
  scenario({
    name: 'an-order-past-a-bad-relay',
    title: 'An order passes a relay that says everything twice',
    story: 'Requests come twice and late on both sides of the relay while an order is on its way, and the relay falls in between.',
    mustHold: ['The order is done once.'],
    relays: 1,
    happenings: [
      at(4, { kind: 'wire', node: 'alpha-relay', fault: 'duplicate', times: 20 }),
      at(4, { kind: 'wire', node: 'alpha-1', fault: 'duplicate', times: 10 }),
      at(5, { ...set, master: 'alpha', node: 'alpha-1', key: 'past-the-relay' }),
      at(5.2, { kind: 'crash', machine: 'alpha-relay', point: { at: 'now' }, downMs: minutesOf(3), torn: false }),
    ],
    also: all(cameAbout('wire-duplicate', 5), tookEffect('alpha-1', 'past-the-relay'), begunTimes('alpha-1', 'past-the-relay', 1)),
  }),
  scenario({
    name: 'a-lane-that-a-relay-withholds',
    title: 'A relay withholds what a node measures',
    story: 'Between a relay and its master somebody keeps the facts to himself and says they were delivered.',
    mustHold: ['The master notices that the node was told more than it holds, and gets what was withheld.'],
    relays: 1,
    happenings: [at(3, { kind: 'withhold', node: 'alpha-relay', lane: 'fact', forMs: minutesOf(30) })],
    also: all(cameAbout('withheld'), wasNoticed('alpha', 'LOG_WITHHELD'), isLive('alpha-1')),
  }),
]
