/** How far a clock is off, in the words that are needed for it. */

export type Offset = { readonly kind: 'right' | 'ahead' | 'behind'; readonly seconds: number; readonly isDoubtful: boolean }

/** Less than a second is the way a message took, and not worth a word. */
export function offsetOf(offsetMs: number, toleranceMs: number): Offset {
  const seconds = Math.abs(offsetMs) / 1000
  return { kind: seconds < 1 ? 'right' : offsetMs > 0 ? 'ahead' : 'behind', seconds, isDoubtful: Math.abs(offsetMs) > toleranceMs }
}
