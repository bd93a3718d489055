/** Nodes that wait to return: how many, how fast it goes, when the last one is in, and in which order ([RT14]). */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { addressOf } from '../../app/navigation.ts'
import type { Answers } from '../../client/rpc.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { Figures } from '../../ui/figures.tsx'
import { Name } from '../../ui/name.tsx'
import { ScrollBox } from '../../ui/scroll-box.tsx'
import { Section } from '../../ui/section.tsx'
import { Table } from '../../ui/table.tsx'
import classes from './queue.module.css'

type Queue = Answers['session']['queue']

/** Nothing while nobody waits: then there is no storm. */
export function ReturnQueue(): ReactNode {
  const { queries } = useWorkspace()
  const queue = useQuery(queries.returnQueue()).data
  return queue === null || queue === undefined || queue.waiting === 0 ? null : <WaitingReturns queue={queue} />
}

function WaitingReturns({ queue }: { readonly queue: Queue }): ReactNode {
  const formats = useFormats()
  return (
    <Section
      title={t`Waiting to return`}
      note={<Plural value={queue.waiting} one="# node, told when to come again" other="# nodes, each told when to come again" />}
      className={classes['queue']}
    >
      <Figures
        label={t`The queue of returns`}
        items={[
          { id: 'open', name: t`Returning now`, value: t`${formats.count(queue.open)} of ${formats.count(queue.maxSessions)}` },
          { id: 'waiting', name: t`Waiting`, value: formats.count(queue.waiting) },
          {
            id: 'rate',
            name: t`Done a minute`,
            value: queue.ratePerSecond === null ? '\u2014' : formats.count(Math.round(queue.ratePerSecond * 60)),
          },
          {
            id: 'eta',
            name: t`All in after`,
            value: queue.etaSeconds === null ? t`not known yet` : t`about ${formats.longDuration(queue.etaSeconds)}`,
          },
        ]}
      />
      <p className={classes['domains']}>
        {queue.domains.map(({ domainId, name, waiting, open }) => (
          <a key={domainId} href={addressOf({ room: 'domain', domainId, tab: 'overview', filter: {} })}>
            <Name text={name} />{' '}
            <span className={classes['faint']}>
              <Trans>
                {formats.count(waiting)} waiting, {formats.count(open)} returning
              </Trans>
            </span>
          </a>
        ))}
      </p>
      <ScrollBox label={t`Order of returns`}>
        <Table
          label={t`Order of returns`}
          rows={queue.items}
          keyOf={(item) => item.nodeId}
          hrefOf={(item) => addressOf({ room: 'node', nodeId: item.nodeId, tab: 'overview' })}
          columns={[
            { id: 'place', title: t`Place`, align: 'end', width: '5.5rem', draw: (item) => formats.count(item.place) },
            { id: 'node', title: t`Node`, draw: (item) => <Name text={item.nodeName} /> },
            { id: 'events', title: t`Events`, align: 'end', width: '6rem', draw: (item) => formats.count(item.expectedEvents) },
            { id: 'asked', title: t`Asked first`, align: 'end', width: '8rem', draw: (item) => <Age at={item.askedAt} isSpoken /> },
            {
              id: 'eta',
              title: t`Its turn in`,
              align: 'end',
              width: '7rem',
              draw: (item) => (item.etaSeconds === null ? '\u2014' : formats.longDuration(item.etaSeconds)),
            },
          ]}
        />
      </ScrollBox>
    </Section>
  )
}
