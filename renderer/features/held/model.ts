/**
 * Whether everything that is held is safe, complete and up to date, and whether the disk will last: derived from the answers of the
 * master and the present instant, without any of the words.
 */
import type { Answers } from '../../client/rpc.ts'

export type StoreView = Answers['store']['get']
export type ProjectionList = Answers['projection']['list']
export type ProjectionView = ProjectionList['items'][number]
export type ParkedEvent = Answers['projection']['parked']['items'][number]
export type BackupList = Answers['store']['backups']
export type MadeBackup = BackupList['items'][number]
export type BackupState = BackupList['current']
export type IncarnationView = Answers['master']['incarnation']

/** The code by which the demo island says that it is on no disk; that is no failure. */
export const nothingKept = 'NOTHING_KEPT'

const dayMs = 86_400_000
/** A backup older than this is said to be old. */
export const backupLastsDays = 3
/** A disk that lasts less than this wants somebody to plan; one that lasts less than the second, to act. */
export const diskPlanDays = 30
export const diskActDays = 3
/** Less free than this is too little to go on with, whatever the growth: a backup or a rebuild needs room beside the store. */
export const leastFreeBytes = 1_000_000_000

export type DiskOutlook =
  /** Not measured for long enough. */
  | { readonly kind: 'unmeasured' }
  /** It does not grow, or so little that the end is further than can be said. */
  | { readonly kind: 'years' }
  | { readonly kind: 'full'; readonly days: number; readonly on: string }

export function toDiskOutlook(store: Pick<StoreView, 'growthBytesPerDay' | 'fullOn'>, nowMs: number): DiskOutlook {
  if (store.growthBytesPerDay === null) return { kind: 'unmeasured' }
  if (store.fullOn === null) return { kind: 'years' }
  return { kind: 'full', days: Math.max(0, Math.floor((Date.parse(store.fullOn) - nowMs) / dayMs)), on: store.fullOn }
}

export type Pressure = 'calm' | 'plan' | 'act'

export function diskPressure(store: Pick<StoreView, 'growthBytesPerDay' | 'fullOn' | 'freeDiskBytes'>, nowMs: number): Pressure {
  const outlook = toDiskOutlook(store, nowMs)
  const days = outlook.kind === 'full' ? outlook.days : Number.POSITIVE_INFINITY
  if (days < diskActDays || store.freeDiskBytes < leastFreeBytes) return 'act'
  return days < diskPlanDays ? 'plan' : 'calm'
}

/** The newest, however the list is ordered. */
export function lastBackup({ items }: Pick<BackupList, 'items'>): MadeBackup | undefined {
  return items.reduce<MadeBackup | undefined>(
    (newest, item) => (newest === undefined || item.createdAt > newest.createdAt ? item : newest),
    undefined,
  )
}

export type BackupAge = 'never' | 'old' | 'fresh'

export function backupAge(list: Pick<BackupList, 'items'>, nowMs: number): BackupAge {
  const last = lastBackup(list)
  if (last === undefined) return 'never'
  return nowMs - Date.parse(last.createdAt) > backupLastsDays * dayMs ? 'old' : 'fresh'
}

export type ProjectionState = 'current' | 'behind' | 'outdated' | 'rebuilding'

/** A few events that are on their way into it are no matter: they are in it with the commit that brought them. */
export function projectionState({ state, behind }: Pick<ProjectionView, 'state' | 'behind'>): ProjectionState {
  return state === 'current' && behind > 0 ? 'behind' : state
}

export type ProjectionSummary = {
  readonly total: number
  readonly current: number
  readonly parked: number
  /** Subjects; the same for every projection, because all judge by the same authority. */
  readonly rejudging: number
  readonly isOutdated: boolean
  /** One rebuild makes all of them anew. */
  readonly rebuild: ProjectionView['rebuild']
}

export function summarize({ items }: Pick<ProjectionList, 'items'>): ProjectionSummary {
  return {
    total: items.length,
    current: items.filter((item) => item.servedVersion === item.version && item.behind === 0).length,
    parked: items.reduce((sum, { parked }) => sum + parked, 0),
    rejudging: Math.max(0, ...items.map(({ rejudging }) => rejudging)),
    isOutdated: items.some(({ version, servedVersion }) => version !== servedVersion),
    rebuild: items.find(({ rebuild }) => rebuild !== null)?.rebuild ?? null,
  }
}

/** Share 0..1; null while there is nothing to measure it by. A share that is not everything is never shown as all. */
export function shareDone({ done, total }: { readonly done: number; readonly total: number }): number | null {
  return total <= 0 ? null : Math.min(1, done / total)
}

export type Concern =
  | { readonly kind: 'authority-lapsed'; readonly pressure: 'act' }
  | { readonly kind: 'disk'; readonly pressure: 'plan' | 'act' }
  | { readonly kind: 'missing-content' | 'missing-archive'; readonly pressure: 'plan'; readonly count: number }
  | { readonly kind: 'parked'; readonly pressure: 'act'; readonly count: number }
  | { readonly kind: 'break-glass'; readonly pressure: 'plan'; readonly count: number }
  | { readonly kind: 'backup-failed'; readonly pressure: 'act' }
  | { readonly kind: 'backup-never' | 'backup-old'; readonly pressure: 'plan' }
  | { readonly kind: 'rebuilding' | 'outdated'; readonly pressure: 'calm' }
  | { readonly kind: 'rejudging'; readonly pressure: 'calm'; readonly count: number }

export type Part = 'store' | 'archive' | 'life' | 'backups' | 'projections'

/** The part of the desk that says more about it. */
export function partOf({ kind }: Pick<Concern, 'kind'>): Part {
  switch (kind) {
    case 'disk':
    case 'missing-content':
      return 'store'
    case 'missing-archive':
      return 'archive'
    case 'authority-lapsed':
    case 'break-glass':
      return 'life'
    case 'backup-failed':
    case 'backup-never':
    case 'backup-old':
      return 'backups'
    case 'parked':
    case 'rebuilding':
    case 'outdated':
    case 'rejudging':
      return 'projections'
  }
}

export type Heard = {
  /** A simulated island: on no disk, so there is nothing of it to back up or to fill. */
  readonly isInMemory?: boolean
  readonly store?: StoreView | undefined
  readonly projections?: ProjectionList | undefined
  readonly backups?: BackupList | undefined
  readonly incarnation?: IncarnationView | undefined
}

const pressureOrder: readonly Pressure[] = ['act', 'plan', 'calm']

/** What keeps the answer from being a plain yes, what a person must do first. What was not heard yet is no concern and no comfort. */
export function concernsOf({ isInMemory = false, store, projections, backups, incarnation }: Heard, nowMs: number): readonly Concern[] {
  const found: Concern[] = []
  if (incarnation !== undefined) {
    if (incarnation.lapsed.length > 0) found.push({ kind: 'authority-lapsed', pressure: 'act' })
    if (incarnation.debts.length > 0) found.push({ kind: 'break-glass', pressure: 'plan', count: incarnation.debts.length })
  }
  if (store !== undefined) {
    const pressure = diskPressure(store, nowMs)
    if (pressure !== 'calm') found.push({ kind: 'disk', pressure })
    if (store.missingBlobs.length > 0) found.push({ kind: 'missing-content', pressure: 'plan', count: store.missingBlobs.length })
    const { missingCount } = store.archives
    if (missingCount > 0) found.push({ kind: 'missing-archive', pressure: 'plan', count: missingCount })
  }
  if (projections !== undefined) {
    const { parked, rejudging, isOutdated, rebuild } = summarize(projections)
    if (parked > 0) found.push({ kind: 'parked', pressure: 'act', count: parked })
    if (rebuild !== null) found.push({ kind: 'rebuilding', pressure: 'calm' })
    else if (isOutdated) found.push({ kind: 'outdated', pressure: 'calm' })
    if (rejudging > 0) found.push({ kind: 'rejudging', pressure: 'calm', count: rejudging })
  }
  if (backups !== undefined && !isInMemory) {
    const age = backupAge(backups, nowMs)
    if (backups.current.state === 'failed') found.push({ kind: 'backup-failed', pressure: 'act' })
    else if (age !== 'fresh') found.push({ kind: age === 'never' ? 'backup-never' : 'backup-old', pressure: 'plan' })
  }
  return found.toSorted((a, b) => pressureOrder.indexOf(a.pressure) - pressureOrder.indexOf(b.pressure))
}

/** Everything was heard and nothing is wrong. */
export function isAllHeard({ isInMemory = false, store, projections, backups, incarnation }: Heard): boolean {
  if (projections === undefined || incarnation === undefined) return false
  return isInMemory || (store !== undefined && backups !== undefined)
}

/** Where the next backup may go: beside the last one, else beside the data directory, with the day in its name. */
export function suggestBackupFile(storePath: string, last: Pick<MadeBackup, 'file'> | undefined, day: string): string {
  const slash = storePath.includes('\\') && !storePath.includes('/') ? '\\' : '/'
  const beside = last?.file ?? storePath.replace(/[\\/]+$/, '')
  const folder = beside.slice(0, Math.max(0, beside.lastIndexOf(slash)))
  return `${folder}${slash}ibcf-${day}.ibcf-backup`
}

export type BackupForm = {
  readonly file: string
  readonly protection: 'passphrase' | 'recipient' | 'none'
  readonly passphrase: string
  readonly repeated: string
  readonly recipient: string
}

export type BackupFormProblem = 'file-empty' | 'file-relative' | 'passphrase-short' | 'passphrase-differs' | 'recipient-malformed'

/** Shorter than this is found by trying. */
export const shortestPassphrase = 12

/** What is wrong, and what to ask for when nothing is. The master checks again. */
export function readBackupForm(form: BackupForm): {
  readonly problems: readonly BackupFormProblem[]
  readonly request: { readonly file: string; readonly passphrase?: string; readonly recipient?: string } | null
} {
  const problems: BackupFormProblem[] = []
  const file = form.file.trim()
  const recipient = form.recipient.trim()
  if (file === '') problems.push('file-empty')
  else if (!/^(\/|[A-Za-z]:[\\/]|\\\\)/.test(file)) problems.push('file-relative')
  if (form.protection === 'passphrase') {
    if (form.passphrase.length < shortestPassphrase) problems.push('passphrase-short')
    else if (form.passphrase !== form.repeated) problems.push('passphrase-differs')
  }
  if (form.protection === 'recipient' && !/^age1[02-9ac-hj-np-z]{20,}$/.test(recipient)) problems.push('recipient-malformed')
  if (problems.length > 0) return { problems, request: null }
  switch (form.protection) {
    case 'passphrase':
      return { problems, request: { file, passphrase: form.passphrase } }
    case 'recipient':
      return { problems, request: { file, recipient } }
    case 'none':
      return { problems, request: { file } }
  }
}

/** The command that brings a backup back, to be copied: paths in quotes, secrets never on the command line. */
export function restoreCommand({ file, encryption }: Pick<MadeBackup, 'file' | 'encryption'>): string {
  const opener =
    encryption === 'passphrase' ? ' --passphrase-file PASSPHRASE-FILE' : encryption === 'recipient' ? ' --identity-file IDENTITY-FILE' : ''
  return `ibcf restore --from "${file}" --data NEW-DIRECTORY${opener}`
}

/** Which page a subject has, by the projection that folds it. */
export function roomOfSubject(projection: string): 'node' | 'domain' | null {
  switch (projection) {
    case 'lifecycle':
    case 'connectivity':
    case 'actual':
    case 'nodes':
      return 'node'
    case 'domains':
    case 'authority':
      return 'domain'
    default:
      return null
  }
}
