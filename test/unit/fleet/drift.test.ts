import { expect, it } from 'vitest'
import { compareDrift } from '../../../core/fleet/drift/compare.ts'

const desired = { targetVersion: '2.1.0', configuration: { log: { level: 'info' }, ports: [1, 2], 'a/b': true } }

it('[DR1] holds the snapshot against the policy path by path', () => {
  const drift = compareDrift(desired, { version: '2.0.0', configuration: { log: { level: 'debug' }, ports: [1, 2], extra: 1 } })
  expect(drift.entries.map(({ path, verdict }) => [path, verdict])).toEqual([
    ['/software/version', 'different'],
    ['/configuration/log/level', 'different'],
    ['/configuration/ports', 'equal'],
    ['/configuration/a~1b', 'missing'],
    ['/configuration/extra', 'extra'],
  ])
  expect(drift.score).toBe(0.75)
  expect(drift.outOfSpec).toBe(3)
})

it('[DR1] counts what was not heard of neither way', () => {
  expect(compareDrift(desired, { version: undefined, configuration: undefined })).toMatchObject({ score: null, outOfSpec: null })
  const drift = compareDrift(desired, { version: '2.1.0', configuration: undefined })
  expect(drift.score).toBe(0)
  expect(drift.entries.filter(({ verdict }) => verdict === 'unknown')).toHaveLength(3)
})
