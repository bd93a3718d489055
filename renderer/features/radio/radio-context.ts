/** What every text for the radio says beside the code: where the person is, and what this master holds. */
import { formatRoute } from '../../app/route.ts'
import { useVisit } from '../../app/navigation.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'

export function useRadioContext(): { readonly place: string; readonly fingerprint: readonly string[] } {
  const { queries } = useWorkspace()
  const { route } = useVisit()
  const master = useQuery(queries.master())
  return { place: formatRoute(route).slice(2), fingerprint: master.data?.frontier.fingerprint ?? [] }
}
