/** Couriers, and what befalls sticks. */
import { all, cameAbout, knewDomain, knowsDomain } from './look.ts'
import { at, minutesOf, type Scenario, scenario } from './scenario.ts'

const word = { kind: 'domain', master: 'alpha' } as const
const stick = { kind: 'carry', from: 'alpha', to: 'bravo', takesMs: minutesOf(10) } as const

export const stickScenarios: readonly Scenario[] = [
  scenario({
    name: 'a-courier-comes-and-goes',
    title: 'A courier comes and goes',
    story: 'A stick goes from one island to another, and one comes back.',
    mustHold: ['Both know what the other said.'],
    islands: 2,
    happenings: [
      at(2, { ...word, name: 'Quarry' }),
      at(5, { ...stick, fate: 'arrives' }),
      at(20, { ...stick, from: 'bravo', to: 'alpha', fate: 'arrives' }),
    ],
    also: knowsDomain('bravo', 'Quarry'),
  }),
  scenario({
    name: 'a-lost-stick',
    title: 'A stick is lost',
    story: 'The first stick never arrives. The next one rests on what was acknowledged, so it brings that too.',
    mustHold: ['Nothing of the lost stick is missing.'],
    islands: 2,
    happenings: [
      at(2, { ...word, name: 'Harbour' }),
      at(5, { ...stick, fate: 'lost' }),
      at(10, { ...word, name: 'Mill' }),
      at(20, { ...stick, fate: 'arrives' }),
    ],
    also: all(cameAbout('stick-lost'), knowsDomain('bravo', 'Harbour'), knowsDomain('bravo', 'Mill')),
  }),
  scenario({
    name: 'last-months-stick',
    title: "Last month's stick, after this month's",
    story: 'A slow courier is overtaken by a fast one.',
    mustHold: ['The late stick changes nothing.'],
    islands: 2,
    hours: 2,
    happenings: [
      at(2, { ...word, name: 'Dam' }),
      at(5, { ...stick, takesMs: minutesOf(80), fate: 'arrives' }),
      at(10, { ...word, name: 'Weir' }),
      at(15, { ...stick, fate: 'arrives' }),
    ],
    also: all(knowsDomain('bravo', 'Dam'), knowsDomain('bravo', 'Weir')),
  }),
  scenario({
    name: 'the-same-stick-again',
    title: 'The same stick again',
    story: 'Somebody finds a stick in a drawer and takes it in a second time.',
    mustHold: ['Nothing is there twice.'],
    islands: 2,
    happenings: [at(2, { ...word, name: 'Kiln' }), at(5, { ...stick, fate: 'twice' })],
    also: all(cameAbout('stick-twice'), knowsDomain('bravo', 'Kiln')),
  }),
  scenario({
    name: 'a-pulled-stick',
    title: 'The stick is pulled out half-way',
    story: 'It is pulled out while it is read, and nobody puts it back in.',
    mustHold: ['What was read counts; the rest comes with the next one.'],
    islands: 2,
    happenings: [at(2, { ...word, name: 'Ferry' }), at(5, { ...stick, fate: 'pulled' }), at(20, { ...stick, fate: 'arrives' })],
    also: all(cameAbout('stick-pulled'), knowsDomain('bravo', 'Ferry')),
  }),
  scenario({
    name: 'a-worn-stick',
    title: 'A worn stick',
    story: 'One bit of a stick reads wrong; it is read a second time.',
    mustHold: ['The damaged piece is refused, and nothing else with it.'],
    islands: 2,
    happenings: [at(2, { ...word, name: 'Depot' }), at(5, { ...stick, fate: 'flipped' })],
    also: all(cameAbout('stick-flipped'), knowsDomain('bravo', 'Depot')),
  }),
  scenario({
    name: 'a-stick-that-saw-the-world',
    title: 'A stick that saw the world',
    story: 'Three islands: a stick for the second is read at the third on the way.',
    mustHold: ['All three hold the same in the end.'],
    islands: 3,
    happenings: [
      at(2, { ...word, name: 'Tower' }),
      at(5, { ...stick, fate: 'detour' }),
      at(20, { kind: 'carry', from: 'charlie', to: 'alpha', takesMs: minutesOf(10), fate: 'arrives' }),
    ],
    also: all(cameAbout('stick-detour'), knowsDomain('bravo', 'Tower'), knowsDomain('charlie', 'Tower')),
  }),
  scenario({
    name: 'a-sealed-bundle',
    title: 'A sealed bundle there, and one back',
    story: 'A courier carries a bundle that only the other master can read, and brings one back. The same one is found and read again.',
    mustHold: ['Both know what the other said, and nothing is there twice.'],
    islands: 2,
    happenings: [
      at(2, { ...word, name: 'Quay' }),
      at(3, { kind: 'domain', master: 'bravo', name: 'Shoal' }),
      at(5, { ...stick, sealed: true, fate: 'twice' }),
      at(20, { ...stick, from: 'bravo', to: 'alpha', sealed: true, fate: 'arrives' }),
    ],
    also: all(cameAbout('bundle-twice'), knewDomain('bravo', 'Quay'), knewDomain('alpha', 'Shoal')),
  }),
  scenario({
    name: 'a-bundle-for-somebody-else',
    title: 'A bundle in the wrong hands, and a damaged one',
    story:
      'A bundle for the second master is read at the third on the way; the next one has one bad bit; the one after that is pulled out.',
    mustHold: ['Whoever it is not for cannot read it. Of a damaged or unfinished bundle nothing is written; it is read again and counts.'],
    islands: 3,
    happenings: [
      at(2, { ...word, name: 'Cove' }),
      at(5, { ...stick, sealed: true, fate: 'detour' }),
      at(16, { ...word, name: 'Reef' }),
      at(18, { ...stick, sealed: true, fate: 'flipped' }),
      at(30, { ...stick, sealed: true, fate: 'pulled' }),
    ],
    also: all(cameAbout('bundle-detour'), cameAbout('bundle-flipped'), cameAbout('bundle-pulled'), knewDomain('bravo', 'Reef')),
  }),
  scenario({
    name: 'courier-arrives-before-the-link',
    title: 'The courier arrives before the link',
    story: 'A node turns to another master before that one has heard of it; a courier brings the news.',
    mustHold: ['The node goes home in the end, and everything it said is there once.'],
    islands: 2,
    happenings: [
      at(5, { kind: 'cut', node: 'common', forMs: minutesOf(10) }),
      at(6, { kind: 'turn', node: 'common', to: 'bravo' }),
      at(10, { ...stick, fate: 'arrives' }),
      at(40, { kind: 'turn', node: 'common', to: 'alpha' }),
    ],
  }),
]
