/** Bad input, counted by code, so that what is thrown at a master is visible and not only refused. */
import type { Facts } from '../kernel/app-error.ts'
import type { Ports } from '../kernel/ports.ts'

export type RefusalCount = { readonly code: string; readonly count: number; readonly lastAt: number; readonly sentence: string }

export type Refusals = {
  readonly count: (code: string, sentence: string, facts?: Facts) => void
  /** Newest first. */
  readonly list: () => readonly RefusalCount[]
}

export function createRefusals({ clock, diagnostics }: Pick<Ports, 'clock' | 'diagnostics'>): Refusals {
  const counts = new Map<string, RefusalCount>()
  return {
    count: (code, sentence, facts) => {
      counts.set(code, { code, count: (counts.get(code)?.count ?? 0) + 1, lastAt: clock.now(), sentence })
      diagnostics.debug('refused', { ...facts, code })
    },
    list: () => [...counts.values()].sort((a, b) => b.lastAt - a.lastAt),
  }
}
