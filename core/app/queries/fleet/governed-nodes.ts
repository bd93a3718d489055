/** Which nodes are under one policy: whole domains where it is for all of them, and single nodes where selections tell them apart. */
import type { ReadModel } from '../../read-model.ts'
import type { FleetMemory } from './fleet.ts'

/** A node is meant when its domain is, or when it is named. */
export type Governed = { readonly domainIds: readonly string[]; readonly subjects: readonly string[] }

/** Undefined when all nodes of all these domains are under it. */
export function governedBy(
  model: Pick<ReadModel, 'reader'>,
  fleet: FleetMemory,
  domainIds: readonly string[],
  policyBundleId: string,
): Governed | undefined {
  const whole = domainIds.filter((id) => fleet.desiredIn(id).isPlain)
  const isOfAll = (id: string): boolean => fleet.desiredIn(id).ofAll?.policyBundleId === policyBundleId
  if (whole.length === domainIds.length && whole.every(isOfAll)) return undefined
  const subjects = domainIds
    .filter((id) => !fleet.desiredIn(id).isPlain)
    .flatMap((id) => {
      const rule = fleet.desiredIn(id)
      return model.reader
        .all<{ subject: string; kind: string; tags: string }>(
          'SELECT subject, kind, tags FROM nodes WHERE domain = ? AND rank IS NOT NULL',
          id,
        )
        .filter(
          ({ subject, kind, tags }) =>
            rule.of({ id: subject, kind, tags: JSON.parse(tags) as string[] })?.policyBundleId === policyBundleId,
        )
        .map(({ subject }) => subject)
    })
  return { domainIds: whole.filter(isOfAll), subjects }
}
