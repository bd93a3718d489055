/** A map that forgets what was asked for longest ago, so that what it holds never grows past its bound. */
export type BoundedCache<Value> = {
  readonly get: (key: string) => Value | undefined
  /** `weight` counts against the bound; 1 unless said otherwise. */
  readonly set: (key: string, value: Value, weight?: number) => void
}

export function createBoundedCache<Value>(bound: number): BoundedCache<Value> {
  // A Map keeps the order of insertion: what is asked for goes to the end, so that its first key is the one to forget.
  const kept = new Map<string, { readonly value: Value; readonly weight: number }>()
  let used = 0
  function remove(key: string): void {
    used -= kept.get(key)?.weight ?? 0
    kept.delete(key)
  }
  return {
    get: (key) => {
      const entry = kept.get(key)
      if (entry === undefined) return undefined
      // Far from the bound nothing will be forgotten soon, and the order need not be kept.
      if (used > bound / 2) {
        kept.delete(key)
        kept.set(key, entry)
      }
      return entry.value
    },
    set: (key, value, weight = 1) => {
      remove(key)
      if (weight > bound) return
      kept.set(key, { value, weight })
      used += weight
      for (const oldest of kept.keys()) {
        if (used <= bound) return
        remove(oldest)
      }
    },
  }
}
