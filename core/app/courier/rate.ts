/** How far something is, at which rate, and how long still; told at most ten times a second. */
import type { ImportView } from '../../contract/courier.ts'
import type { Clock } from '../../kernel/ports.ts'

type Progress = NonNullable<ImportView['progress']>

const tellEveryMs = 100

export function createRate(clock: Pick<Clock, 'monotonic'>) {
  const began = clock.monotonic()
  let toldAt = Number.NEGATIVE_INFINITY
  return (stage: Progress['stage'], done: number, total: number, tell: (progress: Progress) => void): void => {
    const now = clock.monotonic()
    if (now - toldAt < tellEveryMs && done < total) return
    toldAt = now
    const perSecond = now > began ? Math.round((done * 1000) / (now - began)) : 0
    tell({ stage, done, total, perSecond, etaSeconds: perSecond > 0 ? Math.ceil(Math.max(0, total - done) / perSecond) : null })
  }
}
