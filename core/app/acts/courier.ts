/** What this master bears witness to about bundles ([CU4]): it packed one, gave it to somebody, gave it up, took one in, was answered. */
import type { z } from 'zod'
import type { markCarriedRequest, markLostRequest } from '../../contract/courier.ts'
import type { BundleEventData } from '../../fleet/courier/bundle-events.ts'
import { type Bundle, stageOf } from '../../fleet/courier/bundle.ts'
import { AppError } from '../../kernel/app-error.ts'
import type { EventId } from '../../kernel/ids.ts'
import type { Master } from '../master.ts'
import { listPeers, readReceipt } from '../sync/tables.ts'
import { type Act, requireOperator } from './act.ts'

type Named<Data> = Data & { readonly bundleId: string }

export function notePacked(act: Act, { bundleId, ...data }: Named<BundleEventData<'ibcf.bundle.packed.v1'>>): EventId {
  const actor = requireOperator(act, 'operator')
  return act.master.port.commit(({ decide }) =>
    decide({ type: 'ibcf.bundle.packed.v1', subject: bundleId as EventId, domain: act.master.identity.rootDomainId, data, actor }),
  )
}

/** Throws NotFound `BUNDLE_UNKNOWN`, Rejected `BUNDLE_ARRIVED`. */
export function markCarried(act: Act, { bundleId, carriedBy, dueAt, note }: z.infer<typeof markCarriedRequest>): EventId[] {
  const actor = requireOperator(act, 'operator')
  requireOnItsWay(act, bundleId)
  const data = { carriedBy, dueAt, note }
  return act.master.port.commit(({ decide }) => [
    decide({ type: 'ibcf.bundle.departed.v1', subject: bundleId as EventId, domain: act.master.identity.rootDomainId, data, actor }),
  ])
}

/** Throws as `markCarried`. Nothing is given up by it: what is packed next rests on what was acknowledged. */
export function markLost(act: Act, { bundleId, reason }: z.infer<typeof markLostRequest>): EventId[] {
  const actor = requireOperator(act, 'operator')
  requireOnItsWay(act, bundleId)
  return act.master.port.commit(({ decide }) => [
    decide({
      type: 'ibcf.bundle.lost.v1',
      subject: bundleId as EventId,
      domain: act.master.identity.rootDomainId,
      data: { reason },
      actor,
    }),
  ])
}

export function noteImported(act: Act, { bundleId, ...data }: Named<BundleEventData<'ibcf.bundle.imported.v1'>>): EventId {
  const actor = requireOperator(act, 'operator')
  return act.master.port.commit(({ decide }) =>
    decide({ type: 'ibcf.bundle.imported.v1', subject: bundleId as EventId, domain: act.master.identity.rootDomainId, data, actor }),
  )
}

/** What the newest receipts of all peers say of bundles that this master packed; each is recorded once. Answers how many it told of. */
export function noteReceipts({ master }: Act, _nothing: Readonly<Record<never, never>>): number {
  const { model, store, port, identity } = master
  const news = listPeers(store.reader).flatMap(({ card: { masterId } }) => {
    const kept = readReceipt(store.reader, masterId)
    return kept === undefined ? [] : kept.receipt.bundles.flatMap((named) => newsOf(model.bundle(named.bundleId), named, kept.receipt))
  })
  if (news.length === 0) return 0
  port.commit(({ decide }) => {
    for (const { bundleId, data } of news)
      decide({ type: 'ibcf.bundle.receipt-back.v1', subject: bundleId as EventId, domain: identity.rootDomainId, data })
  })
  return news.length

  function newsOf(
    bundle: Bundle | undefined,
    named: { readonly bundleId: string; readonly at: string },
    receipt: { readonly masterId: string; readonly incarnation: string; readonly n: number; readonly at: string },
  ) {
    const isOurs = bundle?.packed?.by === (identity.masterId as string)
    if (!isOurs || bundle.receipts.some(({ fromMasterId }) => fromMasterId === receipt.masterId)) return []
    const { masterId, incarnation, n, at } = receipt
    return [{ bundleId: named.bundleId, data: { fromMasterId: masterId, receipt: { incarnation, n, at }, importedAt: named.at } }]
  }
}

function requireOnItsWay({ master }: Act, bundleId: string): void {
  const bundle = master.model.bundle(bundleId)
  if (bundle === undefined || !isOurs(master, bundle))
    throw new AppError('NotFound', 'BUNDLE_UNKNOWN', 'No bundle of that id was packed here.', { bundleId })
  const stage = stageOf(bundle)
  if (stage === 'receipt-back' || stage === 'imported-there')
    throw new AppError('Rejected', 'BUNDLE_ARRIVED', 'This bundle has arrived: there is nothing more to say of its way.', { bundleId })
}

function isOurs({ identity }: Pick<Master, 'identity'>, { packed }: Bundle): boolean {
  return packed?.by === (identity.masterId as string)
}
