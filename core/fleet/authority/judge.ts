/**
 * Judging many decisions against the same acts: the rule for a master in an epoch is worked out once, and kept until something about
 * authority changed.
 */
import { chroniclesOf } from './chronicle.ts'
import { lineOf } from './line.ts'
import { type DecisionAsk, type Effect, prepareRule, type Rule } from './may-decide.ts'
import type { AuthorityAct, AuthorityBook } from './types.ts'

export type AuthorityJudge = {
  readonly mayDecide: (ask: DecisionAsk) => Effect
  /** After an act on authority, a domain, a life of a master or a node's key was taken in. */
  readonly forget: () => void
}

export function createAuthorityJudge(book: AuthorityBook): AuthorityJudge {
  const rules = new Map<string, Rule>()
  const namesNodes = new Map<string, boolean>()

  function hasLocalActs(domainId: string): boolean {
    const known = namesNodes.get(domainId)
    if (known !== undefined) return known
    const has = lineOf(book, domainId).some((id) => book.record(id)?.acts.some(isLocal) ?? false)
    namesNodes.set(domainId, has)
    return has
  }

  return {
    mayDecide: (ask) => {
      // Nodes differ only where glass was broken at single ones.
      const nodeId = ask.nodeId !== undefined && hasLocalActs(ask.domainId) ? ask.nodeId : undefined
      const name = `${ask.domainId}/${nodeId ?? ''}/${ask.masterId}/${ask.incarnation}/${ask.epoch}`
      const known = rules.get(name)
      if (known !== undefined) return known(ask)
      const rule = prepareRule(book, chroniclesOf(book, { domainId: ask.domainId, nodeId }), ask)
      rules.set(name, rule)
      return rule(ask)
    },
    forget: () => {
      rules.clear()
      namesNodes.clear()
    },
  }
}

function isLocal({ word }: AuthorityAct): boolean {
  return 'giving' in word && word.giving.nodeIds !== null
}
