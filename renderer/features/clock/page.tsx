/** The clocks: how far this machine, the nodes and other masters are off, and what rests on a wall clock at all. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { addressOf } from '../../app/navigation.ts'
import type { Answers } from '../../client/rpc.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { Name } from '../../ui/name.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty, Shown } from '../../ui/shown.tsx'
import { Table } from '../../ui/table.tsx'
import classes from '../shift/shift.module.css'
import { type Offset, offsetOf } from './model.ts'

type Clocks = Answers['shift']['clocks']

export function ClockPage(): ReactNode {
  const { queries } = useWorkspace()
  const clocks = useQuery(queries.clocks())
  return (
    <div className={classes['sheet']}>
      <Shown answer={clocks}>{(data) => <ClockRoom clocks={data} />}</Shown>
    </div>
  )
}

function ClockRoom({ clocks }: { readonly clocks: Clocks }): ReactNode {
  const formats = useFormats()
  const words = useOffsetWords()
  const { laptop, nodes, masters, toleranceMs } = clocks
  const tolerance = formats.longDuration(toleranceMs / 1000)
  return (
    <>
      <PageHead title={<Trans>Clocks</Trans>} lead={<LaptopSentence laptop={laptop} />} />
      <Section title={t`Nodes`} note={t`Measured when each was heard last, with the way here in it; doubted beyond ${tolerance}.`}>
        {nodes.worst.length === 0 ? (
          <Empty title={t`No node was heard since this master started`} />
        ) : (
          <Table
            label={t`Clocks of nodes, the furthest off first`}
            rows={nodes.worst}
            keyOf={({ nodeId }) => nodeId}
            hrefOf={({ nodeId }) => addressOf({ room: 'node', nodeId, tab: 'overview' })}
            columns={[
              { id: 'name', title: t`Node`, draw: ({ nodeName }) => <Name text={nodeName} /> },
              { id: 'domain', title: t`Domain`, isSecondary: true, draw: ({ domainName }) => <Name text={domainName ?? ''} /> },
              { id: 'offset', title: t`Off by`, draw: ({ offsetMs }) => words(offsetOf(offsetMs, toleranceMs)) },
              { id: 'at', title: t`Measured`, draw: ({ measuredAt }) => <Age at={measuredAt} isSpoken /> },
            ]}
          />
        )}
      </Section>
      <Section
        title={t`Other masters`}
        note={t`What came from them was on its way for a while, so only a clock that is ahead can be told.`}
      >
        {masters.length === 0 ? (
          <p className={classes['soft']}>
            <Trans>No other master is known here.</Trans>
          </p>
        ) : (
          <Table
            label={t`Clocks of other masters`}
            rows={masters}
            keyOf={({ masterId }) => masterId}
            columns={[
              { id: 'name', title: t`Master`, draw: ({ masterName }) => <Name text={masterName} /> },
              {
                id: 'ahead',
                title: t`Ahead by at least`,
                draw: ({ aheadAtLeastMs }) =>
                  aheadAtLeastMs === null
                    ? t`not known`
                    : aheadAtLeastMs === 0
                      ? t`not ahead`
                      : words(offsetOf(aheadAtLeastMs, toleranceMs)),
              },
              { id: 'at', title: t`Wrote last`, draw: ({ wroteLast }) => <Age at={wroteLast} isSpoken /> },
            ]}
          />
        )}
      </Section>
      <Section title={t`What rests on a clock`}>
        <ul>
          <li>{t`By the clock of this machine: when commands, grants, waivers and maintenance run out, and every age that is shown.`}</li>
          <li>{t`By the clock of a node: until when it begins a command, and the time that it writes beside what it records.`}</li>
          <li>{t`By none: the order of events, who is master, what is held, and whether a node is silent, which is measured by a clock that only grows.`}</li>
        </ul>
      </Section>
    </>
  )
}

function LaptopSentence({ laptop }: { readonly laptop: Clocks['laptop'] }): ReactNode {
  const formats = useFormats()
  const behind = formats.longDuration(laptop.behindOwnLogMs / 1000)
  const off = formats.longDuration(Math.abs(laptop.medianNodeOffsetMs ?? 0) / 1000)
  switch (laptop.verdict) {
    case 'right':
      return <Trans>This machine agrees with most of the nodes that it hears.</Trans>
    case 'unknown':
      return <Trans>Too few nodes were heard to say anything of the clock of this machine.</Trans>
    case 'set-back':
      return (
        <strong className={classes['doubt']}>
          <Trans>The clock of this machine was set back: it stands {behind} behind what this master wrote last. Set it right.</Trans>
        </strong>
      )
    case 'off':
      return (
        <strong className={classes['doubt']}>
          <Trans>Most nodes agree among themselves and are {off} from this machine: it is likely this clock that is wrong.</Trans>
        </strong>
      )
  }
}

function useOffsetWords(): (offset: Offset) => ReactNode {
  const formats = useFormats()
  return ({ kind, seconds, isDoubtful }) => {
    const time = seconds < 1 ? formats.quantity(Math.round(seconds * 1000), 'ms') : formats.longDuration(seconds)
    const text = kind === 'right' ? t`less than a second` : kind === 'ahead' ? t`${time} ahead` : t`${time} behind`
    return <span className={`${classes['figure']} ${isDoubtful ? classes['doubt'] : ''}`}>{isDoubtful ? t`${text}, doubted` : text}</span>
  }
}
