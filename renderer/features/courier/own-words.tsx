/** What this station reads out when another one asks whose bundle it holds. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { useQuery } from '../../client/workspace.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Section } from '../../ui/section.tsx'
import { Shown } from '../../ui/shown.tsx'
import classes from './page.module.css'
import { useCourierQueries } from './use-courier.ts'

export function OwnWords(): ReactNode {
  const courier = useCourierQueries()
  const card = useQuery(courier.card())
  return (
    <Section title={t`The words of this station`}>
      <Shown answer={card}>
        {({ words }) => (
          <>
            <p className={classes['strong']}>
              <code className={classes['words']}>{words}</code>
              <CopyButton text={words} label={t`Copy the words`} />
            </p>
            <p className={classes['soft']}>
              <Trans>
                A station that gets its first bundle from here asks for them. Read them out over a voice that they know; they are no secret.
              </Trans>
            </p>
          </>
        )}
      </Shown>
    </Section>
  )
}
