/**
 * Whether the data of an event fits the schema of its type. The types that nodes send all day are checked by hand: a rebuild asks for
 * each of millions of events, and the schemas took longer than the fold. A test holds both against each other.
 */
import { decisions } from '../../fleet/decisions.ts'
import { nodeEvents } from '../../fleet/node/node-events.ts'
import { healths } from '../../fleet/node/node-record.ts'

type Data = Readonly<Record<string, unknown>>
type Schema = { readonly data: { readonly safeParse: (data: unknown) => { readonly success: boolean } } }

export const schemas: ReadonlyMap<string, Schema> = new Map<string, Schema>(Object.entries({ ...nodeEvents, ...decisions }))

/** As in the schemas of node events. */
const maxText = 2000
const knownHealths: ReadonlySet<unknown> = new Set(healths)

export const byHand: ReadonlyMap<string, (data: Data) => boolean> = new Map<string, (data: Data) => boolean>([
  ['ibcf.observation.recorded.v1', (data) => isText(data['kind']) && isValues(data['values']) && typeof data['isAutonomous'] === 'boolean'],
  ['ibcf.health.changed.v1', (data) => knownHealths.has(data['from']) && knownHealths.has(data['to']) && isText(data['detail'])],
  [
    'ibcf.link.measured.v1',
    (data) =>
      isLink(data['link']) && (data['viaId'] === null || typeof data['viaId'] === 'string') && typeof data['isAutonomous'] === 'boolean',
  ],
])

/** False also for a type that nobody here knows. */
export function fits(type: string, data: Data): boolean {
  const check = byHand.get(type)
  return check === undefined ? schemas.get(type)?.data.safeParse(data).success === true : check(data)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= maxText
}

function isRecord(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isValues(values: unknown): boolean {
  if (!isRecord(values)) return false
  for (const name in values) {
    const value = values[name]
    if (typeof value === 'number' ? !Number.isFinite(value) : typeof value !== 'string' && typeof value !== 'boolean') return false
  }
  return true
}

function isLink(link: unknown): boolean {
  if (!isRecord(link)) return false
  const { rtt_ms, loss_pct, bandwidth_kbps } = link
  return isAtLeastZero(rtt_ms) && isAtLeastZero(loss_pct) && loss_pct <= 100 && isAtLeastZero(bandwidth_kbps)
}

function isAtLeastZero(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
