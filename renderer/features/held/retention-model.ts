/** What a person typed as a number of days. The master checks again. */
export const mostDays = 3650

/** Null where it is no whole number of days from `least` on. */
export function readDays(text: string, least: number): number | null {
  if (!/^\d{1,4}$/.test(text.trim())) return null
  const days = Number(text.trim())
  return days >= least && days <= mostDays ? days : null
}
