/** How a node came back the last time: loud while it is in quarantine for it, a few lines otherwise. */
import { t } from '@lingui/core/macro'
import type { ReactNode } from 'react'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { lastReturnOf } from '../../features/returns/model.ts'
import { ReturnPanel } from '../../features/returns/panel.tsx'
import { verdictName } from '../../features/returns/words.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import type { Session } from '../../i18n/words.ts'
import { Facts } from '../../ui/facts.tsx'
import { Section } from '../../ui/section.tsx'
import type { NodeDetail } from './model.ts'

/** The return that is open; or the one that put the node in quarantine, as long as it is there. */
export function PresentReturn({ node }: { readonly node: NodeDetail }): ReactNode {
  const last = useLastReturn(node)
  const shown = node.session ?? (node.record.lifecycle.phase === 'QUARANTINED' && last?.verdict === 'QUARANTINED' ? last : null)
  return shown === null ? null : <ReturnPanel session={shown} />
}

/** In a few lines, for the side of the page; nothing while it is shown in full. */
export function LastReturn({ node }: { readonly node: NodeDetail }): ReactNode {
  const last = useLastReturn(node)
  const formats = useFormats()
  if (last === null || node.session !== null || last.verdict === 'QUARANTINED') return null
  const tookSeconds = (Date.parse(last.closedAt ?? last.openedAt) - Date.parse(last.openedAt)) / 1000
  return (
    <Section title={t`Last return`} at={last.closedAt}>
      <Facts
        items={[
          { name: t`Verdict`, value: last.verdict === null ? null : verdictName(last.verdict) },
          { name: t`Events`, value: formats.count(last.receivedEvents) },
          { name: t`Took`, value: formats.longDuration(tookSeconds) },
          { name: t`Breaks`, value: formats.count(last.resumedTimes) },
          ...(last.reasons[0] === undefined ? [] : [{ name: t`Reason`, value: last.reasons[0].sentence }]),
        ]}
      />
    </Section>
  )
}

function useLastReturn(node: NodeDetail): Session | null {
  const { queries } = useWorkspace()
  const sessions = useQuery(queries.sessionsOfDomain(node.record.domain_id))
  return lastReturnOf(node.record.id, sessions.data?.items ?? [])
}
