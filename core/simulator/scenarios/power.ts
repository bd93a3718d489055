/** What power and disks do to machines. */
import { all, begunTimes, cameAbout, isLive, tookEffect } from './look.ts'
import { at, minutesOf, type Scenario, scenario } from './scenario.ts'

const set = { kind: 'command', order: 'set', isOnce: false, expiresInMs: null } as const

export const powerScenarios: readonly Scenario[] = [
  scenario({
    name: 'restart-while-offline',
    title: 'Restart while offline, then reconnect',
    story: 'A node is cut off, loses its power while it is alone, starts over the same disk and finds its way back.',
    mustHold: ['What it wrote before and after the power cut is told, and the node is LIVE.'],
    happenings: [
      at(5, { kind: 'cut', node: 'alpha-1', forMs: minutesOf(25) }),
      at(12, { kind: 'crash', machine: 'alpha-1', point: { at: 'now' }, downMs: minutesOf(4), torn: true }),
    ],
    also: all(cameAbout('power-cut'), isLive('alpha-1')),
  }),
  scenario({
    name: 'master-falls-in-a-replay',
    title: 'The master falls in the middle of a replay',
    story: 'A node comes back with a backlog, and the master loses its power at a write while it takes it in.',
    mustHold: ['What was acknowledged is there after the restart; the rest is sent again.'],
    happenings: [
      at(3, { kind: 'cut', node: 'alpha-1', forMs: minutesOf(30) }),
      at(33, { kind: 'crash', machine: 'alpha', point: { at: 'write', writes: 9 }, downMs: minutesOf(3), torn: false }),
    ],
    also: all(cameAbout('crash-at-write'), isLive('alpha-1')),
  }),
  scenario({
    name: 'committed-and-nobody-told',
    title: 'It is on the disk, and nobody was told',
    story: 'The power of the master goes in the instant between a commit and its answer.',
    mustHold: ['What was committed counts once, although it is sent or asked for again.'],
    happenings: [
      at(5, { kind: 'crash', machine: 'alpha', point: { at: 'commit' }, downMs: minutesOf(2), torn: false }),
      at(6, { ...set, master: 'alpha', node: 'alpha-1', key: 'again' }),
      at(10, { ...set, master: 'alpha', node: 'alpha-1', key: 'again' }),
    ],
    also: all(cameAbout('crash-at-commit'), tookEffect('alpha-1', 'again'), begunTimes('alpha-1', 'again', 1)),
  }),
  scenario({
    name: 'node-falls-in-a-command',
    title: 'The node falls in the middle of an order',
    story: 'A node has begun a command when its power goes; after the restart it finds out what came of it.',
    mustHold: ['The command is done once, or known to be unsure; never twice.'],
    happenings: [
      at(5, { ...set, master: 'alpha', node: 'alpha-1', key: 'halfway' }),
      at(5, { kind: 'crash', machine: 'alpha-1', point: { at: 'write', writes: 12 }, downMs: minutesOf(2), torn: false }),
    ],
    also: all(cameAbout('crash-at-write'), tookEffect('alpha-1', 'halfway'), isLive('alpha-1')),
  }),
  scenario({
    name: 'node-falls-in-a-careful-command',
    title: 'The node falls in the middle of an order that must not be repeated',
    story: 'A command that may be run at most once is interrupted by a power cut.',
    mustHold: ['It is not begun a second time; a person is asked what came of it.'],
    happenings: [2, 4, 6, 8, 10, 12, 14].flatMap((writes) => [
      at(writes * 3, { ...set, master: 'alpha', node: 'alpha-1', key: `careful-${writes}`, isOnce: true }),
      at(writes * 3, { kind: 'crash', machine: 'alpha-1', point: { at: 'write', writes }, downMs: minutesOf(1), torn: false }),
    ]),
    also: all(cameAbout('crash-at-write', 5), isLive('alpha-1')),
  }),
  scenario({
    name: 'falls-with-an-order-in-hand',
    title: 'A node falls with an order in its hand, and rises too late',
    story: 'A node has received an order that is good for a minute, and loses its power before or while it does it.',
    mustHold: ['What was not begun in time is never begun.'],
    happenings: [1, 2, 3, 4, 5, 6, 7, 8].flatMap((round) => [
      at(round * 6, { ...set, master: 'alpha', node: 'alpha-1', key: `urgent-${round}`, expiresInMs: minutesOf(1.5) }),
      at(round * 6, {
        kind: 'crash',
        machine: 'alpha-1',
        point: round % 2 === 0 ? { at: 'commit' } : { at: 'write', writes: 2 * round },
        downMs: minutesOf(3),
        torn: false,
      }),
    ]),
    also: all(cameAbout('crash-at-write', 3), cameAbout('crash-at-commit', 3), isLive('alpha-1')),
  }),
  scenario({
    name: 'restart-on-demand',
    title: 'A restart that was asked for, and one that was not',
    story: 'A node is told to restart at most once; while it is down, somebody trips over the cable.',
    mustHold: ['It restarts for that command once.'],
    happenings: [
      at(5, { kind: 'command', master: 'alpha', node: 'alpha-1', order: 'restart', key: 'reboot', isOnce: true, expiresInMs: null }),
      at(20, { kind: 'crash', machine: 'alpha-1', point: { at: 'now' }, downMs: minutesOf(1), torn: false }),
    ],
    also: all(begunTimes('alpha-1', 'reboot', 1), isLive('alpha-1')),
  }),
  scenario({
    name: 'full-disk-at-the-master',
    title: 'The disk of the master is full',
    story: 'For a quarter of an hour nothing can be written at the master.',
    mustHold: ['Nothing is acknowledged that is not stored; when there is room again, everything goes on by itself.'],
    happenings: [
      at(5, { kind: 'disk-full', machine: 'alpha', forMs: minutesOf(15) }),
      at(10, { ...set, master: 'alpha', node: 'alpha-1', key: 'refused' }),
      at(25, { ...set, master: 'alpha', node: 'alpha-1', key: 'taken' }),
    ],
    also: all(cameAbout('disk-full'), tookEffect('alpha-1', 'taken'), isLive('alpha-1')),
  }),
  scenario({
    name: 'full-disk-at-the-node',
    title: 'The disk of a node is full',
    story: 'A node cannot write anything for ten minutes.',
    mustHold: ['It says so, loses nothing that it had written, and goes on when there is room.'],
    happenings: [at(5, { kind: 'disk-full', machine: 'alpha-1', forMs: minutesOf(10) })],
    also: all(cameAbout('disk-full'), isLive('alpha-1')),
  }),
  scenario({
    name: 'everything-falls',
    title: 'The whole station goes dark',
    story: 'The generator fails: master and nodes lose their power at once, and come back one after another.',
    mustHold: ['Everybody finds everybody, and nothing that was acknowledged is lost.'],
    nodes: 2,
    happenings: [
      at(10, { kind: 'crash', machine: 'alpha', point: { at: 'now' }, downMs: minutesOf(6), torn: true }),
      at(10, { kind: 'crash', machine: 'alpha-1', point: { at: 'now' }, downMs: minutesOf(1), torn: true }),
      at(10, { kind: 'crash', machine: 'alpha-2', point: { at: 'now' }, downMs: minutesOf(12), torn: true }),
    ],
    also: all(cameAbout('power-cut', 3), isLive('alpha-1'), isLive('alpha-2')),
  }),
  scenario({
    name: 'a-bad-battery',
    title: 'A bad battery',
    story: 'A node loses its power five times in half an hour.',
    mustHold: ['Each start goes on where the last one ended.'],
    happenings: [6, 11, 16, 21, 26].map((minute) =>
      at(minute, { kind: 'crash', machine: 'alpha-1', point: { at: 'write', writes: minute }, downMs: minutesOf(0.5), torn: true }),
    ),
    also: isLive('alpha-1'),
  }),
]
