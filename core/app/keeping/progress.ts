/** How far something long has come, at which rate, and when it will be done. */
import type { Clock } from '../../kernel/ports.ts'

export type Stage = 'copying' | 'verifying' | 'packing' | 'checking' | 'unpacking'

export type Progress = {
  readonly stage: Stage
  /** Of this stage: bytes, or events while verifying. */
  readonly done: number
  readonly total: number
  readonly perSecond: number
  /** Of this stage; null until it can be said. */
  readonly etaSeconds: number | null
}

/** Answers what is to be called as it goes on; a new stage begins the rate anew. */
export function followProgress(clock: Clock, tell: ((progress: Progress) => void) | undefined) {
  let current: Stage | undefined
  let began = 0
  return (stage: Stage, done: number, total: number): void => {
    if (tell === undefined) return
    const now = clock.monotonic()
    if (stage !== current) {
      current = stage
      began = now
    }
    const perSecond = now > began ? Math.round((done * 1000) / (now - began)) : 0
    tell({ stage, done, total, perSecond, etaSeconds: perSecond > 0 ? Math.ceil(Math.max(0, total - done) / perSecond) : null })
  }
}
