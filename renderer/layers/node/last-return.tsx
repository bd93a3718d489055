/** How a node came back the last time: loud while it is in quarantine for it, a few lines otherwise. */
import { t } from '@lingui/core/macro'
import { type ReactNode, useState } from 'react'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { lastReturnOf } from '../../features/returns/model.ts'
import { useWhyNotFor } from '../../features/operators/use-why-not.ts'
import { DecideFork, ReplaceHardware } from '../../features/returns/hardware.tsx'
import type { Remedies, WayOut } from '../../features/returns/verdict.tsx'
import { ReturnPanel } from '../../features/returns/panel.tsx'
import { verdictName } from '../../features/returns/words.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import type { Session } from '../../i18n/words.ts'
import { Facts } from '../../ui/facts.tsx'
import { Section } from '../../ui/section.tsx'
import { ConfirmAct } from './acts.tsx'
import { type NodeDetail, roleFor } from './model.ts'

/** The return that is open; or the one that put the node in quarantine, as long as it is there. */
export function PresentReturn({ node }: { readonly node: NodeDetail }): ReactNode {
  const last = useLastReturn(node)
  const shown = node.session ?? (node.record.lifecycle.phase === 'QUARANTINED' && last?.verdict === 'QUARANTINED' ? last : null)
  return shown === null ? null : <ActedUponReturn node={node} session={shown} />
}

/** With the ways out of its verdict as acts; each asks for a reason before anything is done. */
function ActedUponReturn({ node, session }: { readonly node: NodeDetail; readonly session: Session }): ReactNode {
  const [asked, setAsked] = useState<WayOut | null>(null)
  const whyNot = useWhyNotFor()
  const { id, name, lifecycle } = node.record
  const remedies: Remedies = {
    act: setAsked,
    whyNot: (way) => {
      const action = actionOf(way)
      if (action === null) return null
      const known = node.actions.find((one) => one.action === action)
      return known?.isAllowed === false ? known.reason : whyNot(roleFor[action])
    },
  }
  const onClose = (): void => setAsked(null)
  const action = asked === null ? null : actionOf(asked)
  return (
    <>
      <ReturnPanel session={session} remedies={lifecycle.phase === 'QUARANTINED' ? remedies : null} />
      {action === null ? null : <ConfirmAct key={action} node={node} action={action} onClose={onClose} />}
      {asked === 're-key' || asked === 're-image' ? (
        <ReplaceHardware nodeId={id} name={name} isNewKey={asked === 're-key'} onClose={onClose} />
      ) : null}
      {asked === 'resolve-fork' ? <DecideFork nodeId={id} name={name} onClose={onClose} /> : null}
    </>
  )
}

function actionOf(way: WayOut): 'remediate' | 'decommission' | null {
  if (way === 'release') return 'remediate'
  return way === 'decommission' ? 'decommission' : null
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
