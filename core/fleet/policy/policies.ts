/** Policy bundles and their assignments: what may be decided of them, and what the decisions come to ([PO1]..[PO5]). */
import { compare, valid } from 'semver'
import { readWindow } from '../command/window.ts'
import { faultOfRule, isEqualJson } from '../drift/comparators.ts'
import { isAtOrBelow, valueAt } from '../drift/pointer.ts'
import { accepted, refused, type Result } from '../../kernel/result.ts'
import { checkDocument, findSchemaFaults } from './configuration-schema.ts'
import { type PolicyContent, policyContentSchema } from './policy-bundle.ts'
import { type PolicySelector, policySelectorSchema } from './selector.ts'

export type Assignment = {
  readonly assignmentId: string
  readonly policyBundleId: string
  readonly domainId: string
  readonly selector: PolicySelector
  /** Its place among the decisions about desired state: the larger, the newer on the record. */
  readonly order: number
}

export type Policies = {
  readonly bundles: ReadonlyMap<string, PolicyContent>
  readonly assignments: readonly Assignment[]
  /** How many assigning decisions were folded. */
  readonly decided: number
}

export const noPolicies: Policies = { bundles: new Map(), assignments: [], decided: 0 }

export type PolicyEvent =
  | { readonly type: 'published'; readonly policyBundleId: string; readonly content: PolicyContent }
  | {
      readonly type: 'assigned'
      readonly assignmentId: string
      readonly domainId: string
      readonly policyBundleId: string
      readonly selector: PolicySelector
    }
  | { readonly type: 'withdrawn'; readonly assignmentId: string }

/** Folded in the order of decisions. A bundle keeps the content it was first published with, whatever comes under its id later. */
export function evolvePolicies(policies: Policies, event: PolicyEvent): Policies {
  switch (event.type) {
    case 'published': {
      if (policies.bundles.has(event.policyBundleId)) return policies
      return { ...policies, bundles: new Map([...policies.bundles, [event.policyBundleId, event.content]]) }
    }
    case 'assigned': {
      const { assignmentId, domainId, policyBundleId, selector } = event
      const assignment: Assignment = { assignmentId, domainId, policyBundleId, selector, order: policies.decided }
      return { ...policies, assignments: [...policies.assignments, assignment], decided: policies.decided + 1 }
    }
    case 'withdrawn':
      return {
        ...policies,
        assignments: policies.assignments.filter(({ assignmentId }) => assignmentId !== event.assignmentId),
        decided: policies.decided + 1,
      }
  }
}

/**
 * Whether the bundle may be published. Refuses `POLICY_KNOWN` (this id is published, with this or other content), `POLICY_INVALID`
 * (malformed), `POLICY_VERSION_INVALID`, `POLICY_VERSION_TAKEN`, `SOFTWARE_VERSION_DIFFERENT`, `WINDOW_MALFORMED`, `COMPARATOR_INVALID`, `CONFIGURATION_SCHEMA_INVALID` and
 * `CONFIGURATION_INVALID`, with the places in words.
 */
export function decidePublish(policies: Policies, policyBundleId: string, content: PolicyContent): Result<PolicyContent> {
  if (policies.bundles.has(policyBundleId)) return refused('POLICY_KNOWN', 'It is published, and never changes.', { policyBundleId })
  const parsed = policyContentSchema.safeParse(content)
  if (!parsed.success) return refused('POLICY_INVALID', 'It is not a policy bundle.', { problems: parsed.error.message.slice(0, 2000) })
  const { name, version, targetVersion, configuration, configurationSchema } = parsed.data
  if (valid(version) === null || valid(targetVersion) === null)
    return refused('POLICY_VERSION_INVALID', 'Its version and its target version are to be SemVer, such as 2.1.0.', {
      version,
      targetVersion,
    })
  if (parsed.data.software !== undefined && parsed.data.software.version !== targetVersion)
    return refused(
      'SOFTWARE_VERSION_DIFFERENT',
      `It asks for version ${targetVersion} and would install ${parsed.data.software.version}.`,
      {
        targetVersion,
      },
    )
  const sameVersion = [...policies.bundles].find(([, other]) => other.name === name && isSameVersion(other.version, version))
  if (sameVersion !== undefined)
    return refused('POLICY_VERSION_TAKEN', `${name} ${version} is published already; a change is another version.`, { by: sameVersion[0] })
  const window = readWindow(parsed.data.constraints.maintenance_window)
  if (!window.ok) return window
  const faults = findTermFaults(parsed.data)
  if (faults.length > 0) return refused('COMPARATOR_INVALID', faults.join(' '), { faults: faults.length })
  const ofSchema = configurationSchema === undefined ? [] : findSchemaFaults(configurationSchema)
  if (ofSchema.length > 0) return refused('CONFIGURATION_SCHEMA_INVALID', told(ofSchema), { problems: ofSchema.length })
  const ofDocument = configurationSchema === undefined ? [] : checkDocument(configurationSchema, configuration)
  if (ofDocument.length > 0) return refused('CONFIGURATION_INVALID', told(ofDocument), { problems: ofDocument.length })
  return accepted(parsed.data)
}

export type AssignAct = Omit<Assignment, 'order'>
/** What an assignment does to the domain, compared with the bundle of the same selector that held there. */
export type Assigned = AssignAct & { readonly direction: 'first' | 'forward' | 'rollback' | 'again' | 'other' }

/** Refuses `POLICY_UNKNOWN`, `ASSIGNMENT_KNOWN` and `SELECTOR_INVALID`. A rollback is an assignment of an older version, on the record. */
export function decideAssign(policies: Policies, act: AssignAct): Result<Assigned> {
  const bundle = policies.bundles.get(act.policyBundleId)
  if (bundle === undefined) return refused('POLICY_UNKNOWN', 'This policy bundle is not held here.', { policyBundleId: act.policyBundleId })
  if (!policySelectorSchema.safeParse(act.selector).success) return refused('SELECTOR_INVALID', 'The selection cannot be read.')
  if (policies.assignments.some(({ assignmentId }) => assignmentId === act.assignmentId))
    return refused('ASSIGNMENT_KNOWN', 'An assignment is made once; make another.', { assignmentId: act.assignmentId })
  const before = policies.assignments
    .filter(({ domainId, selector }) => domainId === act.domainId && isEqualJson(selector, act.selector))
    .toSorted((a, b) => b.order - a.order)
    .at(0)
  const held = before === undefined ? undefined : policies.bundles.get(before.policyBundleId)
  return accepted({ ...act, direction: directionOf(held, bundle) })
}

/** Refuses `ASSIGNMENT_UNKNOWN`. */
export function decideWithdraw(policies: Policies, assignmentId: string): Result<Assignment> {
  const known = policies.assignments.find((assignment) => assignment.assignmentId === assignmentId)
  return known === undefined ? refused('ASSIGNMENT_UNKNOWN', 'There is no such assignment here.', { assignmentId }) : accepted(known)
}

/** One of before the rule has no order among the others; it is only ever itself. */
function isSameVersion(a: string, b: string): boolean {
  return a === b || (valid(a) !== null && valid(b) !== null && compare(a, b) === 0)
}

function directionOf(held: PolicyContent | undefined, next: PolicyContent): Assigned['direction'] {
  if (held === undefined) return 'first'
  // Bundles of before the rule, or of another name, have no order among them.
  if (held.name !== next.name || valid(held.version) === null || valid(next.version) === null) return 'other'
  const order = compare(next.version, held.version)
  if (order === 0) return 'again'
  return order > 0 ? 'forward' : 'rollback'
}

/** Rules that could not mean anything: twice the same place, one in the shadow of another, or one that does not fit what is desired. */
function findTermFaults({ targetVersion, configuration, comparators = [], delegatedPaths = [] }: PolicyContent): string[] {
  const desired = { software: { version: targetVersion }, configuration }
  const isPlaced = (path: string): boolean => path === '/software/version' || isAtOrBelow(path, '/configuration')
  const ofRules = comparators.flatMap((rule, at) => {
    const { path } = rule
    if (!isPlaced(path)) return [`${path} is neither /software/version nor in /configuration.`]
    const shadow = comparators.find(
      (other, otherAt) => otherAt !== at && isAtOrBelow(path, other.path) && (path !== other.path || otherAt < at),
    )
    if (shadow !== undefined) return [`The rule at ${path} has nothing to say beside the one at ${shadow.path}.`]
    return faultOfRule(rule, valueAt(desired, path)) ?? []
  })
  return [...ofRules, ...delegatedPaths.filter((path) => !isPlaced(path)).map((path) => `${path} cannot be left to a node.`)]
}

function told(problems: readonly { readonly path: string; readonly sentence: string }[]): string {
  return problems
    .slice(0, 5)
    .map(({ path, sentence }) => `${path || 'The document'}: ${sentence}`)
    .join(' ')
}
