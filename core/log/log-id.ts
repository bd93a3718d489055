/** Names a log: one append-only, hash-chained sequence of events, written by one origin. */
import { AppError } from '../kernel/app-error.ts'
import { isUlid, type DomainId, type IncarnationId, type OriginId } from '../kernel/ids.ts'

/** Each lane has a chain of its own, so that what is urgent never waits for what is not. */
export type Lane = 'control' | 'fact' | 'bulk'

/** In the order in which they are sent. */
export const lanes = ['control', 'fact', 'bulk'] as const satisfies readonly Lane[]

export type LogId = {
  readonly origin: OriginId
  readonly incarnation: IncarnationId
  readonly lane: Lane
  /** `-` in every log of a node, and in those of a master that belong to no domain. */
  readonly domain: DomainId | '-'
}

/** `origin/incarnation/lane/domain`. */
export function formatLogId(log: LogId): string {
  return `${log.origin}/${log.incarnation}/${log.lane}/${log.domain}`
}

/** True for exactly the texts that `formatLogId` makes. */
export function isLogId(text: string): boolean {
  return partsOf(text) !== undefined
}

/** Throws Invalid `LOG_MALFORMED`. */
export function parseLogId(text: string): LogId {
  const log = partsOf(text)
  if (log === undefined) {
    throw new AppError('Invalid', 'LOG_MALFORMED', `"${text.slice(0, 100)}" does not name a log (origin/incarnation/lane/domain).`)
  }
  return log
}

export function equalLogs(a: LogId, b: LogId): boolean {
  return a.origin === b.origin && a.incarnation === b.incarnation && a.lane === b.lane && a.domain === b.domain
}

function partsOf(text: string): LogId | undefined {
  const [origin = '', incarnation = '', lane = '', domain = '', ...rest] = text.split('/', 5)
  if (rest.length > 0 || !isUlid(origin) || !isUlid(incarnation) || !isLane(lane)) return undefined
  if (domain !== '-' && !isUlid(domain)) return undefined
  return { origin: origin as OriginId, incarnation: incarnation as IncarnationId, lane, domain: domain as DomainId | '-' }
}

function isLane(text: string): text is Lane {
  return text === 'control' || text === 'fact' || text === 'bulk'
}
