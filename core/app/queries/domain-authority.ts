/** Who is master of a domain, since when, by what right, who disagrees, and what has no effect for it. */
import type { DomainAuthority } from '../../contract/authority.ts'
import type { Claimant } from '../../fleet/authority/holder.ts'
import { lineOf } from '../../fleet/authority/line.ts'
import { mayDecide } from '../../fleet/authority/may-decide.ts'
import { readPowerlessIn } from '../projecting/read-states.ts'
import type { ReadModel } from '../read-model.ts'
import { authorityOf, isOfThisLife } from './authority-view.ts'
import { incarnationOf } from './incarnation.ts'
import { instantOf } from './instants.ts'
import { quoted } from './plain-text.ts'

const powerlessShown = 100

/** Undefined when no such domain is known here. */
export function readDomainAuthority(model: ReadModel, domainId: string): DomainAuthority | undefined {
  const state = model.domain(domainId)
  if (state === undefined) return undefined
  const holder = model.holder(domainId)
  const authority = authorityOf(model, domainId)
  const named = (masterId: string) => ({ masterId, masterName: model.master(masterId)?.name ?? null })
  // Not run out, and yet nobody holds it: the master began another life since.
  const [first] = holder.claimants
  const isLifeOver = holder.standing === 'held' && first !== undefined && !isOfThisLife(model, first)
  const claimantOf = (claimant: Claimant): DomainAuthority['claimants'][number] => ({ ...claimant, ...named(claimant.masterId) })
  const acts = lineOf(model.book, domainId).flatMap((id) => model.book.record(id)?.acts ?? [])
  const actorOf = (eventId: string): string | null => acts.find((act) => act.eventId === eventId)?.actor ?? null
  return {
    at: instantOf(model.ports.clock.now()),
    domainId,
    domainName: state.name,
    authority,
    right: authority.standing === 'nobody' ? null : holder.right,
    until: holder.until,
    why: isLifeOver ? `${holder.why} ${overOf(named(holder.masterId ?? '').masterName)}` : holder.why,
    claimants: holder.claimants.map(claimantOf),
    disputes: holder.disputes.map(({ epoch, claimants, settled }) => ({
      epoch,
      claimants: claimants.map(claimantOf),
      settled: settled === null ? null : { ...named(settled.masterId), by: settled.by },
    })),
    debts: holder.debts.map(({ eventId, masterId, epoch, since, nodeIds }) => ({
      ...named(masterId),
      eventId,
      epoch,
      since,
      actorId: actorOf(eventId),
      nodes: nodeIds?.map((nodeId) => ({ nodeId, name: model.lifecycle(nodeId)?.name ?? null })) ?? null,
    })),
    frozenBy: holder.frozenBy,
    delegations: acts.flatMap(({ word, eventId, epoch }) =>
      word.kind === 'delegate' ? [{ ...named(word.masterId), eventId, rank: word.rank, epoch, until: word.until }] : [],
    ),
    refused: holder.refused.map(({ act, code, sentence }) => ({
      ...named(act.issuerId),
      eventId: act.eventId,
      epoch: act.epoch,
      at: act.time,
      code,
      sentence,
    })),
    powerless: readPowerlessIn(model.reader, domainId, powerlessShown).map(({ origin, subject, eventId, type, epoch, ...why }) => ({
      ...named(origin),
      eventId,
      type,
      subjectId: subject,
      epoch,
      code: why.code,
      sentence: why.sentence,
      wouldAllow: why.wouldAllow,
    })),
    here: hereOf(model, domainId, authority.epoch ?? 0),
  }
}

function overOf(masterName: string | null): string {
  const who = masterName === null ? 'That master' : quoted(masterName)
  return `${who} was restored since and has nothing of it: whoever holds the domain above can give it anew.`
}

function hereOf(model: ReadModel, domainId: string, epoch: number): DomainAuthority['here'] {
  const incarnation = incarnationOf(model) ?? ''
  const effect = mayDecide(model.book, { masterId: model.masterId, incarnation, epoch, domainId, kind: 'other' })
  if (effect.effect === 'yes') return { mayDecide: true, code: null, sentence: null, wouldAllow: null }
  const { code, sentence, wouldAllow } = effect
  return { mayDecide: false, code, sentence, wouldAllow }
}
