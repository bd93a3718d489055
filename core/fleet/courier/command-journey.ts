/** The stages of a command on its way to an island by stick, as the master that issued it can know them ([CU6]). */
import type { Bundle } from './bundle.ts'

export type JourneyStep = {
  readonly stage: 'exported' | 'imported-there' | 'applied' | 'receipt-back'
  /** RFC 3339; null while it has not happened, as far as is known here. */
  readonly at: string | null
  /** The bundle or the master that says so, where one does. */
  readonly bundleId: string | null
  readonly masterId: string | null
}

export type Placed = { readonly log: string; readonly seq: number }

/** What is known of a peer by its last receipt: up to where it holds the log of the command, and since when that is known here. */
export type PeerKnowledge = { readonly masterId: string; readonly seq: number; readonly at: string; readonly receivedAt: string }

/** Empty for a command that never went on a stick. `bundles`: newest last. */
export function journeyOf(
  command: Placed,
  bundles: readonly (readonly [id: string, bundle: Bundle])[],
  appliedAt: string | null,
  peers: readonly PeerKnowledge[] = [],
): readonly JourneyStep[] {
  const carrying = bundles.filter(([, { packed }]) => packed?.reaches.some(({ log, seq }) => log === command.log && seq >= command.seq))
  const [first] = carrying
  if (first === undefined) return []
  const imported = earliest(carrying.flatMap(([id, bundle]) => importsOf(id, bundle)))
  const receipt = earliest([
    ...carrying.flatMap(([id, { receipts }]) => receipts.map(({ at, fromMasterId }) => ({ at, bundleId: id, masterId: fromMasterId }))),
    ...peers.filter(({ seq }) => seq >= command.seq).map(({ masterId, receivedAt }) => ({ at: receivedAt, bundleId: null, masterId })),
  ])
  const known = earliest(peers.filter(({ seq }) => seq >= command.seq).map(({ masterId, at }) => ({ at, bundleId: null, masterId })))
  const [id, { packed }] = first
  return [
    { stage: 'exported', at: packed?.at ?? null, bundleId: id, masterId: packed?.forMasterId ?? null },
    { stage: 'imported-there', ...(imported ?? known ?? nothing) },
    { stage: 'applied', ...nothing, at: appliedAt },
    { stage: 'receipt-back', ...(receipt ?? nothing) },
  ]
}

type Point = { readonly at: string | null; readonly bundleId: string | null; readonly masterId: string | null }

const nothing: Point = { at: null, bundleId: null, masterId: null }

function importsOf(bundleId: string, { packed, imports, receipts }: Bundle): Point[] {
  return [
    ...imports.filter(({ by }) => by !== packed?.by).map(({ at, by }) => ({ at, bundleId, masterId: by })),
    ...receipts.map(({ importedAt, fromMasterId }) => ({ at: importedAt, bundleId, masterId: fromMasterId })),
  ]
}

function earliest(points: readonly Point[]): Point | undefined {
  return points.toSorted((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : 1))[0]
}
