/** Ends a switch over a closed union: a new member that nobody handles does not compile. What an older console does not know it shows as it is. */
export function assertNever(value: never): string {
  return String(value)
}
