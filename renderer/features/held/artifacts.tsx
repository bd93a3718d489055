/** Software that nodes can be told to install: which artifacts policies and commands here name, and whether this master has their bytes. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import type { Answers } from '../../client/rpc.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { CopyButton } from '../../ui/copy.tsx'
import { Name } from '../../ui/name.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty, Shown } from '../../ui/shown.tsx'
import { Table } from '../../ui/table.tsx'
import classes from './page.module.css'

type Artifact = Answers['artifact']['list']['items'][number]

export function ArtifactsSection(): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.artifacts())
  return (
    <Section title={t`Software to install`} note={t`named by a policy or a command`} isFlush>
      <Shown answer={answer}>
        {({ items }) =>
          items.length === 0 ? (
            <div className={classes['none']}>
              <Empty title={t`No software is named yet`}>
                <Trans>
                  "ibcf artifact publish" brings a file here and signs for it; a policy or a command that names it makes nodes install it.
                </Trans>
              </Empty>
            </div>
          ) : (
            <Artifacts items={items} />
          )
        }
      </Shown>
    </Section>
  )
}

function Artifacts({ items }: { readonly items: readonly Artifact[] }): ReactNode {
  const formats = useFormats()
  return (
    <Table
      label={t`Software to install`}
      rows={items}
      keyOf={({ artifactId }) => artifactId}
      isUrgent={({ isHeld }) => !isHeld}
      columns={[
        { id: 'name', title: t`Name`, draw: ({ name }) => <Name text={name} /> },
        { id: 'version', title: t`Version`, width: '9rem', draw: ({ version }) => <Name text={version} /> },
        { id: 'held', title: t`Content`, width: '9rem', draw: ({ isHeld }) => (isHeld ? t`held here` : t`not held here`) },
        { id: 'size', title: t`Size`, align: 'end', width: '6rem', draw: ({ sizeBytes }) => formats.bytes(sizeBytes) },
        {
          id: 'policies',
          title: t`Named by`,
          width: '15rem',
          draw: ({ policyBundleIds, commands }) => (
            <>
              <Plural value={policyBundleIds.length} one="# policy" other="# policies" />
              {', '}
              <Plural value={commands} one="# command" other="# commands" />
            </>
          ),
        },
        {
          id: 'digest',
          title: t`SHA-256`,
          isSecondary: true,
          width: '11rem',
          draw: ({ digest }) => (
            <>
              <code>{digest.slice(0, 12)}</code> <CopyButton text={digest} label={t`Copy the digest`} />
            </>
          ),
        },
      ]}
    />
  )
}
