/** Up to when each operator has read what happened, per workspace, on this machine: where their next shift begins to read. */
import { create } from 'zustand'
import { persist } from 'zustand/middleware'

type Shifts = {
  readonly readUpTo: Readonly<Record<string, string>>
  readonly read: (workspace: string, operatorId: string, at: string) => void
}

export function shiftKey(workspace: string, operatorId: string): string {
  return `${workspace} ${operatorId}`
}

export const useShifts = create<Shifts>()(
  persist(
    (set) => ({
      readUpTo: {},
      read: (workspace, operatorId, at) => set(({ readUpTo }) => ({ readUpTo: { ...readUpTo, [shiftKey(workspace, operatorId)]: at } })),
    }),
    { name: 'ibcf-console-shifts', version: 1 },
  ),
)
