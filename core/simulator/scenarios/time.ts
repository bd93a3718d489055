/** What wrong clocks do. */
import { all, cameAbout, isLive, tookEffect, tookNoEffect } from './look.ts'
import { at, minutesOf, type Scenario, scenario } from './scenario.ts'

const set = { kind: 'command', order: 'set', isOnce: false, expiresInMs: null } as const
const yearsMs = 73 * 365 * 24 * 3_600_000

export const timeScenarios: readonly Scenario[] = [
  scenario({
    name: 'clock-in-2099',
    title: 'A node believes that it is 2099',
    story: 'The clock of a node jumps 73 years ahead, and is set right later.',
    mustHold: ['Nobody else is drawn into that year, and the node finds its way back.'],
    nodes: 2,
    happenings: [
      at(5, { kind: 'clock-jump', machine: 'alpha-1', byMs: yearsMs }),
      at(30, { kind: 'clock-jump', machine: 'alpha-1', byMs: -yearsMs }),
    ],
    also: all(cameAbout('clock-jump', 2), isLive('alpha-2')),
  }),
  scenario({
    name: 'clock-back-to-the-beginning',
    title: 'A node forgets what year it is',
    story: 'Its battery is empty: after a power cut the clock of a node stands a day back.',
    mustHold: ['What it writes stays in order, and it is LIVE again.'],
    happenings: [
      at(5, { kind: 'crash', machine: 'alpha-1', point: { at: 'now' }, downMs: minutesOf(3), torn: false }),
      at(6, { kind: 'clock-jump', machine: 'alpha-1', byMs: -24 * 3_600_000 }),
    ],
    also: all(cameAbout('clock-jump'), isLive('alpha-1')),
  }),
  scenario({
    name: 'master-set-back-an-hour',
    title: 'Somebody sets the clock of the master back by an hour',
    story: 'Winter time by hand, at the master, in the middle of a shift.',
    mustHold: ['No node is declared lost for it, and orders still come through.'],
    happenings: [
      at(5, { kind: 'clock-jump', machine: 'alpha', byMs: -minutesOf(60) }),
      at(20, { ...set, master: 'alpha', node: 'alpha-1', key: 'winter' }),
    ],
    also: all(tookEffect('alpha-1', 'winter'), isLive('alpha-1')),
  }),
  scenario({
    name: 'slow-clock-and-an-expiry',
    title: 'A slow clock does not keep an order alive',
    story: 'The clock of a node stands two hours back. An order that is good for five minutes reaches it after ten.',
    mustHold: ['What the master signs tells the node the time: the order is not done.'],
    happenings: [
      at(3, { kind: 'clock-jump', machine: 'alpha-1', byMs: -minutesOf(120) }),
      at(4, { kind: 'cut', node: 'alpha-1', forMs: minutesOf(12) }),
      at(5, { ...set, master: 'alpha', node: 'alpha-1', key: 'old-news', expiresInMs: minutesOf(5) }),
    ],
    also: all(tookNoEffect('alpha-1', 'old-news'), isLive('alpha-1')),
  }),
  scenario({
    name: 'clocks-that-drift',
    title: 'Clocks that drift apart',
    story: 'The clock of a node runs five per cent fast, that of its master five per cent slow.',
    mustHold: ['The node stays LIVE.'],
    happenings: [
      at(2, { kind: 'clock-drift', machine: 'alpha-1', percent: 5, forMs: minutesOf(50) }),
      at(2, { kind: 'clock-drift', machine: 'alpha', percent: -5, forMs: minutesOf(50) }),
    ],
    also: all(cameAbout('clock-drift', 2), isLive('alpha-1')),
  }),
]
