/** What was typed about how many nodes may return at once, read as a budget. */
export const bytesPerMegabyte = 1_000_000

type Budget = { readonly maxSessions: number; readonly maxBytes: number }
export type ReadBudget = { readonly wanted: Budget | null; readonly isSessionsWrong: boolean; readonly isMegabytesWrong: boolean }

/** The limits are those of the contract (`returnBudget`). */
export function readBudgetForm({ sessions, megabytes }: { readonly sessions: string; readonly megabytes: string }): ReadBudget {
  const maxSessions = readWhole(sessions, 4096)
  const maxMegabytes = readWhole(megabytes, 65_536)
  return {
    wanted: maxSessions === null || maxMegabytes === null ? null : { maxSessions, maxBytes: maxMegabytes * bytesPerMegabyte },
    isSessionsWrong: maxSessions === null,
    isMegabytesWrong: maxMegabytes === null,
  }
}

function readWhole(text: string, most: number): number | null {
  const value = /^\s*[0-9]{1,6}\s*$/.test(text) ? Number(text) : 0
  return value >= 1 && value <= most ? value : null
}
