/** The fingerprint of everything that is held, in words to be read to another operator, with what it covers and how old it is. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { FingerprintScope, FingerprintWords } from '../authority/fingerprint.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { CopyButton } from '../../ui/copy.tsx'
import { Section } from '../../ui/section.tsx'
import { Shown } from '../../ui/shown.tsx'
import classes from './page.module.css'

export function HeldWords(): ReactNode {
  const { queries } = useWorkspace()
  const master = useQuery(queries.master())
  const projections = useQuery(queries.projections())
  const frontier = master.data?.frontier
  return (
    <Section
      title={t`Fingerprint`}
      actions={
        frontier === undefined || frontier.fingerprint.length === 0 ? null : (
          <CopyButton text={frontier.fingerprint.join(' ')} label={t`Copy the fingerprint words for the radio`} />
        )
      }
    >
      <Shown answer={master}>
        {(data) => (
          <>
            <div className={classes['words']}>
              <FingerprintWords words={data.frontier.fingerprint} />
            </div>
            <p className={classes['soft']}>
              <FingerprintScope frontier={data.frontier} /> <Trans>Another master that reads out the same words holds the same.</Trans>
            </p>
            {projections.data === undefined ? null : (
              <p className={classes['hash']}>
                <span className={classes['faint']}>
                  <Trans>State hash</Trans>
                </span>
                <code title={projections.data.stateHash}>{boundText(projections.data.stateHash, 64)}</code>
                <CopyButton text={projections.data.stateHash} label={t`Copy the state hash`} />
                {projections.data.isSettled ? null : (
                  <span className={classes['faint']}>
                    <Trans>not final: subjects are being judged again</Trans>
                  </span>
                )}
              </p>
            )}
          </>
        )}
      </Shown>
    </Section>
  )
}
