import { describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../../core/log/fingerprint.ts'
import { sortFrontier, type FrontierEntry } from '../../../core/log/frontier.ts'
import { formatLogId } from '../../../core/log/log-id.ts'
import { golden } from '../../helpers/log/golden-segment.ts'
import { crypto, testOrigin } from '../../helpers/log/origin.ts'

const entry: FrontierEntry = { log: golden.log, branch: 0, seq: 3, head: golden.heads[3] }
const other: FrontierEntry = { log: formatLogId(testOrigin(2).log), branch: 0, seq: 1, head: golden.heads[1] }

describe('the fingerprint of a frontier', () => {
  it('[LG8] is the six words that other tools give', () => {
    expect(fingerprintOf(crypto, 'all', [entry])).toEqual(golden.fingerprint)
  })

  it('[LG8] does not depend on the order of entries nor on local branch numbers', () => {
    const fork = { ...entry, branch: 1, head: golden.heads[2] }
    const here = fingerprintOf(crypto, 'all', [entry, fork, other])
    expect(fingerprintOf(crypto, 'all', [other, { ...fork, branch: 0 }, { ...entry, branch: 1 }])).toEqual(here)
    expect(sortFrontier([fork, entry, other])).toEqual(sortFrontier([other, entry, fork]))
  })

  it('[LG8] differs with the scope, a seq, a head, an entry', () => {
    const fingerprints = [
      fingerprintOf(crypto, 'all', [entry]),
      fingerprintOf(crypto, 'north', [entry]),
      fingerprintOf(crypto, 'all', [{ ...entry, seq: 2 }]),
      fingerprintOf(crypto, 'all', [{ ...entry, head: golden.heads[2] }]),
      fingerprintOf(crypto, 'all', [entry, other]),
      fingerprintOf(crypto, 'all', []),
    ]
    expect(new Set(fingerprints.map(({ hex }) => hex)).size).toBe(fingerprints.length)
    expect(new Set(fingerprints.map(({ words }) => words.join(' '))).size).toBe(fingerprints.length)
  })

  it('[LG8] cannot be imitated by a scope that looks like an entry', () => {
    const disguised = fingerprintOf(crypto, `all"\n${entry.log} ${entry.seq} ${entry.head}`, [])
    expect(disguised.hex).not.toBe(fingerprintOf(crypto, 'all', [entry]).hex)
  })
})
