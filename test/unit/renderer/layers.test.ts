import { describe, expect, it } from 'vitest'
import { type DomainRow, type Overview, toHeadline, toPolicyShare } from '../../../renderer/layers/global/model.ts'
import { toDomainHead, unhealthy, unusualPhases } from '../../../renderer/layers/domain/model.ts'
import {
  type DifferenceEntry,
  groupByDay,
  groupDifferences,
  type NodeDetail,
  partsOf,
  recordedLate,
  roleFor,
  type TimelineEntry,
  toTrust,
} from '../../../renderer/layers/node/model.ts'

const line = {
  nodes: 100,
  modes: { LIVE: 80, DELAYED: 3, EDGE_CACHED: 4, AUTONOMOUS: 5, DISCONNECTED: 2, RETURNING: 1, REPLAYING: 5 },
  phases: { PROVISIONING: 0, ENROLLED: 2, ACTIVE: 90, UPDATING: 3, DEGRADED: 2, QUARANTINED: 3, DECOMMISSIONING: 0, RETIRED: 0 },
  healths: { OK: 90, DEGRADED: 4, FAILED: 1, UNKNOWN: 5 },
  backlogMessages: 10,
  worstSecondsBehind: 60,
  driftScore: 0.1,
  driftKnown: 95,
  quarantined: 3,
  oldestEvidenceAt: null,
  newestEvidenceAt: null,
}
const domain = (id: string, standing: DomainRow['authority']['standing'], masterId: string | null, epoch: number | null): DomainRow => ({
  id,
  parentId: null,
  name: id,
  level: 'LOCAL',
  depth: 0,
  authority: { masterId, masterName: masterId, level: 'REGION', epoch, since: null, grantedAtDomainId: null, standing },
  own: line,
  subtree: line,
})

describe('the global layer', () => {
  const overview = {
    nodes: 100,
    line,
    pendingEnrolments: 2,
    authority: { heldHere: 3, heldElsewhere: 0, contested: 1, nobody: 0 },
  } as Overview

  it('[UI24] counts in plain groups, and apart from them what waits for a person', () => {
    expect(toHeadline(overview)).toEqual({ nodes: 100, live: 80, late: 7, onTheirOwn: 7, comingBack: 6, needsPerson: 7 })
  })

  it("[UI24] being on one's own or coming back is no matter for a person", () => {
    const calm = {
      ...overview,
      pendingEnrolments: 0,
      authority: { ...overview.authority, contested: 0 },
      line: { ...line, quarantined: 0, healths: { ...line.healths, FAILED: 0 } },
    }
    expect(toHeadline(calm).needsPerson).toBe(0)
  })

  it('[UI13] what is not known of a policy is neither on target nor behind', () => {
    const policy = { id: '', name: '', version: '', targetVersion: '', nodes: 10, onTarget: 6, unknown: 3 }
    expect(toPolicyShare(policy)).toEqual({ onTarget: 0.6, unknown: 0.3, behind: 0.1 })
    expect(toPolicyShare({ ...policy, nodes: 0, onTarget: 0, unknown: 0 })).toEqual({ onTarget: 0, unknown: 0, behind: 0 })
  })
})

describe('the domain layer', () => {
  it('[UI24] says what is behind and what waits for a person, the contested domain among it', () => {
    expect(toDomainHead(domain('a', 'contested', 'M', 2))).toEqual({
      nodes: 100,
      live: 80,
      late: 7,
      onTheirOwn: 7,
      comingBack: 6,
      needsPerson: 5,
    })
    expect(unhealthy(line)).toBe(5)
    expect(unusualPhases(line)).toEqual([
      { phase: 'ENROLLED', count: 2 },
      { phase: 'UPDATING', count: 3 },
      { phase: 'DEGRADED', count: 2 },
      { phase: 'QUARANTINED', count: 3 },
    ])
  })
})

describe('the node layer', () => {
  const entry = (path: string, verdict: DifferenceEntry['verdict']): DifferenceEntry => ({
    path,
    desired: 1,
    actual: 2,
    verdict,
    comparator: 'exact',
    standing: verdict === 'equal' ? 'in-spec' : 'out-of-spec',
    weight: 1,
    sentence: '',
    because: null,
  })
  const entries = [
    entry('/version', 'equal'),
    entry('/configuration/log/level', 'equal'),
    entry('/configuration/log/target', 'different'),
    entry('/firmware/version', 'unknown'),
    entry('/extra~1path', 'extra'),
  ]

  it('[UI13] folds lines by the part of the document they belong to, those that differ first', () => {
    expect(
      groupDifferences(entries, false).map(({ name, differing, unknown, entries: lines }) => [
        name,
        differing,
        unknown,
        lines.map(({ leaf }) => leaf),
      ]),
    ).toEqual([
      ['configuration', 1, 0, ['log / level', 'log / target']],
      ['extra/path', 1, 0, ['extra/path']],
      ['version', 0, 0, ['version']],
      ['firmware', 0, 1, ['version']],
    ])
  })

  it('[UI13] only differences are those that differ and those nobody knows', () => {
    expect(groupDifferences(entries, true).flatMap(({ entries: lines }) => lines.map(({ path }) => path))).toEqual([
      '/configuration/log/target',
      '/extra~1path',
      '/firmware/version',
    ])
  })

  it('[UI13] reads RFC 6901 paths', () => {
    expect(partsOf('/a~1b/m~0n/')).toEqual(['a/b', 'm~n', ''])
    expect(partsOf('')).toEqual([])
  })

  it('[UI28] groups what happened by day, and says what was recorded much later than it happened', () => {
    const happened = (time: string, recordedAt: string): TimelineEntry => ({
      eventId: time,
      track: 'node',
      type: '',
      from: null,
      to: null,
      sentence: '',
      time,
      recordedAt,
      isClockDoubtful: false,
      actorName: null,
      causeEventId: null,
      originName: '',
      originKind: 'node',
    })
    const list = [
      happened('2026-01-02T10:00:00Z', '2026-01-02T10:00:30Z'),
      happened('2026-01-02T09:00:00Z', '2026-01-02T10:00:00Z'),
      happened('2026-01-01T09:00:00Z', '2026-01-01T09:00:00Z'),
    ]
    expect(groupByDay(list, (at) => at.slice(0, 10)).map(({ day, entries: held }) => [day, held.length])).toEqual([
      ['2026-01-02', 2],
      ['2026-01-01', 1],
    ])
    expect(list.map(recordedLate)).toEqual([null, 3_600, null])
  })

  it('[UI12] asks for the role that the master asks for', () => {
    expect(roleFor).toEqual({
      activate: 'operator',
      quarantine: 'operator',
      remediate: 'engineer',
      decommission: 'engineer',
      retire: 'authority',
      'revoke-key': 'authority',
    })
  })

  it('[UI27] keeps trust apart from health and contact', () => {
    const node = { record: { lifecycle: { phase: 'ACTIVE' } }, evidence: [], keyId: 'k' } as unknown as NodeDetail
    expect(toTrust(node)).toBe('key-trusted')
    expect(toTrust({ ...node, keyId: null })).toBe('no-key')
    expect(toTrust({ ...node, evidence: [{} as NodeDetail['evidence'][number]] })).toBe('evidence')
    expect(toTrust({ ...node, record: { ...node.record, lifecycle: { ...node.record.lifecycle, phase: 'QUARANTINED' } } })).toBe(
      'quarantined',
    )
  })
})
