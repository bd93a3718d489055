/** What the node layer says about a node, derived from the master's answers: axes kept apart, differences grouped, acts explained. */
import type { Answers } from '../../client/rpc.ts'
import type { ActionName, Role } from '../../i18n/words.ts'

export type NodeDetail = Answers['node']['get']
export type DesiredActual = Answers['node']['desiredActual']
export type DifferenceEntry = DesiredActual['entries'][number]
export type TimelineEntry = Answers['node']['timeline']['items'][number]

/** Trust as far as it is known in this version: the key, what was refused, and quarantine. Verification of what it runs is a matter of its own. */
export type TrustStanding = 'quarantined' | 'evidence' | 'key-trusted' | 'no-key'

export function toTrust(node: NodeDetail): TrustStanding {
  if (node.record.lifecycle.phase === 'QUARANTINED') return 'quarantined'
  if (node.evidence.length > 0) return 'evidence'
  return node.keyId === null ? 'no-key' : 'key-trusted'
}

export type DifferenceGroup = {
  /** First part of the paths in it. */
  readonly name: string
  readonly entries: readonly (DifferenceEntry & { readonly leaf: string })[]
  /** How many are out of what is desired. */
  readonly differing: number
  readonly unknown: number
}

export function differs(entry: DifferenceEntry): boolean {
  return entry.verdict === 'different' || entry.verdict === 'missing' || entry.verdict === 'extra'
}

/** Lines by the first part of their RFC 6901 path, differing groups first; within a group in the order of the document. */
export function groupDifferences(entries: readonly DifferenceEntry[], showsOnlyDifferences: boolean): readonly DifferenceGroup[] {
  const groups = new Map<string, DifferenceEntry[]>()
  for (const entry of entries) {
    const [first = ''] = partsOf(entry.path)
    groups.set(first, [...(groups.get(first) ?? []), entry])
  }
  return [...groups]
    .map(([name, members]) => ({
      name,
      entries: members
        .filter((entry) => !showsOnlyDifferences || differs(entry) || entry.verdict === 'unknown')
        .map((entry) => ({ ...entry, leaf: partsOf(entry.path).slice(1).join(' / ') || name })),
      differing: members.filter(differs).length,
      unknown: members.filter((entry) => entry.verdict === 'unknown').length,
    }))
    .filter((group) => group.entries.length > 0)
    .toSorted((a, b) => b.differing - a.differing)
}

/** RFC 6901: parts between slashes, `~1` for a slash and `~0` for a tilde. */
export function partsOf(path: string): readonly string[] {
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

export type TimelineDay = { readonly day: string; readonly entries: readonly TimelineEntry[] }

/** Entries of the timeline by the day that `dayOf` gives them, newest first, in the order they came. */
export function groupByDay(entries: readonly TimelineEntry[], dayOf: (at: string) => string): readonly TimelineDay[] {
  const days: { day: string; entries: TimelineEntry[] }[] = []
  for (const entry of entries) {
    const day = dayOf(entry.time)
    const last = days.at(-1)
    if (last?.day === day) last.entries.push(entry)
    else days.push({ day, entries: [entry] })
  }
  return days
}

/** Entries that had happened by an instant; all of them for now. */
export function happenedBy(entries: readonly TimelineEntry[], asOf: string | null): readonly TimelineEntry[] {
  return asOf === null ? entries : entries.filter(({ time }) => Date.parse(time) <= Date.parse(asOf))
}

/** Later than this between happening and being recorded, the delay is worth saying. */
const noticeableDelayMs = 60_000

/** Seconds between what the source says and when it was recorded here; null when that is nothing to speak of. */
export function recordedLate(entry: Pick<TimelineEntry, 'time' | 'recordedAt'>): number | null {
  const delay = Date.parse(entry.recordedAt) - Date.parse(entry.time)
  return delay > noticeableDelayMs ? delay / 1000 : null
}

/** The least role for each act, as the master requires it. */
export const roleFor: Readonly<Record<ActionName, Role>> = {
  activate: 'operator',
  quarantine: 'operator',
  remediate: 'engineer',
  decommission: 'engineer',
  retire: 'authority',
  'revoke-key': 'authority',
}

/** Acts that cannot be undone, or that cut a node off. */
export function isGrave(action: ActionName): boolean {
  return action === 'decommission' || action === 'retire' || action === 'revoke-key'
}
