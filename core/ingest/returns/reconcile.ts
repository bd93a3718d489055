/**
 * The verdict of a return: pure, and the same for the same facts, so that a dry run tells the truth ([RT9]). What a policy bundle says
 * under `reconciliation` in its configuration decides what a node may do alone; what the domain makes of that is its own policy ([RT11]).
 */
import { commandFindings } from './command-findings.ts'
import { driftFindings } from './drift-findings.ts'
import { finding, type Finding, type JudgedAgainst, type ReconciliationRules, type TimeAway } from './judged.ts'
import { notices } from './notices.ts'
import { trustFindings } from './trust-findings.ts'

export type Judgement = { readonly verdict: 'CLEAN' | 'QUARANTINED'; readonly findings: readonly Finding[] }

/** More than a person reads; a node that does ten thousand different things must not make a verdict that no event can hold. */
const maxFindings = 25

const rank = { trust: 0, drift: 1, notice: 2 } as const

/** Findings come trust first, then drift, then notices: the first one is what is told in a line. */
export function reconcile(away: TimeAway, against: JudgedAgainst): Judgement {
  const found = [
    ...trustFindings(away, against),
    ...driftFindings(away, against),
    ...commandFindings(away, against),
    ...notices(away, against),
  ]
  const findings = found.toSorted((a, b) => rank[a.kind] - rank[b.kind])
  return { verdict: findings.some(({ kind }) => kind !== 'notice') ? 'QUARANTINED' : 'CLEAN', findings: shortened(findings) }
}

/** Reads `reconciliation` of a bundle's configuration; what is not of the right kind is as if it were not there. */
export function readRules(configuration: Readonly<Record<string, unknown>>): ReconciliationRules {
  const rules = configuration['reconciliation']
  const entries: Readonly<Record<string, unknown>> = typeof rules === 'object' && rules !== null ? { ...rules } : {}
  const { allowed_decisions: allowed, max_drift: maxDrift } = entries
  return {
    allowedDecisions: Array.isArray(allowed) ? allowed.filter((item) => typeof item === 'string') : undefined,
    maxDrift: typeof maxDrift === 'number' && maxDrift >= 0 && maxDrift <= 1 ? maxDrift : undefined,
  }
}

function shortened(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= maxFindings) return findings
  const more = findings.length - maxFindings + 1
  const rest = finding('notice', 'MORE_FINDINGS', `${more} more findings are not listed.`, 'Read them on its timeline.')
  return [...findings.slice(0, maxFindings - 1), rest]
}
