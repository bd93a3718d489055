/**
 * The last known good snapshot of a node: the newest one with which it was in specification by the policy of that moment, well, and not in
 * quarantine. Judged as of the snapshot, so a policy that came later makes no old state bad ([SN1]). A bounded number is looked at.
 */
import type { z } from 'zod'
import type { lastGoodView } from '../../contract/last-good.ts'
import { eventRef } from '../../kernel/event.ts'
import { readSubjectEvents } from '../../store/read-events.ts'
import { countingOf } from '../projecting/counting.ts'
import { modelAsOf } from '../queries/as-of.ts'
import { readDesiredActual } from '../queries/desired-actual.ts'
import { requireNode } from '../queries/require-node.ts'
import type { ReadModel } from '../read-model.ts'

export type LastGood = z.infer<typeof lastGoodView>
type Compared = ReturnType<typeof readDesiredActual>

/** Each is a fold of the node's past. */
const lookedAtMost = 12
const lookedAtForked = 500
const changesAtMost = 200

/** Throws NotFound `NODE_UNKNOWN`. */
export function readLastGood(model: ReadModel, nodeId: string): LastGood {
  requireNode(model, nodeId)
  const nowMs = model.ports.clock.now()
  const counting = countingOf(model)
  const isForked = counting.standing(nodeId) !== ''
  const found = readSubjectEvents(model.reader, nodeId, {
    types: ['ibcf.snapshot.taken.v1'],
    order: 'newest',
    // Of a log that was told in several ways some of the newest may not count.
    limit: isForked ? lookedAtForked : lookedAtMost + 1,
    isMissingSkipped: true,
  })
    .flatMap((stored) => counting.effectOf(stored) ?? [])
    .toSorted((a, b) => (a.key < b.key ? 1 : -1))
    .map(({ event }) => event)
  const looked = found.slice(0, lookedAtMost)
  const hasOlder = found.length > lookedAtMost
  for (const [at, snapshot] of looked.entries()) {
    if (Date.parse(snapshot.time) > nowMs) continue
    // A snapshot stands until the next one. One that was taken before the node was let in is judged at the end of that time.
    const until = at === 0 ? nowMs : Date.parse(looked[at - 1]?.time ?? '') - 1
    const atOnce = modelAsOf(model, snapshot.time)
    const then =
      atOnce.lifecycle(nodeId) === undefined ? modelAsOf(model, new Date(Math.max(until, Date.parse(snapshot.time))).toISOString()) : atOnce
    // It may have taken one before it was let in, and then nothing was desired of it.
    if ((then.lifecycle(nodeId)?.phase ?? 'QUARANTINED') === 'QUARANTINED' || then.actual(nodeId)?.health !== 'OK') continue
    const compared = readDesiredActual(then, nodeId)
    if (compared.policyBundleId === null || !isInSpec(compared) || compared.snapshotRef !== eventRef(snapshot.id)) continue
    return {
      good: {
        ref: eventRef(snapshot.id),
        at: snapshot.time,
        policyName: compared.policyName,
        policyVersion: compared.policyVersion,
        isNewest: at === 0,
        changes: at === 0 ? [] : changesSince(compared, readDesiredActual(model, nodeId)),
      },
      lookedAt: at + 1,
      hasOlder,
    }
  }
  return { good: null, lookedAt: looked.length, hasOlder }
}

/** By its lines: the score asks for contact as well, and a snapshot is fresh evidence of its own moment. */
function isInSpec({ entries }: Compared): boolean {
  return entries.length > 0 && entries.every(({ standing }) => standing !== 'out-of-spec' && standing !== 'unknown')
}

/** What the node was found with then and is found with now, at the places that either is compared at. */
function changesSince(then: Compared, now: Compared): NonNullable<LastGood['good']>['changes'] {
  const before = new Map(then.entries.map(({ path, actual }) => [path, actual]))
  const after = new Map(now.entries.map(({ path, actual }) => [path, actual]))
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => JSON.stringify(before.get(path)) !== JSON.stringify(after.get(path)))
    .slice(0, changesAtMost)
    .map((path) => ({ path, before: before.get(path) ?? null, after: after.get(path) ?? null }))
}
