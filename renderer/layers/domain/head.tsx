/** The head of a domain: how its nodes are, what waits for a person, and what can be begun for all of it. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { Plus, Send } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { BatchDialog } from '../../features/commands/batch-dialog.tsx'
import { DoubtNotes } from '../../features/doubts/doubts.tsx'
import { NewDomainDialog } from '../../features/domains/new-domain.tsx'
import { useWhyNot } from '../../features/operators/use-why-not.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { levelName } from '../../i18n/words.ts'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { MaintenanceButton } from '../../features/shift/maintenance.tsx'
import { Button } from '../../ui/button.tsx'
import { Name } from '../../ui/name.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { type DomainDetail, toDomainHead } from './model.ts'
import classes from './view.module.css'

export function DomainHeadLine({ domain, isShort }: { readonly domain: DomainDetail; readonly isShort: boolean }): ReactNode {
  const formats = useFormats()
  const { nodes, live, late, onTheirOwn, comingBack, needsPerson } = toDomainHead(domain.row)
  const counted = { nodes: formats.count(nodes), live: formats.count(live) }
  return (
    <PageHead
      title={<Name text={domain.row.name} />}
      lead={
        isShort ? undefined : nodes === 0 ? (
          <Trans>No nodes here yet.</Trans>
        ) : (
          <>
            <Trans>
              {counted.nodes} nodes, {counted.live} live
            </Trans>
            {'. '}
            <Plural value={onTheirOwn} _0="None on its own" one="# on its own" other="# on their own" />
            {', '}
            <Plural value={late} _0="none late" one="# late or cached" other="# late or cached" />
            {', '}
            <Plural value={comingBack} _0="none coming back" one="# coming back" other="# coming back" />
            {'. '}
            {needsPerson === 0 ? (
              <Trans>Nothing waits for a person.</Trans>
            ) : (
              <strong className={classes['needs']}>
                <Plural value={needsPerson} one="# thing waits for a person." other="# things wait for a person." />
              </strong>
            )}
          </>
        )
      }
      aside={
        <>
          <span>{levelName(domain.row.level)}</span>
          <span aria-hidden="true">·</span>
          <span>
            <Trans>
              As heard <Age at={domain.at} isSpoken />
            </Trans>
          </span>
          <TellButton domain={domain} />
          <MaintenanceButton subject={domain.row.id} name={domain.row.name} />
          <NewDomainButton domain={domain} />
        </>
      }
    >
      <DoubtNotes doubts={domain.doubts} />
    </PageHead>
  )
}

/** A batch over all nodes of the domain; a narrower one begins at its filtered list of nodes. */
function TellButton({ domain }: { readonly domain: DomainDetail }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const whyNot = useWhyNot('operator')
  const { id, name, subtree } = domain.row
  return (
    <>
      <Button
        whyNot={whyNot ?? (subtree.nodes === 0 ? t`No nodes here yet.` : null)}
        icon={<Send aria-hidden="true" />}
        onPress={() => setOpen(true)}
      >
        <Trans>Tell its nodes</Trans>
      </Button>
      {isOpen ? (
        <BatchDialog whom={t`the nodes of ${boundText(name, 60)}`} selector={{ domainId: id }} onClose={() => setOpen(false)} />
      ) : null}
    </>
  )
}

function NewDomainButton({ domain }: { readonly domain: DomainDetail }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const whyNot = useWhyNot('engineer')
  return (
    <>
      <Button look="quiet" whyNot={whyNot} icon={<Plus aria-hidden="true" />} onPress={() => setOpen(true)}>
        <Trans>Domain below</Trans>
      </Button>
      {isOpen ? <NewDomainDialog parent={domain.row} onClose={() => setOpen(false)} /> : null}
    </>
  )
}
