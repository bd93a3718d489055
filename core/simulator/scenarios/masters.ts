/** Masters that come back from the past, and masters that both want to decide. */
import { all, cameAbout, holdsShared, isLive, knowsDomain, tookEffect } from './look.ts'
import { at, minutesOf, type Scenario, scenario } from './scenario.ts'

const set = { kind: 'command', order: 'set', isOnce: false, expiresInMs: null } as const

export const masterScenarios: readonly Scenario[] = [
  scenario({
    name: 'old-backup-returns',
    title: 'An old backup returns',
    story: 'A master is restored from a backup of half an hour ago.',
    mustHold: ['It begins a new life, its node returns and tells what the backup lacks, and no number is used twice.'],
    happenings: [
      at(5, { kind: 'backup', master: 'alpha' }),
      at(35, { kind: 'restore', master: 'alpha', silently: false }),
      at(38, { kind: 'reclaim', master: 'alpha' }),
      at(45, { ...set, master: 'alpha', node: 'alpha-1', key: 'second-life' }),
    ],
    also: all(cameAbout('old-backup'), isLive('alpha-1'), tookEffect('alpha-1', 'second-life')),
  }),
  scenario({
    name: 'old-database-in-place',
    title: 'Somebody copies the old database back',
    story: 'Without our programs: yesterday’s file lies where today’s was.',
    mustHold: ['The mark beside it gives it away; it is a new life all the same.'],
    happenings: [
      at(5, { kind: 'backup', master: 'alpha' }),
      at(35, { kind: 'restore', master: 'alpha', silently: true }),
      at(38, { kind: 'reclaim', master: 'alpha' }),
    ],
    also: all(cameAbout('old-database'), isLive('alpha-1')),
  }),
  scenario({
    name: 'restored-and-reminded',
    title: 'A courier brings back what the backup lacks',
    story: 'What a master said after its backup had left on a stick. The stick comes home after the restore.',
    mustHold: ['Its own words of before come back to it and count.'],
    islands: 2,
    happenings: [
      at(3, { kind: 'backup', master: 'alpha' }),
      at(8, { kind: 'domain', master: 'alpha', name: 'Remembered' }),
      at(10, { kind: 'carry', from: 'alpha', to: 'bravo', takesMs: minutesOf(5), fate: 'arrives' }),
      at(25, { kind: 'restore', master: 'alpha', silently: false }),
      at(28, { kind: 'reclaim', master: 'alpha' }),
      at(30, { kind: 'carry', from: 'bravo', to: 'alpha', takesMs: minutesOf(5), fate: 'arrives' }),
    ],
    also: all(cameAbout('old-backup'), knowsDomain('alpha', 'Remembered')),
  }),
  scenario({
    name: 'two-masters-one-stick',
    title: 'Two masters, one stick',
    story: 'Headquarters is silent. Two masters claim the same domain, and a courier brings one the news of the other.',
    mustHold: ['The node obeys one at a time and never goes back; all agree on the holder in the end.'],
    islands: 3,
    hours: 2,
    happenings: [
      at(10, { kind: 'claim', master: 'bravo' }),
      at(12, { kind: 'claim', master: 'charlie' }),
      at(15, { kind: 'turn', node: 'common', to: 'bravo' }),
      at(30, { ...set, master: 'bravo', node: 'common', key: 'from-bravo' }),
      at(40, { kind: 'carry', from: 'bravo', to: 'charlie', takesMs: minutesOf(10), fate: 'arrives' }),
      at(55, { kind: 'turn', node: 'common', to: 'charlie' }),
      at(60, { ...set, master: 'charlie', node: 'common', key: 'from-charlie' }),
    ],
    also: cameAbout('claim', 2),
  }),
  scenario({
    name: 'overtaken',
    title: 'A master is overtaken and does not know it',
    story: 'The second master claims the domain and is obeyed; the first goes on giving orders as before.',
    mustHold: ['The node does not go back to the one that was overtaken.'],
    islands: 2,
    hours: 2,
    happenings: [
      at(10, { kind: 'claim', master: 'bravo' }),
      at(11, { kind: 'turn', node: 'common', to: 'bravo' }),
      at(35, { ...set, master: 'bravo', node: 'common', key: 'new-holder' }),
      at(60, { kind: 'turn', node: 'common', to: 'alpha' }),
      at(62, { ...set, master: 'alpha', node: 'common', key: 'old-holder' }),
    ],
    also: all(cameAbout('claim'), holdsShared('bravo')),
  }),
  scenario({
    name: 'resolved-from-above',
    title: 'A contest is resolved from above',
    story: 'Two masters claimed one domain; headquarters hears of it and decides.',
    mustHold: ['The one it decided for holds the domain everywhere.'],
    islands: 3,
    hours: 2,
    happenings: [
      at(10, { kind: 'claim', master: 'bravo' }),
      at(10, { kind: 'claim', master: 'charlie' }),
      at(20, { kind: 'carry', from: 'bravo', to: 'alpha', takesMs: minutesOf(5), fate: 'arrives' }),
      at(20, { kind: 'carry', from: 'charlie', to: 'alpha', takesMs: minutesOf(5), fate: 'arrives' }),
      at(40, { kind: 'resolve', inFavourOf: 'charlie' }),
      at(45, { kind: 'carry', from: 'alpha', to: 'bravo', takesMs: minutesOf(5), fate: 'arrives' }),
      at(45, { kind: 'carry', from: 'alpha', to: 'charlie', takesMs: minutesOf(5), fate: 'arrives' }),
    ],
    also: all(cameAbout('claim', 2), holdsShared('charlie')),
  }),
  scenario({
    name: 'falls-while-it-claims',
    title: 'The claimant falls while it claims',
    story: 'The power of a master goes with the claim on the disk and nobody told.',
    mustHold: ['After the restart it knows what it said.'],
    islands: 2,
    happenings: [
      at(9.9, { kind: 'crash', machine: 'bravo', point: { at: 'commit' }, downMs: minutesOf(2), torn: false }),
      at(10, { kind: 'claim', master: 'bravo' }),
      at(20, { kind: 'claim', master: 'bravo' }),
    ],
    also: cameAbout('crash-at-commit'),
  }),
]
