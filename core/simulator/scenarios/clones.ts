/** Copies that are not cut off while they are made. */
import { all, cameAbout, isQuarantined } from './look.ts'
import { at, minutesOf, type Scenario, scenario } from './scenario.ts'

export const cloneScenarios: readonly Scenario[] = [
  scenario({
    name: 'cloned-node-stays-online',
    title: 'A copy works beside the true machine',
    story: 'A node is copied, disk and key, while it is in touch. Both go on at once and report to the same master.',
    mustHold: ['That two machines are at work under one key is noticed. The node is in quarantine until one of them has a new key.'],
    happenings: [at(8, { kind: 'clone', node: 'alpha-1', forMs: minutesOf(30) })],
    also: all(cameAbout('clone'), isQuarantined('alpha-1')),
  }),
]
