/** What the courier desk asks of the master, by questions of its own. */
import { useMemo } from 'react'
import type { Query } from '../../client/query-cache.ts'
import type { Answers, Requests } from '../../client/rpc.ts'
import { useWorkspace } from '../../client/workspace.tsx'
import type { ChangeTick } from '../../../core/contract/live.ts'

type Topic = ChangeTick['topics'][number]

function byTopic(...topics: readonly Topic[]): (tick: ChangeTick) => boolean {
  return (tick) => tick.topics.some((topic) => topics.includes(topic))
}

/** A figure that runs is looked at as often as a person can read it. */
const runningPaceMs = 500

export function useCourierQueries() {
  const { client } = useWorkspace()
  return useMemo(
    () => ({
      volumes: (): Query<Answers['volume']['list']> => ({
        key: 'courier volumes',
        load: (signal) => client.volume.list({}, { signal }),
        isTouchedBy: byTopic('volumes', 'bundles'),
        paceMs: runningPaceMs,
      }),
      stations: (): Query<Answers['bundle']['stations']> => ({
        key: 'courier stations',
        load: (signal) => client.bundle.stations({}, { signal }),
        isTouchedBy: byTopic('master', 'bundles'),
      }),
      packed: (): Query<Answers['bundle']['list']> => ({
        key: 'courier packed',
        load: (signal) => client.bundle.list({ which: 'packed', limit: 50 }, { signal }),
        isTouchedBy: byTopic('bundles'),
        paceMs: runningPaceMs,
      }),
      imported: (): Query<Answers['bundle']['list']> => ({
        key: 'courier imported',
        load: (signal) => client.bundle.list({ which: 'imported', limit: 50 }, { signal }),
        isTouchedBy: byTopic('bundles'),
        paceMs: runningPaceMs,
      }),
      packing: (): Query<Answers['bundle']['packing']> => ({
        key: 'courier packing',
        load: (signal) => client.bundle.packing({}, { signal }),
        isTouchedBy: byTopic('bundles'),
        paceMs: runningPaceMs,
      }),
      imports: (): Query<Answers['bundle']['imports']> => ({
        key: 'courier imports',
        load: (signal) => client.bundle.imports({}, { signal }),
        isTouchedBy: byTopic('bundles'),
        paceMs: runningPaceMs,
      }),
      card: (): Query<Answers['sync']['card']> => ({
        key: 'courier card',
        load: (signal) => client.sync.card({}, { signal }),
        isTouchedBy: byTopic('master'),
      }),
      plan: (request: Requests['bundle']['plan']): Query<Answers['bundle']['plan']> => ({
        key: `courier plan ${JSON.stringify(request)}`,
        load: (signal) => client.bundle.plan(request, { signal }),
        isTouchedBy: () => false,
      }),
    }),
    [client],
  )
}
