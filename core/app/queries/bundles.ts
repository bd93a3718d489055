/** Bundles that were packed or taken in here, newest first, and what is late ([CU4], [CU5]). */
import type { z } from 'zod'
import type { BundleRow, bundlePage, stationView } from '../../contract/courier.ts'
import { type Bundle, dueAtOf, isOverdue, stageOf } from '../../fleet/courier/bundle.ts'
import { listPeers, readPeer, readReceipt } from '../sync/tables.ts'
import type { ReadModel } from '../read-model.ts'
import { cursorRefused } from './cursor.ts'

export type BundleListInput = { readonly which: 'packed' | 'imported'; readonly cursor?: string | undefined; readonly limit: number }

/** `packed`: those of this master, with their way. `imported`: those that were taken in here. Throws Invalid `CURSOR_MALFORMED`. */
export function listBundles(model: ReadModel, { which, cursor, limit }: BundleListInput): z.infer<typeof bundlePage> {
  if (cursor !== undefined && model.bundle(cursor) === undefined) throw cursorRefused(cursor)
  const [where, value] = which === 'packed' ? ['packed_by = ?', model.masterId] : ["taken_by LIKE ? ESCAPE '!'", `%${model.masterId}%`]
  // Ids are ULIDs: their order is that of packing.
  const ids = model.reader.all<{ subject: string }>(
    `SELECT subject FROM bundles WHERE ${where} ${cursor === undefined ? '' : 'AND subject < ?'} ORDER BY subject DESC LIMIT ?`,
    value,
    ...(cursor === undefined ? [] : [cursor]),
    limit + 1,
  )
  const items = ids.slice(0, limit).flatMap(({ subject }) => readBundleRow(model, subject) ?? [])
  const total = model.reader.get<{ n: number }>(`SELECT count(*) AS n FROM bundles WHERE ${where}`, value)?.n ?? 0
  return { items, next: ids.length > limit ? (ids[limit - 1]?.subject ?? null) : null, total, overdue: overdueBundles(model).length }
}

/** Undefined for one that nobody here has heard of. */
export function readBundleRow(model: ReadModel, bundleId: string): BundleRow | undefined {
  const bundle = model.bundle(bundleId)
  if (bundle === undefined) return undefined
  const { packed, departed, lost, imports, receipts } = bundle
  const master = (masterId: string, name?: string) => ({
    masterId,
    name: name ?? masterName(model, masterId),
    isUs: masterId === (model.masterId as string),
  })
  const from = imports.at(-1)
  return {
    bundleId,
    stage: stageOf(bundle) ?? null,
    isOverdue: isOverdue(bundle, model.ports.clock.now()),
    packedBy:
      packed !== null
        ? master(packed.by)
        : from === undefined
          ? null
          : master(from.fromMasterId, model.master(from.fromMasterId)?.name ?? from.fromName),
    packedAt: packed?.at ?? from?.packedAt ?? null,
    forName: packed === null ? null : packed.forName === '' ? null : packed.forName,
    carriedBy: saidOf(departed?.carriedBy) ?? saidOf(packed?.carriedBy) ?? null,
    departedAt: departed?.at ?? null,
    dueAt: dueAtOf(bundle),
    files: packed === null ? [] : [...packed.files],
    sizeBytes: packed?.sizeBytes ?? null,
    isEncrypted: packed?.isEncrypted ?? null,
    isFull: packed?.isFull ?? null,
    contents: packed?.contents ?? null,
    leftBehind: packed?.leftBehind ?? null,
    lost: lost === null ? null : { at: lost.at, reason: lost.reason },
    imports: imports.map(({ by, at, outcome, storedEvents, refusedPieces, waitingPieces }) => ({
      by: master(by),
      at,
      outcome,
      storedEvents,
      refusedPieces,
      waitingPieces,
    })),
    receipts: receipts.map(({ fromMasterId, at, importedAt }) => ({ from: master(fromMasterId), at, importedAt })),
  }
}

export type OverdueBundle = { readonly bundleId: string; readonly bundle: Bundle; readonly dueAt: string }

/** Packed here, due, and not heard of; longest first. */
export function overdueBundles(model: ReadModel): readonly OverdueBundle[] {
  const now = new Date(model.ports.clock.now()).toISOString()
  return model.reader
    .all<{ subject: string }>(
      "SELECT subject FROM bundles WHERE stage IN ('packed', 'in-transit') AND due_at < ? AND packed_by = ? ORDER BY due_at LIMIT 100",
      now,
      model.masterId,
    )
    .flatMap(({ subject }) => {
      const bundle = model.bundle(subject)
      const dueAt = bundle === undefined ? null : dueAtOf(bundle)
      return bundle === undefined || dueAt === null ? [] : [{ bundleId: subject, bundle, dueAt }]
    })
}

/** Masters that bundles can be packed for, by name. */
export function listStations(model: ReadModel): z.infer<typeof stationView>[] {
  return listPeers(model.reader)
    .map(({ card }) => ({
      masterId: card.masterId,
      name: model.master(card.masterId)?.name ?? card.name,
      level: card.level,
      hasRecipient: card.recipient !== null,
      acknowledgedAt: readReceipt(model.reader, card.masterId)?.receipt.at ?? null,
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** As its own log says, or its card while that log is not here. */
export function masterName(model: ReadModel, masterId: string): string {
  return model.master(masterId)?.name ?? readPeer(model.reader, masterId)?.card.name ?? masterId
}

function saidOf(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text
}
