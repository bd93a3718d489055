/** What accounts for drift of a node beside its policy: waivers over it or a domain above it, and what it decided alone. */
import type { LocalDecision } from '../../fleet/drift/evaluate.ts'
import type { Waiver } from '../../fleet/drift/waiver.ts'
import { inForce } from '../../projections/local-decisions.ts'
import type { ReadModel } from '../read-model.ts'
import { lineageOf } from './lineage.ts'

export type Excuses = { readonly waivers: readonly Waiver[]; readonly localDecisions: readonly LocalDecision[] }

type Model = Pick<ReadModel, 'reader' | 'domain' | 'waivers' | 'localDecisions' | 'pastRowOf'>

/** Undefined when nothing accounts for anything, which is nearly always. Waivers that are over are left out. */
export function excusesOf(model: Model, node: string, domainId: string, nowMs: number): Excuses | undefined {
  const waivers = hasAny(model, 'SELECT 1 FROM waived LIMIT 1')
    ? waiversOver(model, [node, ...lineageOf(model, domainId).map(({ id }) => id)], nowMs)
    : []
  const localDecisions = hasAny(model, 'SELECT 1 FROM deciding_nodes WHERE subject = ?', node)
    ? inForce(model.localDecisions(node) ?? {})
    : []
  return waivers.length === 0 && localDecisions.length === 0 ? undefined : { waivers, localDecisions }
}

/** Lists ask this of every node: the tables say sooner than the states. Of the past they say nothing. */
function hasAny({ reader, pastRowOf }: Model, text: string, ...values: readonly string[]): boolean {
  return pastRowOf !== undefined || reader.get(text, ...values) !== undefined
}

/** Those that hold for every node of the domain. */
export function domainWaivers(model: Pick<ReadModel, 'domain' | 'waivers'>, domainId: string, nowMs: number): readonly Waiver[] {
  return waiversOver(
    model,
    lineageOf(model, domainId).map(({ id }) => id),
    nowMs,
  )
}

/** The next instant at which a waiver of anything is over; Infinity when none will be. */
export function nextWaiverEnd(model: Pick<ReadModel, 'reader' | 'waivers'>, nowMs: number): number {
  const subjects = model.reader.all<{ subject: string }>('SELECT subject FROM waived')
  const ends = subjects.flatMap(({ subject }) => waiversOver(model, [subject], nowMs)).map(({ until }) => Date.parse(until))
  return Math.min(Number.POSITIVE_INFINITY, ...ends)
}

/** Whether anything anywhere may account for drift: asked once for a page, nobody on it need be asked. */
export function anyExcuses({ reader, pastRowOf }: Pick<ReadModel, 'reader' | 'pastRowOf'>): boolean {
  if (pastRowOf !== undefined) return true
  const some = reader.get<{ any_of: number }>('SELECT EXISTS (SELECT 1 FROM waived) OR EXISTS (SELECT 1 FROM deciding_nodes) AS any_of')
  return some?.any_of === 1
}

/** Nodes of the domain that have a waiver or a decision of their own. */
export function excusedNodes({ reader }: Pick<ReadModel, 'reader'>, domainId: string): readonly string[] {
  // A first look at a large fleet asks this of a thousand domains, and mostly nobody has any.
  if (!anyExcuses({ reader })) return []
  return reader
    .all<{ subject: string }>(
      'SELECT subject FROM (SELECT subject FROM waived UNION SELECT subject FROM deciding_nodes) WHERE subject IN (SELECT subject FROM nodes WHERE domain = ?)',
      domainId,
    )
    .map(({ subject }) => subject)
}

function waiversOver(model: Pick<ReadModel, 'waivers'>, subjects: readonly string[], nowMs: number): Waiver[] {
  return subjects
    .flatMap((subject) => model.waivers(subject) ?? [])
    .filter(({ isRevoked, until }) => !isRevoked && nowMs < Date.parse(until))
}
