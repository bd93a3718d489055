/** Sets the whole console to a past instant by one slider, and says of each room what it can tell of then. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { History } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { goTo } from '../../app/navigation.ts'
import type { Place } from '../../app/route.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { healthName, modeName, phaseName } from '../../i18n/words.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { Button } from '../../ui/button.tsx'
import { Name } from '../../ui/name.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { Empty, Shown } from '../../ui/shown.tsx'
import { Table } from '../../ui/table.tsx'
import { type PastAnswer, pastAnswerOf, wholeHistory } from './model.ts'
import { usePast, usePastMoment } from './moment.ts'
import classes from './past.module.css'

/** Over every page while the console is set to a past instant. */
export function PastBar(): ReactNode {
  const at = usePast()
  return at === null ? null : <SetBar key={at} at={at} />
}

function SetBar({ at }: { readonly at: string }): ReactNode {
  const { name, queries, clock } = useWorkspace()
  const formats = useFormats()
  const master = useQuery(queries.master())
  const { enter, leave } = usePastMoment()
  const [{ from, to }] = useState(() => wholeHistory(master.data?.id ?? '', clock.now()))
  // The page follows when the slider is let go: each instant on the way would be a question.
  const [held, setHeld] = useState(Date.parse(at))
  const settle = (): void => {
    const chosen = new Date(held).toISOString()
    if (chosen !== at) enter(name, chosen)
  }
  return (
    <div className={classes['banner']} role="region" aria-label={t`Time machine`}>
      <History aria-hidden="true" size={18} />
      <p>
        <strong>
          <Trans>The past: as of {formats.instant(held)}</Trans>
        </strong>
        {'. '}
        <Trans>Every page is set to that instant; the rail beside it stays of now. Nothing can be done from here.</Trans>
      </p>
      <input
        className={classes['slider']}
        type="range"
        aria-label={t`Instant of the history`}
        aria-valuetext={formats.instant(held)}
        min={from}
        max={to}
        step={1000}
        value={held}
        onChange={(event) => setHeld(Number(event.target.value))}
        onPointerUp={settle}
        onKeyUp={settle}
        onBlur={settle}
      />
      <Button look="primary" onPress={leave}>
        <Trans>Back to now</Trans>
      </Button>
    </div>
  )
}

/** What a room shows instead of the present while the console is set to a past instant. */
export function PastRoom({ place, at }: { readonly place: Place; readonly at: string }): ReactNode {
  const formats = useFormats()
  const answer = pastAnswerOf(place.room)
  const domainId = place.room === 'domain' ? place.domainId : null
  return (
    <div className={classes['past']}>
      <PageHead title={<Trans>As of {formats.instant(at)}</Trans>} lead={<Trans>By what is known of that instant today.</Trans>} />
      {answer === 'as-it-was' ? (
        <PastNodes at={at} domainId={domainId} />
      ) : (
        <Empty title={t`This page cannot be shown as it was then`}>{whyNotThen(answer)}</Empty>
      )}
    </div>
  )
}

function PastNodes({ at, domainId }: { readonly at: string; readonly domainId: string | null }): ReactNode {
  const { queries } = useWorkspace()
  const nodes = useQuery(queries.nodes({ asOf: at, limit: 500, ...(domainId === null ? {} : { domainId }) }))
  return (
    <>
      <p className={classes['reason']}>
        <Trans>
          Nodes as they were. Figures of domains, relays and paths rest on who was heard, and presence has no past here: their course over
          time stands in the charts of now.
        </Trans>
      </p>
      <div className={classes['list']}>
        <Shown answer={nodes}>
          {(data) =>
            data.items.length === 0 ? (
              <Empty title={t`No node was known here at that time`} />
            ) : (
              <Table
                label={t`Nodes as they were then`}
                rows={data.items}
                keyOf={(row) => row.id}
                columns={[
                  {
                    id: 'name',
                    title: t`Name`,
                    draw: (row) => (
                      <button
                        type="button"
                        className={classes['link']}
                        onClick={() => goTo({ room: 'node', nodeId: row.id, tab: 'overview', asOf: at })}
                      >
                        <Name text={row.name} />
                      </button>
                    ),
                  },
                  { id: 'phase', title: t`Phase`, draw: (row) => phaseName(row.phase) },
                  { id: 'mode', title: t`Connectivity`, draw: (row) => modeName(row.mode) },
                  { id: 'health', title: t`Health`, draw: (row) => healthName(row.health) },
                  { id: 'domain', title: t`Domain`, draw: (row) => <Name text={row.domainName} /> },
                ]}
              />
            )
          }
        </Shown>
      </div>
    </>
  )
}

function whyNotThen(answer: PastAnswer): string {
  switch (answer) {
    case 'presence':
      return t`What needs a person rests on who was heard and on what people did about it, and presence has no past here.`
    case 'progress':
      return t`How far something had come rests on every node in it, and folding all of them for a past instant would take too long.`
    case 'kept-as-decided':
      return t`What was decided stays as it was decided and carries its own time: go back to now, and narrow it by time there.`
    case 'this-machine':
      return t`Disk, sticks and bundles are read from this machine as it is; nothing keeps how they were.`
    case 'as-it-was':
    case 'the-same':
      return ''
  }
}
