/** What is known of the store and all that rests on it, for the desk and for those who say elsewhere that it wants a look. */
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { concernsOf, type Concern, type Heard, nothingKept } from './model.ts'

export function useHeard(): Heard {
  const { queries } = useWorkspace()
  const store = useQuery(queries.store())
  const projections = useQuery(queries.projections())
  const backups = useQuery(queries.backups())
  const incarnation = useQuery(queries.incarnation())
  const isInMemory = store.problem?.code === nothingKept
  return { isInMemory, store: store.data, projections: projections.data, backups: backups.data, incarnation: incarnation.data }
}

/** What of it waits for a person, wherever they are: only what is cheap to ask all the time. */
export function usePressingConcerns(): readonly Concern[] {
  const { queries } = useWorkspace()
  const projections = useQuery(queries.projections())
  const incarnation = useQuery(queries.incarnation())
  return concernsOf({ projections: projections.data, incarnation: incarnation.data }, 0).filter(({ pressure }) => pressure !== 'calm')
}
