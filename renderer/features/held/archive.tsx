/** What was sealed out of the store into archives: how much, since when and where, and what cannot be read while one is missing. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Facts } from '../../ui/facts.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty, Shown } from '../../ui/shown.tsx'
import { type StoreView, nothingKept } from './model.ts'
import classes from './page.module.css'
import { Retention } from './retention.tsx'

export function ArchiveSection(): ReactNode {
  const { queries } = useWorkspace()
  const store = useQuery(queries.store())
  return (
    <Section title={t`Archive`} note={<Trans>bulk only</Trans>} anchor="held-archive">
      {store.data === undefined && store.problem?.code === nothingKept ? (
        <NothingSealed />
      ) : (
        <>
          <Retention />
          <Shown answer={store}>{({ archives }) => (archives.count === 0 ? <NothingSealed /> : <Sealed archives={archives} />)}</Shown>
        </>
      )}
    </Section>
  )
}

function NothingSealed(): ReactNode {
  return (
    <Empty title={t`Nothing is sealed`}>
      <Trans>Old bulk can leave the store for archives beside it, and is read back when asked for. Control and facts always stay.</Trans>
    </Empty>
  )
}

function Sealed({ archives }: { readonly archives: StoreView['archives'] }): ReactNode {
  const formats = useFormats()
  const events = formats.count(archives.events)
  const size = formats.bytes(archives.sizeBytes)
  return (
    <>
      {archives.missingCount === 0 ? null : <Missing archives={archives} />}
      <Facts
        items={[
          { name: t`Sealed`, value: t`${events} events, ${size}` },
          { name: t`Archives`, value: formats.count(archives.count) },
          { name: t`First sealed`, value: archives.firstSealedAt === null ? null : formats.instant(archives.firstSealedAt) },
          { name: t`Last sealed`, value: archives.lastSealedAt === null ? null : formats.instant(archives.lastSealedAt) },
          { name: t`Where`, value: archives.directory, isCopied: true },
        ]}
      />
    </>
  )
}

function Missing({ archives }: { readonly archives: StoreView['archives'] }): ReactNode {
  const formats = useFormats()
  const directory = boundText(archives.directory ?? '', 300)
  return (
    <div className={classes['debt']}>
      <p>
        <strong>
          <Plural value={archives.missingCount} one="# archive is not there" other="# archives are not there" />
        </strong>
      </p>
      <p className={classes['soft']}>
        <Trans>
          What was recorded there cannot be read until they are put back into <code className={classes['wrap']}>{directory}</code>. What
          else is held is not touched; the chains are proved from the sealed points.
        </Trans>
      </p>
      <ul>
        {archives.missing.map(({ file, log, from, to }) => (
          <li key={file}>
            <code className={classes['wrap']}>{boundText(file, 200)}</code>{' '}
            <span className={classes['faint']} title={log}>
              <Trans>
                events {formats.count(from)} to {formats.count(to)}
              </Trans>
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
