/** The vital signs of the store: how much, how large, how fast it grows, and how long the disk will last. */
import { plural, t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { useFromNow, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { boundText } from '../../ui/bound-text.ts'
import { CopyButton } from '../../ui/copy.tsx'
import { type Figure, Figures } from '../../ui/figures.tsx'
import { Shown, Waiting } from '../../ui/shown.tsx'
import { diskPressure, type DiskOutlook, nothingKept, type Pressure, type StoreView, toDiskOutlook } from './model.ts'
import classes from './page.module.css'

export function HoldingsFigures(): ReactNode {
  const { queries } = useWorkspace()
  const store = useQuery(queries.store())
  if (store.data === undefined && store.problem?.code === nothingKept) return <InMemory />
  return (
    <Shown
      answer={store}
      waiting={
        <div className={classes['waiting']}>
          <Waiting lines={3} />
        </div>
      }
    >
      {(data) => (
        <div id="held-store" tabIndex={-1} className={classes['holdings']}>
          <StoreFigures store={data} />
          <p className={classes['path']}>
            <span>
              <Trans>Event store</Trans>
            </span>
            <code>{boundText(data.path, 300)}</code>
            <CopyButton text={data.path} label={t`Copy the path of the event store`} />
            <span className={classes['faint']}>
              <Trans>schema {data.schemaVersion}</Trans>
            </span>
          </p>
          <MissingContent store={data} />
        </div>
      )}
    </Shown>
  )
}

function StoreFigures({ store }: { readonly store: StoreView }): ReactNode {
  const formats = useFormats()
  // As text, so that it is drawn again when a word of it changes and not every second.
  const told = useFromNow((now) => JSON.stringify({ outlook: toDiskOutlook(store, now), pressure: diskPressure(store, now) }))
  const { outlook, pressure } = JSON.parse(told) as { readonly outlook: DiskOutlook; readonly pressure: Pressure }
  const logs = plural(store.logs, { one: 'in # log', other: 'in # logs' })
  const items: readonly Figure[] = [
    { id: 'events', name: t`Events held`, value: formats.count(store.events), note: logs },
    {
      id: 'size',
      name: t`Size on disk`,
      value: formats.bytes(store.fileBytes + store.walBytes + store.archives.sizeBytes),
      note: sizeNote(store, formats),
    },
    {
      id: 'blobs',
      name: t`Content beside events`,
      value: formats.count(store.blobs),
      note: store.blobs === 0 ? t`no snapshot was taken yet` : t`${formats.bytes(store.blobBytes)} unpacked`,
    },
    {
      id: 'free',
      name: t`Free on the disk`,
      value: formats.bytes(store.freeDiskBytes),
      note: store.reusableBytes > 0 ? t`and ${formats.bytes(store.reusableBytes)} inside the file` : t`for the store and its backups`,
      isUrgent: pressure === 'act',
    },
    {
      id: 'growth',
      name: t`The disk lasts`,
      value: outlookValue(outlook, formats),
      note:
        store.growthBytesPerDay === null
          ? t`an hour of recording is needed first`
          : t`at ${formats.bytes(store.growthBytesPerDay)} a day, as measured`,
      isUrgent: pressure === 'act',
    },
  ]
  return <Figures label={t`The store`} items={items} />
}

function sizeNote({ walBytes, archives }: StoreView, formats: ReturnType<typeof useFormats>): string {
  const wal = formats.bytes(walBytes)
  const archived = formats.bytes(archives.sizeBytes)
  if (archives.sizeBytes > 0)
    return walBytes > 0 ? t`${archived} in archives, ${wal} in the write-ahead log` : t`of it ${archived} in archives`
  return walBytes > 0 ? t`of it ${wal} in the write-ahead log` : t`all of it in one file`
}

function outlookValue(outlook: DiskOutlook, formats: ReturnType<typeof useFormats>): string {
  switch (outlook.kind) {
    case 'unmeasured':
      return t`Cannot be said yet`
    case 'years':
      return t`More than ten years`
    case 'full': {
      const day = formats.shortDay(outlook.on)
      return outlook.days > 730 ? t`Until ${formats.year(outlook.on)}` : t`Until ${day}`
    }
  }
}

/** What an event requires and this master does not hold: the event says little without it. */
function MissingContent({ store }: { readonly store: StoreView }): ReactNode {
  if (store.missingBlobs.length === 0) return null
  return (
    <details className={classes['missing']}>
      <summary>
        {plural(store.missingBlobs.length, {
          one: '# piece of content that an event requires is not held here. It comes with the next contact of the node that has it.',
          other: '# pieces of content that events require are not held here. They come with the next contact of the nodes that have them.',
        })}
      </summary>
      <ul>
        {store.missingBlobs.map((digest) => (
          <li key={digest}>
            <code>{digest}</code>
            <CopyButton text={digest} label={t`Copy the digest`} />
          </li>
        ))}
      </ul>
    </details>
  )
}

function InMemory(): ReactNode {
  const { queries } = useWorkspace()
  const formats = useFormats()
  const overview = useQuery(queries.overview())
  return (
    <Shown answer={overview}>
      {(data) => (
        <Figures
          label={t`The store`}
          items={[
            { id: 'events', name: t`Events held`, value: formats.count(data.store.events), note: t`in memory` },
            { id: 'size', name: t`Size in memory`, value: formats.bytes(data.store.sizeBytes), note: t`nothing on the disk` },
            {
              id: 'kept',
              name: t`Kept`,
              value: t`Until the demo is closed`,
              note: t`there is nothing to back up`,
            },
          ]}
        />
      )}
    </Shown>
  )
}
