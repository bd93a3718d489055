/** What links do to a fleet. */
import { all, begunTimes, cameAbout, isLive, tookEffect, tookNoEffect } from './look.ts'
import { at, minutesOf, type Scenario, scenario } from './scenario.ts'

const set = { kind: 'command', order: 'set', isOnce: false, expiresInMs: null } as const

export const linkScenarios: readonly Scenario[] = [
  scenario({
    name: 'a-quiet-hour',
    title: 'A quiet hour',
    story: 'Nothing goes wrong. Everything that follows is held against this.',
    mustHold: ['Both nodes are LIVE.'],
    nodes: 2,
    happenings: [],
    also: all(isLive('alpha-1'), isLive('alpha-2')),
  }),
  scenario({
    name: 'cut-off-for-half-an-hour',
    title: 'A node is cut off for half an hour',
    story: 'The radio of a node fails. It goes on alone, writes down what it does, and tells it when the radio is back.',
    mustHold: ['It returns, tells everything it did alone, and is LIVE again.'],
    happenings: [at(5, { kind: 'cut', node: 'alpha-1', forMs: minutesOf(30) })],
    also: all(cameAbout('cut'), isLive('alpha-1')),
  }),
  scenario({
    name: 'told-while-away',
    title: 'A node is told something while it is away',
    story: 'A command is issued while the node cannot be reached. It waits at the master and is done once the node is back.',
    mustHold: ['The command takes effect exactly once, after the return.'],
    happenings: [
      at(5, { kind: 'cut', node: 'alpha-1', forMs: minutesOf(20) }),
      at(10, { ...set, master: 'alpha', node: 'alpha-1', key: 'later' }),
    ],
    also: all(isLive('alpha-1'), tookEffect('alpha-1', 'later'), begunTimes('alpha-1', 'later', 1)),
  }),
  scenario({
    name: 'too-late-to-be-done',
    title: 'An order runs out before the node can hear it',
    story: 'A command that is good for five minutes is issued while the node is cut off for twenty.',
    mustHold: ['The command is never done.'],
    happenings: [
      at(5, { kind: 'cut', node: 'alpha-1', forMs: minutesOf(20) }),
      at(10, { ...set, master: 'alpha', node: 'alpha-1', key: 'stale', expiresInMs: minutesOf(5) }),
    ],
    also: all(isLive('alpha-1'), tookNoEffect('alpha-1', 'stale')),
  }),
  scenario({
    name: 'taken-back-in-time',
    title: 'An order is taken back before the node hears it',
    story: 'A command waits for a node that is away; the operator thinks better of it.',
    mustHold: ['The command is never done.'],
    happenings: [
      at(5, { kind: 'cut', node: 'alpha-1', forMs: minutesOf(20) }),
      at(8, { ...set, master: 'alpha', node: 'alpha-1', key: 'regret' }),
      at(12, { kind: 'cancel', master: 'alpha', key: 'regret' }),
    ],
    also: all(isLive('alpha-1'), tookNoEffect('alpha-1', 'regret')),
  }),
  scenario({
    name: 'a-snapshot-on-demand',
    title: 'A snapshot on demand',
    story: 'An operator wants to know how a node looks now, and again a little later.',
    mustHold: ['Both snapshots come, each under its own order.'],
    hours: 0.15,
    happenings: [
      at(3, { kind: 'command', master: 'alpha', node: 'alpha-1', order: 'snapshot', key: 'look', isOnce: false, expiresInMs: null }),
      at(7, { kind: 'command', master: 'alpha', node: 'alpha-1', order: 'snapshot', key: 'look-again', isOnce: false, expiresInMs: null }),
    ],
    also: all(begunTimes('alpha-1', 'look', 1), begunTimes('alpha-1', 'look-again', 1), isLive('alpha-1')),
  }),
  scenario({
    name: 'pressed-twice',
    title: 'The button is pressed twice',
    story: 'An operator does not see the answer and issues the same command under the same key again.',
    mustHold: ['It is done once.'],
    happenings: [
      at(5, { ...set, master: 'alpha', node: 'alpha-1', key: 'twice' }),
      at(6, { ...set, master: 'alpha', node: 'alpha-1', key: 'twice' }),
    ],
    also: all(tookEffect('alpha-1', 'twice'), begunTimes('alpha-1', 'twice', 1)),
  }),
  scenario({
    name: 'thin-and-lossy',
    title: 'A link that loses half of what it carries',
    story: 'A satellite link in a storm: six seconds there and back, half of it lost, eight kbit a second.',
    mustHold: ['Whatever the node says arrives in the end, and nothing twice.'],
    happenings: [at(5, { kind: 'weaken', node: 'alpha-1', forMs: minutesOf(30), addRttMs: 6000, addLossPct: 50, mostKbps: 8 })],
    also: all(cameAbout('weaken'), isLive('alpha-1')),
  }),
  scenario({
    name: 'heard-twice',
    title: 'Everything comes twice',
    story: 'A confused relay sends each request again, up to a minute later.',
    mustHold: ['Nothing is applied twice.'],
    happenings: [
      at(4, { kind: 'wire', node: 'alpha-1', fault: 'duplicate', times: 20 }),
      at(5, { ...set, master: 'alpha', node: 'alpha-1', key: 'once' }),
      at(20, { kind: 'cut', node: 'alpha-1', forMs: minutesOf(10) }),
    ],
    also: all(cameAbout('wire-duplicate', 5), isLive('alpha-1'), begunTimes('alpha-1', 'once', 1)),
  }),
  scenario({
    name: 'answers-that-never-come',
    title: 'Answers that never come',
    story: 'The master deals with what the node sends, and its answer is lost each time.',
    mustHold: ['The node sends again, and what it sent is held once.'],
    happenings: [at(5, { kind: 'wire', node: 'alpha-1', fault: 'lose-answer', times: 12 })],
    also: all(cameAbout('wire-lose-answer', 8), isLive('alpha-1')),
  }),
  scenario({
    name: 'noise-on-the-line',
    title: 'Noise on the line',
    story: 'Segments arrive with a bit flipped, or cut short.',
    mustHold: ['Not one of them is stored; what was meant is stored in the end.'],
    happenings: [
      at(3, { kind: 'wire', node: 'alpha-1', fault: 'truncate', times: 2 }),
      at(24, { kind: 'wire', node: 'alpha-1', fault: 'flip', times: 2 }),
    ],
    also: all(cameAbout('wire-flip', 1), cameAbout('wire-truncate', 1)),
  }),
  scenario({
    name: 'relay-lies-by-omission',
    title: 'A relay lies by omission',
    story: 'A relay keeps what the node measures to itself and tells the node that the master has it.',
    mustHold: ['The gap is noticed, and what was withheld is asked for and told.'],
    happenings: [at(3, { kind: 'withhold', node: 'alpha-1', lane: 'fact', forMs: minutesOf(25) })],
    also: all(cameAbout('withheld', 1), isLive('alpha-1')),
  }),
]
