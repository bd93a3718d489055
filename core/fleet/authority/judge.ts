/** Judging many decisions against the same acts: what was worked out for a domain is kept until something about authority changed. */
import { chroniclesOf } from './chronicle.ts'
import { lineOf } from './line.ts'
import { type DecisionAsk, type Effect, mayDecideIn } from './may-decide.ts'
import type { AuthorityAct, AuthorityBook, Chronicle } from './types.ts'

export type AuthorityJudge = {
  readonly mayDecide: (ask: DecisionAsk) => Effect
  /** After an act on authority, a domain, a life of a master or a node's key was taken in. */
  readonly forget: () => void
}

export function createAuthorityJudge(book: AuthorityBook): AuthorityJudge {
  const lines = new Map<string, readonly Chronicle[]>()
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
      const name = `${ask.domainId}/${nodeId ?? ''}`
      const line = lines.get(name) ?? chroniclesOf(book, { domainId: ask.domainId, nodeId })
      lines.set(name, line)
      return mayDecideIn(book, line, ask)
    },
    forget: () => {
      lines.clear()
      namesNodes.clear()
    },
  }
}

function isLocal({ word }: AuthorityAct): boolean {
  return 'giving' in word && word.giving.nodeIds !== null
}
