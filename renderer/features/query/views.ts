/** The views that everybody asks for, each a query as anybody could have typed it. */
import { t } from '@lingui/core/macro'
import type { SavedView } from '../../state/saved-views.ts'

export function commonViews(): readonly SavedView[] {
  return [
    { name: t`On their own`, line: 'mode:AUTONOMOUS,DISCONNECTED' },
    { name: t`Coming back`, line: 'mode:RETURNING,REPLAYING' },
    { name: t`Late or cached`, line: 'mode:DELAYED,EDGE_CACHED' },
    { name: t`Not well`, line: 'health:DEGRADED,FAILED' },
    { name: t`In quarantine`, line: 'phase:QUARANTINED' },
    { name: t`Relays and gateways`, line: 'kind:RELAY,GATEWAY' },
  ]
}
