/** Bundles packed here with their way, and the history of what was taken in here: did last month's stick arrive? */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { PackagePlus, Send, XCircle } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useAct, useQuery } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { Name } from '../../ui/name.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty, ProblemPanel, Shown } from '../../ui/shown.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import { type Bundle, inOrder, readDue } from './model.ts'
import classes from './page.module.css'
import { useCourierQueries } from './use-courier.ts'
import { packProblemSentence, stageMeaning, stageName } from './words.ts'

type Asked = { readonly kind: 'carried' | 'lost'; readonly bundle: Bundle }

export function PackedBundles({ isDemo, onPack }: { readonly isDemo: boolean; readonly onPack: () => void }): ReactNode {
  const courier = useCourierQueries()
  const packed = useQuery(courier.packed())
  const whyNot = useWhyNot('operator')
  const barred = isDemo ? t`The demo island is in memory only: nothing is carried to it or from it.` : whyNot
  const [asked, setAsked] = useState<Asked | null>(null)
  const formats = useFormats()
  const columns: readonly Column<Bundle>[] = [
    { id: 'for', title: t`For`, draw: (bundle) => <Name text={bundle.forName ?? t`whoever gets it`} /> },
    { id: 'stage', title: t`Where it is`, draw: (bundle) => <Stage bundle={bundle} />, width: '11rem' },
    {
      id: 'carrier',
      title: t`Carried by`,
      draw: (bundle) => (bundle.carriedBy === null ? '\u2014' : <Name text={bundle.carriedBy} />),
      isSecondary: true,
    },
    { id: 'packed', title: t`Packed`, draw: (bundle) => <Age at={bundle.packedAt} isSpoken />, width: '7rem' },
    { id: 'due', title: t`Due`, draw: (bundle) => (bundle.dueAt === null ? '\u2014' : formats.shortDay(bundle.dueAt)), width: '7rem' },
    {
      id: 'size',
      title: t`Size`,
      draw: (bundle) => (bundle.sizeBytes === null ? '\u2014' : formats.bytes(bundle.sizeBytes)),
      align: 'end',
      width: '6rem',
      isSecondary: true,
    },
    {
      id: 'acts',
      title: t`What to do`,
      draw: (bundle) => <Acts bundle={bundle} barred={barred} ask={setAsked} />,
      width: '14rem',
      align: 'end',
    },
  ]
  return (
    <Section
      title={t`Packed here`}
      note={
        packed.data === undefined || packed.data.total === 0 ? undefined : (
          <Plural value={packed.data.total} one="# bundle" other="# bundles" />
        )
      }
      actions={
        <Button look="primary" icon={<PackagePlus aria-hidden="true" />} whyNot={barred} onPress={onPack}>
          <Trans>Pack a bundle</Trans>
        </Button>
      }
    >
      <Shown answer={packed}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t`Nothing was packed yet`}>
              <Trans>
                A bundle holds what another station does not have yet. It is encrypted for that station, so a lost stick tells nobody
                anything.
              </Trans>
            </Empty>
          ) : (
            <Table
              label={t`Bundles that were packed here`}
              columns={columns}
              rows={inOrder(items)}
              keyOf={({ bundleId }) => bundleId}
              isUrgent={({ isOverdue }) => isOverdue}
            />
          )
        }
      </Shown>
      {asked?.kind === 'carried' ? <CarriedDialog bundle={asked.bundle} onClose={() => setAsked(null)} /> : null}
      {asked?.kind === 'lost' ? <LostDialog bundle={asked.bundle} onClose={() => setAsked(null)} /> : null}
    </Section>
  )
}

function Stage({ bundle }: { readonly bundle: Bundle }): ReactNode {
  const { stage, isOverdue } = bundle
  if (stage === null) return null
  return (
    <span className={classes['stage']} title={stageMeaning(stage)}>
      <span className={`${classes['stageMark']} ${classes[`stage-${stage}`]}`} aria-hidden="true" />
      <span className={isOverdue ? classes['urgent'] : ''}>
        {stageName(stage)}
        {isOverdue ? (
          <>
            {' '}
            · <Trans>late</Trans>
          </>
        ) : null}
      </span>
    </span>
  )
}

function Acts({
  bundle,
  barred,
  ask,
}: {
  readonly bundle: Bundle
  readonly barred: string | null
  readonly ask: (asked: Asked) => void
}): ReactNode {
  const { stage } = bundle
  if (stage !== 'packed' && stage !== 'in-transit' && stage !== 'lost') return null
  return (
    <span className={classes['rowActs']}>
      <Button look="quiet" icon={<Send aria-hidden="true" />} whyNot={barred} onPress={() => ask({ kind: 'carried', bundle })}>
        {stage === 'packed' ? <Trans>It goes now</Trans> : <Trans>On its way</Trans>}
      </Button>
      {stage === 'lost' ? null : (
        <Button look="quiet" icon={<XCircle aria-hidden="true" />} whyNot={barred} onPress={() => ask({ kind: 'lost', bundle })}>
          <Trans>Lost</Trans>
        </Button>
      )}
    </span>
  )
}

function CarriedDialog({ bundle, onClose }: { readonly bundle: Bundle; readonly onClose: () => void }): ReactNode {
  const [carriedBy, setCarriedBy] = useState(bundle.carriedBy ?? '')
  const [due, setDue] = useState(bundle.dueAt?.slice(0, 10) ?? '')
  const [note, setNote] = useState('')
  const dueAt = readDue(due)
  const mark = useAct((client) => client.bundle.markCarried({ bundleId: bundle.bundleId, carriedBy, dueAt: dueAt ?? null, note }))
  const submit = async (): Promise<void> => {
    if ((await mark.run(undefined)) !== null) onClose()
  }
  return (
    <Dialog title={t`The bundle is on its way`} isOpen onClose={onClose}>
      <form
        className={classes['form']}
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <TextEntry label={t`Carried by`} value={carriedBy} onChange={setCarriedBy} autoFocus maxLength={200} />
        <TextEntry
          label={t`Due on`}
          value={due}
          onChange={setDue}
          help={t`As 2026-11-30. If nothing was heard by the end of that day, it stands in the inbox.`}
          error={dueAt === undefined ? packProblemSentence('due-malformed') : null}
          maxLength={10}
        />
        <TextEntry label={t`Note`} value={note} onChange={setNote} maxLength={1000} />
        {mark.problem === null ? null : <ProblemPanel problem={mark.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button
            look="primary"
            type="submit"
            isPending={mark.isRunning}
            whyNot={dueAt === undefined ? packProblemSentence('due-malformed') : null}
          >
            <Trans>It goes now</Trans>
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

function LostDialog({ bundle, onClose }: { readonly bundle: Bundle; readonly onClose: () => void }): ReactNode {
  const [reason, setReason] = useState('')
  const mark = useAct((client) => client.bundle.markLost({ bundleId: bundle.bundleId, reason }))
  const submit = async (): Promise<void> => {
    if ((await mark.run(undefined)) !== null) onClose()
  }
  return (
    <Dialog title={t`Give it up for lost?`} isOpen onClose={onClose}>
      <form
        className={classes['form']}
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <p>
          {bundle.isEncrypted === false ? (
            <Trans>
              Nothing is lost by it: what it holds goes again with the next bundle. It was not encrypted, so whoever finds it can read it.
            </Trans>
          ) : (
            <Trans>
              Nothing is lost by it: what it holds goes again with the next bundle, and nobody but the station it was for can open it.
            </Trans>
          )}
        </p>
        <TextEntry label={t`What happened`} value={reason} onChange={setReason} isRequired autoFocus maxLength={1000} />
        {mark.problem === null ? null : <ProblemPanel problem={mark.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button
            look="danger"
            type="submit"
            isPending={mark.isRunning}
            whyNot={reason.trim() === '' ? t`Say what happened, for the record.` : null}
          >
            <Trans>It is lost</Trans>
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}

export function ImportHistory(): ReactNode {
  const courier = useCourierQueries()
  const imported = useQuery(courier.imported())
  const formats = useFormats()
  const columns: readonly Column<Bundle>[] = [
    { id: 'from', title: t`From`, draw: (bundle) => <Name text={bundle.packedBy?.name ?? ''} /> },
    {
      id: 'packed',
      title: t`Packed`,
      draw: (bundle) => (bundle.packedAt === null ? '\u2014' : formats.dayTime(bundle.packedAt)),
      isSecondary: true,
    },
    { id: 'taken', title: t`Taken in`, draw: (bundle) => <Age at={lastHere(bundle)?.at ?? null} isSpoken />, width: '9rem' },
    {
      id: 'events',
      title: t`New events`,
      draw: (bundle) => formats.count(lastHere(bundle)?.storedEvents ?? 0),
      align: 'end',
      width: '7rem',
    },
    {
      id: 'outcome',
      title: t`Outcome`,
      draw: (bundle) => (lastHere(bundle)?.outcome === 'part' ? <span className={classes['caution']}>{t`in part`}</span> : t`whole`),
      width: '7rem',
    },
    { id: 'id', title: t`Id`, draw: ({ bundleId }) => <code>{boundText(bundleId.slice(-6), 6)}</code>, width: '6rem', isSecondary: true },
  ]
  return (
    <Section title={t`Taken in here`}>
      <Shown answer={imported}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t`No bundle was taken in yet`}>
              <Trans>Plug a stick in and look into the bundle on it. You see what it would change before anything is taken in.</Trans>
            </Empty>
          ) : (
            <Table label={t`Bundles that were taken in here`} columns={columns} rows={items} keyOf={({ bundleId }) => bundleId} />
          )
        }
      </Shown>
    </Section>
  )
}

function lastHere(bundle: Bundle): Bundle['imports'][number] | undefined {
  return bundle.imports.findLast(({ by }) => by.isUs)
}
