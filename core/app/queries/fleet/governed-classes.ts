/**
 * The nodes of a domain in classes of equal evidence under equal rules. Where a domain is to be one thing, the counters have them;
 * where selections or waivers tell nodes apart, its rows are grouped by what selections can see, and who is named is looked at alone.
 */
import type { ReadModel } from '../../read-model.ts'
import type { DomainRule } from '../domain-rule.ts'
import { domainWaivers, excusedNodes, excusesOf } from '../excuses.ts'
import type { CountedClass } from './domain-figures.ts'
import type { GovernedClass } from './drift-classes.ts'

type Row = {
  readonly subject: string
  readonly kind: string
  readonly tags: string
  readonly comparable: number
  readonly configuration_digest: string | null
  readonly software_digest: string | null
  readonly count: number
}

const columns = "kind, tags, mode IS NOT NULL AND mode <> 'DISCONNECTED' AS comparable, configuration_digest, software_digest"

export function governedClasses(
  model: ReadModel,
  domainId: string,
  rule: DomainRule,
  counted: readonly CountedClass[],
): readonly GovernedClass[] {
  const nowMs = model.ports.clock.now()
  const waivers = domainWaivers(model, domainId, nowMs)
  const excuses = waivers.length === 0 ? undefined : { waivers, localDecisions: [] }
  const excused = excusedNodes(model, domainId)
  if (rule.isPlain && excused.length === 0) return counted.map((one) => ({ ...one, desired: rule.ofAll, excuses }))
  const apart = JSON.stringify([...new Set([...excused, ...rule.named])])
  const groups = model.reader.all<Row>(
    `SELECT '' AS subject, ${columns}, count(*) AS count FROM nodes
      WHERE domain = ? AND rank IS NOT NULL AND subject NOT IN (SELECT value FROM json_each(?)) GROUP BY 2, 3, 4, 5, 6`,
    domainId,
    apart,
  )
  const single = model.reader.all<Row>(
    `SELECT subject, ${columns}, 1 AS count FROM nodes
      WHERE domain = ? AND rank IS NOT NULL AND subject IN (SELECT value FROM json_each(?))`,
    domainId,
    apart,
  )
  return [...groups, ...single].map((row) => ({
    isComparable: row.comparable === 1,
    configurationDigest: row.configuration_digest,
    softwareDigest: row.software_digest,
    count: row.count,
    desired: rule.of({ id: row.subject, kind: row.kind, tags: JSON.parse(row.tags) as string[] }),
    excuses: row.subject === '' ? excuses : excusesOf(model, row.subject, domainId, nowMs),
  }))
}
