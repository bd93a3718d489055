/** What the next shift has to know, as of one moment: what happened since, and what is open ([SF7]). */
import type { z } from 'zod'
import type { ShiftSheet, sheetRequest } from '../../contract/shift.ts'
import type { ConnectivityMode } from '../../fleet/node/node-record.ts'
import { connectivityModes } from '../../fleet/node/node-record.ts'
import type { DecisionData } from '../../fleet/decisions.ts'
import { decisionsBefore } from '../audit/decisions-before.ts'
import { effective } from '../projecting/effective.ts'
import type { ReadModel } from '../read-model.ts'
import { listAttentionPage } from './attention-page.ts'
import { authorityOf } from './authority-view.ts'
import { fleetOf } from './fleet/fleet.ts'
import { readHeldFrontier } from './held.ts'
import { instantOf } from './instants.ts'
import { listNotes } from './log-book.ts'
import { listMaintenance } from './maintained.ts'
import { actorName, namesOf } from './names.ts'
import { isDecisionType, sentenceOfDecision } from './sentences.ts'
import { listSessions } from './session-list.ts'
import { subjectOf } from './subject.ts'

/** Events of masters that are read back: more would hold up whoever else asks. */
const lookedAtMost = 10_000
/** Of each list: more is not read on paper. The desks hold the rest. */
const shownAtMost = 200
const domainsAtMost = 200
/** What asks for a look behind the worst hundred is for the desk, not for paper. */
const attentionAtMost = 100

export function readShiftSheet(model: ReadModel, { from }: z.infer<typeof sheetRequest>): ShiftSheet {
  const fleet = fleetOf(model)
  const attention = listAttentionPage(model, fleet, { limit: attentionAtMost })
  const returns = listSessions(model, { onlyOpen: true, limit: shownAtMost })
  const { items: notes } = listNotes(model, { from, limit: shownAtMost })
  return {
    from,
    at: instantOf(model.ports.clock.now()),
    masterId: model.masterId,
    masterName: model.master(model.masterId)?.name ?? model.masterId,
    held: readHeldFrontier(model),
    nodes: Number(
      model.reader.get("SELECT count(*) AS n FROM lifecycle_nodes WHERE enrolment = 'APPROVED' AND phase <> 'RETIRED'")?.['n'] ?? 0,
    ),
    ...happenedSince(model, Date.parse(from)),
    notes,
    attention: attention.items,
    isAttentionWhole: attention.next === null && attention.isComplete,
    returns: returns.items,
    returnsTotal: returns.total,
    maintenance: listMaintenance(model, { from }).items,
    authority: fleet.tree
      .map(({ id, name, parentId }) => ({ domainId: id, domainName: name, parentId, authority: authorityOf(model, id) }))
      .filter(({ domainId, parentId, authority }) => parentId === null || authority.grantedAtDomainId === domainId)
      .slice(0, domainsAtMost)
      .map(({ domainId, domainName, authority }) => ({ domainId, domainName, authority })),
  }
}

type Happened = Pick<ShiftSheet, 'modes' | 'transitions' | 'transitionsTotal' | 'acts' | 'actsTotal' | 'readBackTo'>

/** By when it was recorded here: what a stick brought in this shift is news to it, whenever it happened. */
function happenedSince(model: ReadModel, fromMs: number): Happened {
  const names = namesOf(model)
  const modes = new Map<string, ConnectivityMode>()
  const transitions: ShiftSheet['transitions'] = []
  const acts: ShiftSheet['acts'] = []
  let transitionsTotal = 0
  let actsTotal = 0
  let looked = 0
  let readBackTo: string | null = null
  for (const stored of decisionsBefore(model, Number.MAX_SAFE_INTEGER)) {
    if (stored.recordedAt < fromMs) break
    looked += 1
    if (looked > lookedAtMost) {
      readBackTo = instantOf(stored.recordedAt)
      break
    }
    const event = effective(stored)?.event
    if (event === undefined || !isDecisionType(event.type)) continue
    const sentence = sentenceOfDecision(event.type, event.data, names)
    if (event.type === 'ibcf.connectivity.assessed.v1') {
      const { to } = event.data as DecisionData<'ibcf.connectivity.assessed.v1'>
      if (!modes.has(event.subject)) modes.set(event.subject, to)
    } else if (event.type === 'ibcf.lifecycle.transitioned.v1') {
      transitionsTotal += 1
      const node = model.lifecycle(event.subject)
      const { from, to } = event.data as DecisionData<'ibcf.lifecycle.transitioned.v1'>
      if (transitions.length < shownAtMost)
        transitions.push({
          at: event.time,
          nodeId: event.subject,
          nodeName: node?.name ?? event.subject,
          domainName: model.domain(node?.domainId ?? '')?.name ?? null,
          from,
          to,
          sentence,
          actorName: actorName(model, event.actor),
        })
    }
    // A note is told among the notes, a change of phase among these.
    if (event.actor === undefined || event.type === 'ibcf.note.written.v1' || event.type === 'ibcf.lifecycle.transitioned.v1') continue
    actsTotal += 1
    if (acts.length < shownAtMost)
      acts.push({
        at: event.time,
        actorName: actorName(model, event.actor) ?? event.actor,
        type: event.type,
        sentence,
        subjectId: event.subject,
        ...subjectOf(model, event.subject),
      })
  }
  const counted = connectivityModes.map((mode) => ({ mode, nodes: [...modes.values()].filter((last) => last === mode).length }))
  return { modes: counted.filter(({ nodes }) => nodes > 0), transitions, transitionsTotal, acts, actsTotal, readBackTo }
}
