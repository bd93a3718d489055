/**
 * Judging many decisions against the same acts: the rule for a master in an epoch is worked out once, and kept until something about
 * authority changed.
 */
import { chroniclesOf } from './chronicle.ts'
import { nodesWithGlass } from './glass.ts'
import { lineOf } from './line.ts'
import { inheritanceChanges } from './placement.ts'
import { type DecisionAsk, type Effect, prepareRule, type Rule } from './may-decide.ts'
import type { AuthorityBook } from './types.ts'

export type AuthorityJudge = {
  readonly mayDecide: (ask: DecisionAsk) => Effect
  /** By which all decisions of that master are judged that name this epoch of the domain. */
  readonly ruleFor: (who: Omit<DecisionAsk, 'kind' | 'written' | 'placement'>) => Rule
  /** How often the domain, or one above it, changed its inheritance. */
  readonly changesOf: (domainId: string) => number
  /** Glass was broken at that node, in the domain or one above it: it is judged apart from the rest ([AU23]). */
  readonly isNamed: (domainId: string, nodeId: string) => boolean
  /** After an act on authority, a domain, a life of a master or a node's key was taken in. */
  readonly forget: () => void
}

export function createAuthorityJudge(book: AuthorityBook): AuthorityJudge {
  const rules = new Map<string, Rule>()
  const namedNodes = new Map<string, ReadonlySet<string>>()
  const changes = new Map<string, number>()

  function isNamed(domainId: string, nodeId: string): boolean {
    const known = namedNodes.get(domainId)
    if (known !== undefined) return known.has(nodeId)
    const found = new Set(lineOf(book, domainId).flatMap((id) => nodesWithGlass(book, id)))
    namedNodes.set(domainId, found)
    return found.has(nodeId)
  }

  function ruleFor(who: Omit<DecisionAsk, 'kind' | 'written' | 'placement'>): Rule {
    // Nodes differ only where glass was broken at single ones.
    const nodeId = who.nodeId !== undefined && isNamed(who.domainId, who.nodeId) ? who.nodeId : undefined
    const name = `${who.domainId}/${nodeId ?? ''}/${who.masterId}/${who.incarnation}/${who.epoch}`
    const known = rules.get(name)
    if (known !== undefined) return known
    const rule = prepareRule(book, chroniclesOf(book, { domainId: who.domainId, nodeId }), who)
    rules.set(name, rule)
    return rule
  }

  function changesOf(domainId: string): number {
    const known = changes.get(domainId)
    if (known !== undefined) return known
    const found = inheritanceChanges(book, domainId)
    changes.set(domainId, found)
    return found
  }

  return {
    changesOf,
    isNamed,
    mayDecide: (ask) => ruleFor(ask).judge(ask),
    ruleFor,
    forget: () => {
      rules.clear()
      namedNodes.clear()
      changes.clear()
    },
  }
}
