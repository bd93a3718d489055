/** The reason, in words, why the one at the controls may not act now; null when they may. */
import { t } from '@lingui/core/macro'
import { useLiveState, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { type Role, roleName } from '../../i18n/words.ts'
import { barrierTo } from './permission.ts'

export function useWhyNot(needs: Role): string | null {
  return useWhyNotFor()(needs)
}

/** The same for several acts at once. */
export function useWhyNotFor(): (needs: Role) => string | null {
  const { queries } = useWorkspace()
  const live = useLiveState()
  const operators = useQuery(queries.operators())
  const master = useQuery(queries.master())
  return (needs) => {
    const barrier = barrierTo({ needs, operators: operators.data, master: master.data, isConnected: live.kind !== 'lost' })
    if (barrier === null) return null
    switch (barrier.kind) {
      case 'offline':
        return t`The console is not connected to the master.`
      case 'read-only':
        return barrier.sentence
      case 'nobody':
        return t`Nobody is signed in. Choose who acts, at the lower left.`
      case 'role':
        return t`This needs the role ${roleName(barrier.needs)}; you act as ${roleName(barrier.has)}.`
    }
  }
}
