/** Short sentences about what was just done. They go by themselves; nothing that matters is said only here. */
import { create } from 'zustand'

export type Notice = { readonly id: number; readonly sentence: string }

type Notices = { readonly items: readonly Notice[]; readonly add: (sentence: string) => void; readonly drop: (id: number) => void }

let nextId = 0

export const useNotices = create<Notices>()((set) => ({
  items: [],
  add: (sentence) => {
    nextId += 1
    const notice = { id: nextId, sentence }
    set((state) => ({ items: [...state.items.slice(-2), notice] }))
  },
  drop: (id) => set((state) => ({ items: state.items.filter((notice) => notice.id !== id) })),
}))

export function say(sentence: string): void {
  useNotices.getState().add(sentence)
}
