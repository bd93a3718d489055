import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  backupAge,
  backupLastsDays,
  type BackupForm,
  type BackupList,
  concernsOf,
  diskActDays,
  diskPlanDays,
  diskPressure,
  type Heard,
  isAllHeard,
  type IncarnationView,
  lastBackup,
  leastFreeBytes,
  type MadeBackup,
  partOf,
  projectionState,
  type ProjectionView,
  readBackupForm,
  restoreCommand,
  roomOfSubject,
  shareDone,
  shortestPassphrase,
  type StoreView,
  suggestBackupFile,
  summarize,
  toDiskOutlook,
} from '../../../renderer/features/held/model.ts'

const now = Date.parse('2026-03-01T12:00:00.000Z')
const days = (count: number): string => new Date(now + count * 86_400_000).toISOString()
const gigabyte = 1_000_000_000

const archives: StoreView['archives'] = {
  directory: '/var/lib/ibcf/archive',
  count: 0,
  events: 0,
  sizeBytes: 0,
  firstSealedAt: null,
  lastSealedAt: null,
  missingCount: 0,
  missing: [],
}
const store = (change: Partial<StoreView> = {}): StoreView => ({
  path: '/var/lib/ibcf/store.sqlite',
  schemaVersion: 40,
  fileBytes: 1,
  walBytes: 0,
  reusableBytes: 0,
  events: 7,
  logs: 1,
  blobs: 0,
  blobBytes: 0,
  missingBlobs: [],
  archives,
  freeDiskBytes: 100 * gigabyte,
  growthBytesPerDay: 1000,
  fullOn: null,
  ...change,
})
const backup = (change: Partial<MadeBackup> = {}): MadeBackup => ({
  file: '/media/stick/ibcf-2026-02-28.ibcf-backup',
  createdAt: days(-1),
  sizeBytes: 1,
  sha256: 'ab',
  masterId: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  schemaVersion: 40,
  events: 7,
  fingerprint: 'a b c d e f',
  encryption: 'passphrase',
  keys: 'unsealed',
  tookMs: 1,
  ...change,
})
const idle: BackupList['current'] = { state: 'none', file: null, progress: null, made: null, problem: null }
const backups = (items: readonly MadeBackup[], current = idle): BackupList => ({ items: [...items], current })
const projection = (change: Partial<ProjectionView> = {}): ProjectionView => ({
  name: 'lifecycle',
  version: 2,
  servedVersion: 2,
  position: 7,
  head: 7,
  behind: 0,
  state: 'current',
  rebuild: null,
  parked: 0,
  rejudging: 0,
  ...change,
})
const projections = (...items: readonly ProjectionView[]) => ({ items: [...items], powerless: 0, stateHash: 'ab', isSettled: true })
const life = (change: Partial<IncarnationView> = {}): IncarnationView => ({
  id: null,
  openedAt: null,
  reason: 'founded',
  continues: [],
  continuesTotal: 0,
  lost: [],
  lapsed: [],
  debts: [],
  ...change,
})
const well: Heard = { store: store(), projections: projections(projection()), backups: backups([backup()]), incarnation: life() }
const kinds = (heard: Heard): readonly string[] => concernsOf(heard, now).map(({ kind }) => kind)

describe('the answer of the desk', () => {
  it('[UI29] is a plain yes only when everything was heard and nothing is wrong', () => {
    expect(concernsOf(well, now)).toEqual([])
    expect(isAllHeard(well)).toBe(true)
    expect(concernsOf({}, now)).toEqual([])
    expect(isAllHeard({})).toBe(false)
    expect(isAllHeard({ ...well, backups: undefined })).toBe(false)
    const demo = { isInMemory: true, projections: well.projections, incarnation: well.incarnation, backups: backups([]) }
    expect(concernsOf(demo, now)).toEqual([])
    expect(isAllHeard(demo)).toBe(true)
  })

  it('[UI29] names what a person must do first', () => {
    const heard: Heard = {
      store: store({ missingBlobs: ['aa'], fullOn: days(diskPlanDays - 1) }),
      projections: projections(projection({ parked: 2, rejudging: 5 }), projection({ name: 'actual', parked: 1, rejudging: 5 })),
      backups: backups([]),
      incarnation: life({ lapsed: [{ domainId: 'd', domainName: 'Island', epoch: 1 }] }),
    }
    expect(kinds(heard)).toEqual(['authority-lapsed', 'parked', 'disk', 'missing-content', 'backup-never', 'rejudging'])
    expect(concernsOf(heard, now).find(({ kind }) => kind === 'parked')).toMatchObject({ count: 3 })
    expect(concernsOf(heard, now).find(({ kind }) => kind === 'rejudging')).toMatchObject({ count: 5 })
  })

  it('[UI29] a rebuild is work, no alarm, and stands for the older version that it replaces', () => {
    const rebuild = { done: 1, total: 2, rate: 0, etaSeconds: null, startedAt: days(0), reason: 'r', waitsFor: [] }
    const old = projection({ servedVersion: 1, state: 'rebuilding', rebuild })
    expect(concernsOf({ ...well, projections: projections(old) }, now)).toEqual([{ kind: 'rebuilding', pressure: 'calm' }])
    expect(kinds({ ...well, projections: projections(projection({ servedVersion: 1, state: 'outdated' })) })).toEqual(['outdated'])
  })

  it('[UI33] a debt of break-glass is said until it is reviewed', () => {
    const debt = { domainId: 'd', domainName: 'Island', epoch: 2, since: days(-1), reason: null, operatorName: null }
    expect(concernsOf({ ...well, incarnation: life({ debts: [debt] }) }, now)).toEqual([
      { kind: 'break-glass', pressure: 'plan', count: 1 },
    ])
  })

  it('[UI29] every concern leads to a part of the page', () => {
    const found = concernsOf(
      {
        store: store({ freeDiskBytes: 0, missingBlobs: ['aa'], archives: { ...archives, count: 2, missingCount: 1 } }),
        projections: projections(projection({ parked: 1, servedVersion: 1, state: 'outdated', rejudging: 1 })),
        backups: backups([backup()], { ...idle, state: 'failed' }),
        incarnation: life({ lapsed: [{ domainId: 'd', domainName: 'Island', epoch: 1 }] }),
      },
      now,
    )
    expect(found.map((concern) => partOf(concern))).toEqual([
      'life',
      'store',
      'projections',
      'backups',
      'store',
      'archive',
      'projections',
      'projections',
    ])
  })
})

describe('the disk', () => {
  it('[UI29] promises nothing that was not measured', () => {
    expect(toDiskOutlook(store({ growthBytesPerDay: null }), now)).toEqual({ kind: 'unmeasured' })
    expect(toDiskOutlook(store({ growthBytesPerDay: 0 }), now)).toEqual({ kind: 'years' })
    expect(toDiskOutlook(store({ fullOn: days(12.5) }), now)).toEqual({ kind: 'full', days: 12, on: days(12.5) })
    expect(toDiskOutlook(store({ fullOn: days(-1) }), now)).toMatchObject({ days: 0 })
  })

  it('[UI29] presses by the days that are left, or by too little room whatever the growth', () => {
    expect(diskPressure(store({ fullOn: days(diskPlanDays + 1) }), now)).toBe('calm')
    expect(diskPressure(store({ fullOn: days(diskPlanDays - 1) }), now)).toBe('plan')
    expect(diskPressure(store({ fullOn: days(diskActDays - 1) }), now)).toBe('act')
    expect(diskPressure(store({ growthBytesPerDay: null, freeDiskBytes: leastFreeBytes - 1 }), now)).toBe('act')
  })
})

describe('projections', () => {
  it('[UI31] stand by what serves, and all of them are made anew by one rebuild', () => {
    expect(projectionState(projection())).toBe('current')
    expect(projectionState(projection({ behind: 3 }))).toBe('behind')
    expect(projectionState(projection({ state: 'rebuilding', behind: 3 }))).toBe('rebuilding')
    const rebuild = { done: 50, total: 200, rate: 10, etaSeconds: 15, startedAt: days(0), reason: 'r', waitsFor: [] }
    const list = projections(
      projection({ rebuild }),
      projection({ name: 'actual', servedVersion: 1, rebuild }),
      projection({ name: 'b', behind: 1 }),
    )
    expect(summarize(list)).toEqual({ total: 3, current: 1, parked: 0, rejudging: 0, isOutdated: true, rebuild })
    expect(summarize(projections())).toMatchObject({ total: 0, current: 0, rejudging: 0, rebuild: null })
  })

  it('[UI31] progress is a share, never more than all, and unknown while there is nothing to measure by', () => {
    expect(shareDone({ done: 50, total: 200 })).toBe(0.25)
    expect(shareDone({ done: 300, total: 200 })).toBe(1)
    expect(shareDone({ done: 0, total: 0 })).toBeNull()
  })

  it('[UI32] a parked event leads to the page of what it is about, where there is one', () => {
    expect(['lifecycle', 'domains', 'operators'].map(roomOfSubject)).toEqual(['node', 'domain', null])
  })
})

describe('backups', () => {
  it('[UI30] are as old as the newest, in whatever order they are listed', () => {
    const list = backups([backup({ createdAt: days(-9) }), backup({ createdAt: days(-2) }), backup({ createdAt: days(-5) })])
    expect(lastBackup(list)?.createdAt).toBe(days(-2))
    expect(backupAge(list, now)).toBe('fresh')
    expect(backupAge(list, now + (backupLastsDays + 1) * 86_400_000)).toBe('old')
    expect(backupAge(backups([]), now)).toBe('never')
    expect(kinds({ ...well, backups: backups([backup({ createdAt: days(-9) })]) })).toEqual(['backup-old'])
    expect(kinds({ ...well, backups: backups([backup()], { ...idle, state: 'failed' }) })).toEqual(['backup-failed'])
  })

  it('[UI30] the next one goes beside the last one, else beside the data directory', () => {
    expect(suggestBackupFile('/var/lib/ibcf', undefined, '2026-03-01')).toBe('/var/lib/ibcf-2026-03-01.ibcf-backup')
    expect(suggestBackupFile('/var/lib/ibcf/', backup(), '2026-03-01')).toBe('/media/stick/ibcf-2026-03-01.ibcf-backup')
    expect(suggestBackupFile('C:\\Users\\Ingrid\\ibcf', undefined, '2026-03-01')).toBe('C:\\Users\\Ingrid\\ibcf-2026-03-01.ibcf-backup')
  })

  const form: BackupForm = { file: '/media/a', protection: 'none', passphrase: '', repeated: '', recipient: '' }

  it('[UI15] [UI30] nothing is asked for while something is wrong', () => {
    const problemsOf = (change: Partial<BackupForm>): readonly string[] => readBackupForm({ ...form, ...change }).problems
    expect(problemsOf({ file: ' ' })).toEqual(['file-empty'])
    expect(problemsOf({ file: 'a/b' })).toEqual(['file-relative'])
    expect(problemsOf({ file: 'D:\\a' })).toEqual([])
    expect(problemsOf({ protection: 'passphrase', passphrase: 'short', repeated: 'short' })).toEqual(['passphrase-short'])
    expect(problemsOf({ protection: 'passphrase', passphrase: 'long enough to hold', repeated: 'other' })).toEqual(['passphrase-differs'])
    expect(problemsOf({ protection: 'recipient', recipient: 'age1' })).toEqual(['recipient-malformed'])
    fc.assert(
      fc.property(
        fc.record({
          file: fc.string({ maxLength: 12 }),
          protection: fc.constantFrom('passphrase' as const, 'recipient' as const, 'none' as const),
          passphrase: fc.string({ maxLength: 20 }),
          repeated: fc.string({ maxLength: 20 }),
          recipient: fc.string({ maxLength: 20 }),
        }),
        (given) => {
          const { problems, request } = readBackupForm(given)
          expect(request === null).toBe(problems.length > 0)
          if (request?.passphrase !== undefined) expect(request.passphrase.length).toBeGreaterThanOrEqual(shortestPassphrase)
        },
      ),
    )
  })

  it('[UI30] asks only for what was chosen, whatever else was typed before', () => {
    const recipient = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p'
    const typed = { ...form, passphrase: 'nine grey whales', repeated: 'nine grey whales', recipient }
    expect(readBackupForm(typed).request).toEqual({ file: '/media/a' })
    expect(readBackupForm({ ...typed, protection: 'passphrase' }).request).toEqual({ file: '/media/a', passphrase: 'nine grey whales' })
    expect(readBackupForm({ ...typed, protection: 'recipient' }).request).toEqual({ file: '/media/a', recipient })
  })

  it('[UI30] the command that brings it back names the file and never a secret', () => {
    expect(restoreCommand({ file: '/media/a b', encryption: 'none' })).toBe('ibcf restore --from "/media/a b" --data NEW-DIRECTORY')
    expect(restoreCommand({ file: '/a', encryption: 'passphrase' })).toContain('--passphrase-file')
    expect(restoreCommand({ file: '/a', encryption: 'recipient' })).toContain('--identity-file')
  })
})
