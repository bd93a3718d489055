/** Says since when the console does not hear the master, and when it tries again; everything shown is older than that. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Unplug } from 'lucide-react'
import { type ReactNode, useSyncExternalStore } from 'react'
import { useLiveState, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Button } from '../../ui/button.tsx'
import classes from './connection-banner.module.css'

export function ConnectionBanner(): ReactNode {
  const state = useLiveState()
  const { live, queries, clock } = useWorkspace()
  const formats = useFormats()
  const master = useQuery(queries.master())
  const secondsToGo = useSyncExternalStore(clock.subscribe, () =>
    state.kind === 'lost' ? Math.max(0, Math.ceil((state.nextTryAt - Date.now()) / 1000)) : 0,
  )
  if (state.kind === 'lost' && state.problem?.kind === 'UNAUTHORISED') {
    return (
      <div className={classes['lost']} role="alert">
        <Unplug aria-hidden="true" size={16} />
        <p>
          <strong>
            <Trans>This page may no longer ask the master.</Trans>
          </strong>{' '}
          <Trans>
            It was started anew, or another link is in use. Open the console from its own link again; what is shown is as it was.
          </Trans>{' '}
          <code>{state.problem.code}</code>
        </p>
        <Button onPress={live.tryNow}>{t`Try now`}</Button>
      </div>
    )
  }
  if (state.kind === 'lost') {
    const since = formats.time(state.since)
    const wait = formats.duration(secondsToGo)
    return (
      <div className={classes['lost']} role="alert">
        <Unplug aria-hidden="true" size={16} />
        <p>
          <strong>
            <Trans>Not connected to the master since {since}.</Trans>
          </strong>{' '}
          {secondsToGo > 0 ? (
            <Trans>What is shown is as it was then. Trying again in {wait}.</Trans>
          ) : (
            <Trans>What is shown is as it was then. Trying again now.</Trans>
          )}
        </p>
        <Button onPress={live.tryNow}>{t`Try now`}</Button>
      </div>
    )
  }
  const readOnly = master.data?.readOnlyReason ?? null
  if (readOnly === null) return null
  return (
    <div className={classes['readOnly']} role="status">
      <p>
        <strong>
          <Trans>Read-only.</Trans>
        </strong>{' '}
        {readOnly.sentence} <code>{readOnly.code}</code>
      </p>
    </div>
  )
}
