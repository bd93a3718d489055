/** Whether a command came too late, on a node whose own clock may be anywhere ([CM7]). */
import { readHlc, type Hlc } from '../../kernel/hlc.ts'

/** The highest clock seen in what masters verifiably signed. A far-future one is kept and flagged, and says nothing about now. */
export type SeenClock = { readonly hlc: Hlc; readonly isFarFuture: boolean }

export type JudgedTime = { readonly nowMs: number; readonly judgedBy: 'own-clock' | 'master-clock' }

/** The latest instant that there is reason to believe: a node whose clock fell back to 1970 does not run what expired last year. */
export function believedNow(ownMs: number, seen: readonly SeenClock[]): JudgedTime {
  const masterMs = Math.max(...seen.filter(({ isFarFuture }) => !isFarFuture).map(({ hlc }) => readHlc(hlc).ms), Number.NEGATIVE_INFINITY)
  return masterMs > ownMs ? { nowMs: masterMs, judgedBy: 'master-clock' } : { nowMs: ownMs, judgedBy: 'own-clock' }
}

/** Past its instant; without one it never is. */
export function isExpired(expiresAt: string | null, { nowMs }: Pick<JudgedTime, 'nowMs'>): boolean {
  return expiresAt !== null && nowMs >= Date.parse(expiresAt)
}
