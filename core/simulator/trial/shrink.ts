/**
 * Looks for the shortest schedule that still fails in the same way: halves of what happens are left out, then quarters, down to single
 * happenings. Every stream of chance belongs to its machine, so that leaving one thing out does not shuffle the others.
 */
import type { TrialPlan } from './plan.ts'
import type { TrialResult } from './run-trial.ts'

export type Shrunk = { readonly plan: TrialPlan; readonly result: TrialResult; readonly runs: number }

const mostRuns = 120

/** What broke, without the names and numbers that differ from run to run. */
export function signatureOf({ problems }: TrialResult): string {
  return (problems[0] ?? '').split(':')[0] ?? ''
}

export async function shrinkPlan(plan: TrialPlan, failed: TrialResult, run: (plan: TrialPlan) => Promise<TrialResult>): Promise<Shrunk> {
  const wanted = signatureOf(failed)
  let best: Shrunk = { plan, result: failed, runs: 0 }
  let runs = 0

  async function attempt(happenings: TrialPlan['happenings']): Promise<boolean> {
    if (runs >= mostRuns) return false
    runs++
    const smaller = { ...best.plan, happenings }
    const result = await run(smaller)
    if (result.ok || !result.problems.some((problem) => problem.startsWith(wanted))) return false
    best = { plan: smaller, result, runs }
    return true
  }

  for (let size = Math.ceil(plan.happenings.length / 2); size >= 1 && runs < mostRuns; ) {
    let isSmaller = false
    for (let at = 0; at < best.plan.happenings.length; ) {
      const { happenings } = best.plan
      if (await attempt([...happenings.slice(0, at), ...happenings.slice(at + size)])) isSmaller = true
      else at += size
    }
    if (size === 1 && !isSmaller) break
    size = isSmaller ? Math.min(size, Math.ceil(best.plan.happenings.length / 2)) : Math.floor(size / 2)
  }
  return { ...best, runs }
}
