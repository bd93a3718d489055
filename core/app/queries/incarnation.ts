/** The present life of this master, and what an earlier one left to it. */
import type { IncarnationView } from '../../contract/incarnation.ts'
import type { DecisionData } from '../../fleet/decisions.ts'
import { parseLogId } from '../../log/log-id.ts'
import { readFrontier } from '../../store/frontier.ts'
import { readSubjectEvents } from '../../store/read-events.ts'
import type { ReadModel } from '../read-model.ts'
import { lapsedGrantOf } from './authority-view.ts'

type Opened = DecisionData<'ibcf.incarnation.opened.v1'>

const pointsShown = 100
/** One event names 256 points; a master of a thousand domains has some thousands. */
const openingEventsRead = 64

export function readIncarnation(model: ReadModel): IncarnationView {
  const { masterId } = model
  const state = model.master(masterId)
  const later = state?.incarnation ?? null
  const opened = later === null ? [] : openingsOf(model, later.id)
  const continues = opened.flatMap((data) => data.continues)
  return {
    id: incarnationOf(model),
    openedAt: later?.openedAt ?? state?.createdAt ?? null,
    reason: later?.reason ?? 'founded',
    continues: continues.slice(0, pointsShown),
    continuesTotal: continues.length,
    lost: opened.flatMap((data) => data.lost).slice(0, pointsShown),
    ...standingOf(model),
  }
}

/** What the events say that opened this life, in the order in which they were recorded. */
function openingsOf({ reader, masterId }: ReadModel, incarnation: string): readonly Opened[] {
  return readSubjectEvents(reader, masterId, { types: ['ibcf.incarnation.opened.v1'], order: 'newest', limit: openingEventsRead })
    .filter(({ log }) => log.origin === masterId)
    .flatMap(({ event }) => (event === undefined ? [] : [event.data as Opened]))
    .filter((data) => data.incarnation === incarnation)
    .toReversed()
}

/** The one that its logs bear now; null before it has written anything. */
export function incarnationOf(model: Pick<ReadModel, 'reader' | 'master' | 'masterId'>): string | null {
  return model.master(model.masterId)?.incarnation?.id ?? firstLifeOf(model)
}

function firstLifeOf({ reader, masterId }: Pick<ReadModel, 'reader' | 'masterId'>): string | null {
  const [first] = readFrontier(reader, { origin: masterId })
  return first === undefined ? null : parseLogId(first.log).incarnation
}

function standingOf(model: ReadModel): Pick<IncarnationView, 'lapsed' | 'debts'> {
  const lapsed: IncarnationView['lapsed'] = []
  const debts: IncarnationView['debts'] = []
  for (const { subject } of model.reader.all<{ subject: string }>('SELECT subject FROM authority_domains ORDER BY subject')) {
    const domainName = model.domain(subject)?.name ?? subject
    const earlier = lapsedGrantOf(model, subject)
    if (earlier?.domainId === subject) lapsed.push({ domainId: subject, domainName, epoch: earlier.grant.epoch })
    for (const { eventId, masterId, epoch, since } of model.holder(subject).debts) {
      const act = model.authority(subject)?.acts.find((known) => known.eventId === eventId)
      // What is owed of a domain above is told there.
      if (masterId !== model.masterId || act === undefined) continue
      const reason = reasonOf(model, subject, eventId)
      debts.push({
        domainId: subject,
        domainName,
        epoch,
        since,
        reason,
        operatorName: act.actor === null ? null : operatorName(model, act.actor),
      })
    }
  }
  return { lapsed, debts }
}

/** The rules need no reasons, and do not keep them. */
function reasonOf({ reader }: ReadModel, domainId: string, eventId: string): string | null {
  const events = readSubjectEvents(reader, domainId, { types: ['ibcf.authority.granted.v1'], order: 'newest', limit: openingEventsRead })
  const data = events.find(({ event }) => event?.id === eventId)?.event?.data as DecisionData<'ibcf.authority.granted.v1'> | undefined
  return data?.reason ?? null
}

function operatorName(model: ReadModel, operatorId: string): string {
  return model.operator(operatorId)?.name ?? operatorId
}
