/** The way of a command by stick, from the bundles that were packed here and what other masters acknowledged ([CU6]). */
import type { commandDetail } from '../../contract/commands.ts'
import { journeyOf } from '../../fleet/courier/command-journey.ts'
import { formatLogId } from '../../log/log-id.ts'
import { readEventById } from '../../store/read-events.ts'
import { frontierOf } from '../../sync/receipt.ts'
import type { ReadModel } from '../read-model.ts'
import { listPeers, readReceipt } from '../sync/tables.ts'
import type { z } from 'zod'
import type { KnownCommand } from './known-command.ts'

/** Bundles that are looked at, from the time of the command on. */
const bundlesAtMost = 200

export function readJourney(model: ReadModel, { issued, facts }: KnownCommand): z.infer<typeof commandDetail>['journey'] {
  const { reader } = model
  const event = readEventById(reader, issued.eventId)
  if (event === undefined) return []
  const place = { log: formatLogId(event.log), seq: event.seq }
  const ids = reader.all<{ subject: string }>(
    'SELECT subject FROM bundles WHERE packed_by = ? AND packed_at >= ? ORDER BY packed_at LIMIT ?',
    model.masterId,
    issued.issuedAt,
    bundlesAtMost,
  )
  if (ids.length === 0) return []
  const bundles = ids.flatMap(({ subject }) => {
    const bundle = model.bundle(subject)
    return bundle === undefined ? [] : [[subject, bundle] as const]
  })
  const peers = listPeers(reader).flatMap(({ card: { masterId } }) => {
    const kept = readReceipt(reader, masterId)
    const held = kept === undefined ? undefined : frontierOf(kept.receipt).find(({ log, branch }) => log === place.log && branch === 0)
    if (kept === undefined || held === undefined) return []
    return [{ masterId, seq: held.seq, at: kept.receipt.at, receivedAt: new Date(kept.receivedAt).toISOString() }]
  })
  const appliedAt = facts.end?.kind === 'applied' ? facts.end.at : null
  return journeyOf(place, bundles, appliedAt, peers).map(({ stage, at, bundleId, masterId }) => ({
    stage,
    at,
    bundleId,
    masterName: masterId === null ? null : (model.master(masterId)?.name ?? masterId),
  }))
}
