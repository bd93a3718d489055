/** Green expires: good news that is older than this is shown as not known, with what it was. Bad news does not expire, it stays until something better is heard. */
import type { Health } from '../i18n/words.ts'

/** A quarter of an hour: the longest silence after which every sample threshold of a domain calls a node cut off. */
export const goodNewsLastsSeconds = 900

export type HealthShown = { readonly health: Health; readonly isExpired: boolean }

export function healthShown(health: Health, at: string | null, nowMs: number): HealthShown {
  if (health !== 'OK') return { health, isExpired: false }
  const isExpired = at === null || (nowMs - Date.parse(at)) / 1000 > goodNewsLastsSeconds
  return { health: isExpired ? 'UNKNOWN' : 'OK', isExpired }
}
