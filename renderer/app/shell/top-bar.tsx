/** The bar above every page: where one is, who is master of it, and how current what is shown is. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { ArrowLeft, ArrowRight, ChevronRight, History } from 'lucide-react'
import { Fragment, type ReactNode, useSyncExternalStore } from 'react'
import { useLiveState, useWorkspace } from '../../client/workspace.tsx'
import { AuthorityChip } from '../../features/authority/chip.tsx'
import { FingerprintButton } from '../../features/authority/fingerprint.tsx'
import { usePast, usePastMoment } from '../../features/past/moment.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { Hint, IconButton } from '../../ui/button.tsx'
import { Name } from '../../ui/name.tsx'
import { usePlaceContext } from './place-context.ts'
import classes from './top-bar.module.css'

export function TopBar(): ReactNode {
  const { crumbs, authority } = usePlaceContext()
  return (
    <header className={classes['bar']}>
      <div className={classes['history']}>
        <IconButton label={t`Back`} icon={<ArrowLeft aria-hidden="true" />} onPress={() => window.history.back()} />
        <IconButton label={t`Forward`} icon={<ArrowRight aria-hidden="true" />} onPress={() => window.history.forward()} />
      </div>
      <nav aria-label={t`Breadcrumb`} className={classes['crumbs']}>
        <ol>
          {crumbs.map((crumb, at) => (
            <Fragment key={crumb.href}>
              {at === 0 ? null : (
                <li aria-hidden="true" className={classes['separator']}>
                  <ChevronRight size={13} />
                </li>
              )}
              <li className={classes['crumb']}>
                <a href={crumb.href} aria-current={at === crumbs.length - 1 ? 'page' : undefined}>
                  <Name text={crumb.name} />
                </a>
              </li>
            </Fragment>
          ))}
        </ol>
      </nav>
      <div className={classes['facts']}>
        {authority === null ? null : <AuthorityChip authority={authority} />}
        <FingerprintButton />
        <TimeMachineButton />
        <LiveMark />
      </div>
    </header>
  )
}

/** An hour back to begin with; the slider leads anywhere from there. */
function TimeMachineButton(): ReactNode {
  const { name, clock } = useWorkspace()
  const enter = usePastMoment((moment) => moment.enter)
  const past = usePast()
  return past === null ? (
    <IconButton
      label={t`Time machine`}
      hint={t`Time machine: set the console to a past instant`}
      icon={<History aria-hidden="true" />}
      onPress={() => enter(name, new Date(clock.now() - 3_600_000).toISOString())}
    />
  ) : null
}

/** Whether the stream of changes is there, and how long ago it last said something. */
function LiveMark(): ReactNode {
  const state = useLiveState()
  const { clock } = useWorkspace()
  const formats = useFormats()
  const seconds = useSyncExternalStore(clock.subscribe, () =>
    state.kind === 'live' && state.lastTickAt !== null ? Math.floor((Date.now() - state.lastTickAt) / 1000) : -1,
  )
  if (state.kind === 'live') {
    const age = formats.duration(Math.max(0, seconds))
    return (
      <Hint text={seconds < 0 ? t`Connected. Nothing has changed since.` : t`Connected. The last change was heard ${age} ago.`}>
        <button type="button" className={classes['live']}>
          <span className={classes['pulse']} aria-hidden="true" />
          <span>
            <Trans>Live</Trans>
          </span>
          <span className={classes['age']}>{seconds < 0 ? '' : age}</span>
        </button>
      </Hint>
    )
  }
  return (
    <span className={`${classes['live']} ${state.kind === 'lost' ? classes['lost'] : ''}`} role="status">
      <span className={classes['ring']} aria-hidden="true" />
      {state.kind === 'lost' ? <Trans>Not connected</Trans> : <Trans>Connecting</Trans>}
    </span>
  )
}
