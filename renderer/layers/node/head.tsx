/** Who a node is, how it stands on each axis with the age of each, and what may be done to it. */
import { plural, t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Send } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { IssueDialog } from '../../features/commands/issue-dialog.tsx'
import { DoubtNotes } from '../../features/doubts/doubts.tsx'
import { useWhyNot } from '../../features/operators/use-why-not.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { kindName } from '../../i18n/words.ts'
import { HealthBadge, ModeBadge, PhaseBadge } from '../../ui/badges.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Figures } from '../../ui/figures.tsx'
import { ModeMark } from '../../ui/marks.tsx'
import { Name } from '../../ui/name.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { NodeActs } from './acts.tsx'
import classes from './head.module.css'
import { type NodeDetail, toTrust } from './model.ts'
import { situationOf, trustName } from './words.ts'

export function NodeHead({ node, aside }: { readonly node: NodeDetail; readonly aside?: ReactNode }): ReactNode {
  const formats = useFormats()
  const { record } = node
  return (
    <PageHead
      title={
        <>
          <ModeMark mode={record.connectivity.mode} size={22} />
          <Name text={record.name} />
        </>
      }
      lead={<span className={classes['situation']}>{situationOf(node, formats)}</span>}
      aside={
        <>
          {aside}
          {node.asOf === null ? <TellNode node={node} /> : null}
          {node.asOf === null ? <NodeActs node={node} /> : null}
        </>
      }
    >
      <p className={classes['identity']}>
        <span>{kindName(record.kind)}</span>
        <span className={classes['id']}>
          <code>{record.id}</code>
          <CopyButton text={record.id} label={t`Copy the id`} />
        </span>
        {node.way === undefined || node.way.length === 0 ? null : (
          <span>
            <Trans>through {node.way.map(({ name }) => boundText(name, 40)).join(', ')}</Trans>
          </span>
        )}
        {record.tags.map((tag) => (
          <bdi key={tag} className={classes['tag']}>
            {boundText(tag, 32)}
          </bdi>
        ))}
      </p>
      <DoubtNotes doubts={node.doubts} />
    </PageHead>
  )
}

function TellNode({ node }: { readonly node: NodeDetail }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const whyNot = useWhyNot('operator')
  return (
    <>
      <Button whyNot={whyNot} icon={<Send aria-hidden="true" />} onPress={() => setOpen(true)}>
        <Trans>Tell it</Trans>
      </Button>
      {isOpen ? <IssueDialog nodeId={node.record.id} nodeName={node.record.name} onClose={() => setOpen(false)} /> : null}
    </>
  )
}

export function NodeFigures({ node }: { readonly node: NodeDetail }): ReactNode {
  const formats = useFormats()
  const { record, ages } = node
  const trust = toTrust(node)
  const { score } = record.drift
  const outOfSpec = record.drift.objects_out_of_spec
  const link = record.connectivity.link_quality
  const target = record.desired_state.target_version
  const reported = record.actual_state.reported_version
  const debt = record.connectivity.sync_debt
  const budget = node.autonomyBudgetSeconds
  return (
    <Figures
      label={t`How it stands`}
      items={[
        {
          id: 'connectivity',
          name: t`Connectivity`,
          at: ages.connectivity,
          value: <ModeBadge mode={record.connectivity.mode} />,
          note: node.modeReason,
        },
        {
          id: 'health',
          name: t`Health`,
          at: ages.health,
          value: <HealthBadge health={record.actual_state.runtime.health} at={ages.health} />,
          note:
            record.actual_state.runtime.uptime_s === null
              ? t`uptime not reported`
              : t`up for ${formats.longDuration(record.actual_state.runtime.uptime_s)}`,
        },
        {
          id: 'phase',
          name: t`Lifecycle`,
          at: record.lifecycle.last_transition_ts,
          value: <PhaseBadge phase={record.lifecycle.phase} />,
          note: <code className={classes['state']}>{record.lifecycle.state}</code>,
        },
        {
          id: 'trust',
          name: t`Trust`,
          value: trustName(trust),
          isUrgent: trust === 'quarantined',
          note:
            node.evidence.length > 0
              ? plural(node.evidence.length, { one: '# piece of evidence kept', other: '# pieces of evidence kept' })
              : trust === 'no-key'
                ? t`not enrolled with a key`
                : t`nothing was refused`,
        },
        {
          id: 'drift',
          name: t`Drift`,
          at: ages.drift,
          value: score === null ? t`Unknown` : formats.share(score),
          note:
            outOfSpec === null
              ? record.desired_state.policy_bundle_id === null
                ? t`no policy to hold it against`
                : t`no snapshot to compare`
              : t`${formats.count(outOfSpec)} out of specification`,
        },
        {
          id: 'debt',
          name: t`Sync debt`,
          at: ages.connectivity,
          value: formats.shortCount(debt.backlog_messages),
          note:
            debt.seconds_behind < 60
              ? debt.backlog_messages === 0
                ? t`up to date`
                : t`events on their way`
              : budget !== null && record.connectivity.mode === 'AUTONOMOUS'
                ? t`${formats.longDuration(debt.seconds_behind)} behind; meant to manage ${formats.longDuration(budget)} alone`
                : t`${formats.longDuration(debt.seconds_behind)} behind`,
        },
        {
          id: 'version',
          name: t`Version`,
          at: ages.version,
          value: reported === null ? t`Unknown` : boundText(reported, 24),
          note: target === null ? t`no target set` : target === reported ? t`as desired` : t`to be ${boundText(target, 24)}`,
        },
        {
          id: 'link',
          name: t`Link`,
          at: ages.linkQuality,
          value: link === null ? t`Unknown` : formats.quantity(link.rtt_ms, 'ms'),
          note:
            link === null
              ? t`not measured`
              : link.bandwidth_kbps === 0
                ? t`loss ${formats.quantity(link.loss_pct, 'percent')}`
                : t`loss ${formats.quantity(link.loss_pct, 'percent')}, ${formats.quantity(link.bandwidth_kbps, 'kbps')}`,
        },
      ]}
    />
  )
}
