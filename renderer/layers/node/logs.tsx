/** What is held of a node's logs, and what was refused and kept as evidence. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty } from '../../ui/shown.tsx'
import { Table } from '../../ui/table.tsx'
import classes from './logs.module.css'
import { SaveEvidence } from './save-evidence.tsx'
import type { NodeDetail } from './model.ts'

export function NodeLogs({ node }: { readonly node: NodeDetail }): ReactNode {
  const formats = useFormats()
  return (
    <>
      <Section title={t`Logs held here`} isFlush note={t`numbered, chained by hash, signed in runs`}>
        {node.logs.length === 0 ? (
          <div className={classes['pad']}>
            <Empty title={t`Nothing of its logs is held yet`} />
          </div>
        ) : (
          <Table
            label={t`Logs held here`}
            rows={node.logs}
            keyOf={(log) => log.log}
            columns={[
              { id: 'lane', title: t`Lane`, draw: (log) => laneName(log.lane), width: '12rem' },
              { id: 'log', title: t`Log`, draw: (log) => <code title={log.log}>{log.log}</code>, isSecondary: true },
              { id: 'seq', title: t`Held to`, align: 'end', draw: (log) => formats.count(log.seq), width: '7rem' },
              { id: 'signed', title: t`Signed to`, align: 'end', draw: (log) => formats.count(log.signedTo), width: '7rem' },
              {
                id: 'open',
                title: t`Not signed yet`,
                align: 'end',
                draw: (log) => (log.seq > log.signedTo ? formats.count(log.seq - log.signedTo) : '\u2014'),
                width: '8rem',
              },
              {
                id: 'head',
                title: t`Head`,
                draw: (log) => (
                  <span className={classes['head']}>
                    <code>{log.head.slice(0, 16)}</code>
                    <CopyButton text={log.head} label={t`Copy the hash of the head`} />
                  </span>
                ),
                width: '14rem',
              },
            ]}
          />
        )}
      </Section>
      <Section title={t`Evidence`} note={t`refused, and kept as it came`}>
        {node.evidence.length === 0 ? (
          <Empty title={t`Nothing was refused`}>
            <Trans>Altered, forked or forged pieces of its logs would be kept here, and explained.</Trans>
          </Empty>
        ) : (
          <ul className={classes['evidence']}>
            {node.evidence.map((piece) => {
              const from = formats.count(piece.fromSeq)
              const to = formats.count(piece.toSeq)
              return (
                <li key={piece.id} className={classes['piece']}>
                  <p className={classes['sentence']}>
                    {piece.sentence} <code>{piece.code}</code>
                  </p>
                  <p className={classes['facts']}>
                    <Age at={piece.at} isSpoken />
                    <span>
                      {piece.fromSeq === piece.toSeq ? (
                        <Trans>event {from}</Trans>
                      ) : (
                        <Trans>
                          events {from} to {to}
                        </Trans>
                      )}
                    </span>
                    <span>
                      <Plural value={piece.toSeq - piece.fromSeq + 1} one="# event" other="# events" />, {formats.bytes(piece.sizeBytes)}
                    </span>
                    <code title={piece.log}>{piece.log}</code>
                    <SaveEvidence number={piece.id} />
                  </p>
                </li>
              )
            })}
          </ul>
        )}
      </Section>
    </>
  )
}

function laneName(lane: NodeDetail['logs'][number]['lane']): string {
  switch (lane) {
    case 'control':
      return t`Control`
    case 'fact':
      return t`Facts`
    case 'bulk':
      return t`Bulk`
  }
}
