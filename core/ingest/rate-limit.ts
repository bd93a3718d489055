/** Token buckets by name: so many requests a second, and so many saved up. */
import type { Clock } from '../kernel/ports.ts'

export type RateLimit = {
  /** 0 when the request may pass, else the milliseconds until it may. */
  readonly take: (name: string) => number
}

export type RateLimits = {
  readonly perSecond: number
  readonly burst: number
  /** Buckets kept. Beyond it the one that was touched longest ago goes: most likely it is full again, so nothing is lost. */
  readonly maxBuckets: number
}

export function createRateLimit({ perSecond, burst, maxBuckets }: RateLimits, clock: Clock): RateLimit {
  const buckets = new Map<string, { readonly level: number; readonly at: number }>()

  function levelOf(bucket: { readonly level: number; readonly at: number }, now: number): number {
    return Math.min(burst, bucket.level + ((now - bucket.at) / 1000) * perSecond)
  }

  function forgetOldest(): void {
    const [oldest] = buckets.keys()
    if (oldest !== undefined) buckets.delete(oldest)
  }

  return {
    take: (name) => {
      const now = clock.monotonic()
      const bucket = buckets.get(name)
      if (bucket === undefined && buckets.size >= maxBuckets) forgetOldest()
      const level = bucket === undefined ? burst : levelOf(bucket, now)
      buckets.delete(name)
      buckets.set(name, { level: level >= 1 ? level - 1 : level, at: now })
      return level >= 1 ? 0 : ((1 - level) / perSecond) * 1000
    },
  }
}
