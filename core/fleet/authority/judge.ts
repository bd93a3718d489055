/**
 * Judging many decisions against the same acts: the rule for a master in an epoch is worked out once, and kept until something about
 * authority changed.
 */
import { chroniclesOf } from './chronicle.ts'
import { lineOf } from './line.ts'
import { inheritanceChanges } from './placement.ts'
import { type DecisionAsk, type Effect, prepareRule, type Rule } from './may-decide.ts'
import type { AuthorityAct, AuthorityBook } from './types.ts'

export type AuthorityJudge = {
  readonly mayDecide: (ask: DecisionAsk) => Effect
  /** By which all decisions of that master are judged that name this epoch of the domain. */
  readonly ruleFor: (who: Omit<DecisionAsk, 'kind' | 'written' | 'placement'>) => Rule
  /** How often the domain, or one above it, changed its inheritance. */
  readonly changesOf: (domainId: string) => number
  /** After an act on authority, a domain, a life of a master or a node's key was taken in. */
  readonly forget: () => void
}

export function createAuthorityJudge(book: AuthorityBook): AuthorityJudge {
  const rules = new Map<string, Rule>()
  const namesNodes = new Map<string, boolean>()
  const changes = new Map<string, number>()

  function hasLocalActs(domainId: string): boolean {
    const known = namesNodes.get(domainId)
    if (known !== undefined) return known
    const has = lineOf(book, domainId).some((id) => book.record(id)?.acts.some(isLocal) ?? false)
    namesNodes.set(domainId, has)
    return has
  }

  function ruleFor(who: Omit<DecisionAsk, 'kind' | 'written' | 'placement'>): Rule {
    // Nodes differ only where glass was broken at single ones.
    const nodeId = who.nodeId !== undefined && hasLocalActs(who.domainId) ? who.nodeId : undefined
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
    mayDecide: (ask) => ruleFor(ask).judge(ask),
    ruleFor,
    forget: () => {
      rules.clear()
      namesNodes.clear()
      changes.clear()
    },
  }
}

function isLocal({ word }: AuthorityAct): boolean {
  return 'giving' in word && word.giving.nodeIds !== null
}
