/** The configuration that holds at a node: what is desired, with what the node decided alone where the policy leaves that to it ([AG19]). */
import type { DesiredDocument } from '../contract/gateway/desired.ts'
import { isAtOrBelow, isPopulatedObject, stepsOf } from '../fleet/drift/pointer.ts'
import { type LocalPolicy, readLocalPolicy, shippedPolicy } from './local-policy.ts'

const root = '/configuration'

export function localPolicyOf(desired: DesiredDocument | undefined): LocalPolicy {
  const read = readLocalPolicy(desired?.configuration ?? {})
  // What was adopted was readable then: see desired.ts.
  return read.ok ? read.value : shippedPolicy
}

/** `inForce`: names of decisions. A change where the policy leaves nothing to the node is not made. */
export function configurationOf(desired: DesiredDocument, inForce: readonly string[]): Readonly<Record<string, unknown>> {
  const changes = localPolicyOf(desired).rules.flatMap(({ decide, change }) =>
    change !== undefined && inForce.includes(decide) && isDelegated(desired, change.path) ? [change] : [],
  )
  return changes.reduce(
    (document, { path, value }) => withValue(document, stepsOf(path.slice(root.length)) ?? [], value),
    desired.configuration,
  )
}

export function isDelegated({ terms }: DesiredDocument, path: string): boolean {
  return (terms?.delegatedPaths ?? []).some((delegated) => isAtOrBelow(path, delegated))
}

function withValue(
  document: Readonly<Record<string, unknown>>,
  [step, ...rest]: readonly string[],
  value: unknown,
): Readonly<Record<string, unknown>> {
  if (step === undefined) return document
  const inner = document[step]
  const next = rest.length === 0 ? value : withValue(isPopulatedObject(inner) ? inner : {}, rest, value)
  // Not by assignment: a step may be called `__proto__`.
  return Object.fromEntries([...Object.entries(document).filter(([name]) => name !== step), [step, next]])
}
