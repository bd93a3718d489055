/** Putting a node into another domain, or handing it up towards one, or taking it over where it was handed up; the master finds which ([AU21]). */
import { t } from '@lingui/core/macro'
import { type ReactNode, useState } from 'react'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { ReasonDialog } from '../../features/acts/reason-dialog.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Choice } from '../../ui/fields.tsx'
import type { NodeDetail } from './model.ts'

export function MoveDialog({ node, onClose }: { readonly node: NodeDetail; readonly onClose: () => void }): ReactNode {
  const { queries } = useWorkspace()
  const formats = useFormats()
  const domains = useQuery(queries.domains())
  const [toDomainId, setTo] = useState<string | null>(null)
  const name = boundText(node.record.name, 80)
  return (
    <ReasonDialog
      title={t`Move to another domain: ${name}`}
      explanation={t`Where this master holds both domains, the node is moved at once. Where it holds only the one the node is in, the node is handed up, and who holds the other takes it over by the same act.`}
      actName={t`Move`}
      whyNot={toDomainId === null ? t`Choose the domain first.` : null}
      perform={(client, reason) => client.node.move({ nodeId: node.record.id, toDomainId: toDomainId ?? '', reason })}
      done={t`Recorded: the move of ${name}.`}
      onClose={onClose}
    >
      <Choice
        label={t`To the domain`}
        value={toDomainId}
        onChange={setTo}
        placeholder={t`Choose a domain`}
        options={(domains.data?.items ?? []).map((row) => ({
          id: row.id,
          name: boundText(row.name, 60),
          depth: row.depth,
          note: t`${formats.count(row.subtree.nodes)} nodes`,
        }))}
      />
    </ReasonDialog>
  )
}

/** What rules a move out by the node itself; who may decide is the master's to say. Null: it can be asked for. */
export function moveBarrier({ record }: NodeDetail): string | null {
  const { phase } = record.lifecycle
  if (phase === 'RETIRED' || phase === 'DECOMMISSIONING' || phase === 'PROVISIONING') return t`Only a node that is in service is moved.`
  const { mode } = record.connectivity
  return mode === 'RETURNING' || mode === 'REPLAYING' ? t`It is coming back just now; move it once its return has ended.` : null
}
