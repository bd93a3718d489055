/** The keys of a list, apart from the page they are pressed on. */

/** Where a key leads from a row, or null when it is none of ours. */
export function targetOf(key: string, at: number, count: number): number | null {
  if (count === 0) return null
  switch (key) {
    case 'j':
    case 'ArrowDown':
      return Math.min(count - 1, at + 1)
    case 'k':
    case 'ArrowUp':
      return Math.max(0, at === -1 ? 0 : at - 1)
    case 'Home':
      return 0
    case 'End':
      return count - 1
    case 'PageDown':
      return Math.min(count - 1, at + 10)
    case 'PageUp':
      return Math.max(0, at - 10)
    default:
      return null
  }
}
