/** Queries that this person keeps under a name on this machine. A view is its line: it can be sent to anybody and read by anybody. */
import { create } from 'zustand'
import { persist } from 'zustand/middleware'

export type SavedView = { readonly name: string; readonly line: string }

type SavedViews = {
  readonly items: readonly SavedView[]
  /** Under a name that is taken it replaces the one before. */
  readonly keep: (view: SavedView) => void
  readonly drop: (name: string) => void
}

const keptAtMost = 100

export const useSavedViews = create<SavedViews>()(
  persist(
    (set) => ({
      items: [],
      keep: (view) => set(({ items }) => ({ items: [...items.filter(({ name }) => name !== view.name), view].slice(-keptAtMost) })),
      drop: (name) => set(({ items }) => ({ items: items.filter((view) => view.name !== name) })),
    }),
    { name: 'ibcf-console-views', version: 1 },
  ),
)
