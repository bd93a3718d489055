/** The last snapshot of a node, part by part, as it was sent. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { boundText } from '../../ui/bound-text.ts'
import { CopyButton } from '../../ui/copy.tsx'
import { JsonText } from '../../ui/json-text.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty, Shown } from '../../ui/shown.tsx'
import classes from './snapshot.module.css'

export function NodeSnapshot({ nodeId }: { readonly nodeId: string }): ReactNode {
  const { queries } = useWorkspace()
  const formats = useFormats()
  const answer = useQuery(queries.snapshot(nodeId))
  return (
    <div>
      <Shown answer={answer} waiting={<div className={classes['pad']} />}>
        {(snapshot) =>
          snapshot === null ? (
            <div className={classes['pad']}>
              <Empty title={t`No snapshot yet`}>
                <Trans>The node sends one with its next contact.</Trans>
              </Empty>
            </div>
          ) : (
            snapshot.parts.map((part) => (
              <Section
                key={part.name}
                title={boundText(part.name, 60)}
                at={snapshot.at}
                note={formats.bytes(part.sizeBytes)}
                className={classes['part']}
                actions={<CopyButton text={part.digest} label={t`Copy the digest of this part`} />}
              >
                {part.isHeld ? (
                  <JsonText value={part.content} label={t`Content of ${boundText(part.name, 60)}`} />
                ) : (
                  <p className={classes['missing']}>
                    <Trans>Only its digest is held; the content has not come yet.</Trans> <code>{boundText(part.digest, 90)}</code>
                  </p>
                )}
              </Section>
            ))
          )
        }
      </Shown>
    </div>
  )
}
