/** The instant that the whole console is set to, of one workspace; kept while the window is open and no longer, so that nobody begins a shift in the past. */
import { create } from 'zustand'
import { useWorkspace } from '../../client/workspace.tsx'

type Moment = {
  readonly workspace: string
  readonly at: string | null
  readonly enter: (workspace: string, at: string) => void
  readonly leave: () => void
}

export const usePastMoment = create<Moment>()((set) => ({
  workspace: '',
  at: null,
  enter: (workspace, at) => set({ workspace, at }),
  leave: () => set({ at: null }),
}))

/** The instant this workspace is set to; null for now. */
export function usePast(): string | null {
  const { name } = useWorkspace()
  return usePastMoment((moment) => (moment.workspace === name ? moment.at : null))
}
