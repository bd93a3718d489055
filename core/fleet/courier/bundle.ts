/** Where a bundle is, from what was said of it ([CU4], [CU5]). */
import type { BundleEventData } from './bundle-events.ts'

export const bundleStages = ['packed', 'in-transit', 'imported-there', 'receipt-back', 'lost'] as const
export type BundleStage = (typeof bundleStages)[number]

type Told<Data> = Data & { readonly at: string; readonly actor: string | null }

export type Bundle = {
  /** Null where only another master has spoken of it. */
  readonly packed: (Told<BundleEventData<'ibcf.bundle.packed.v1'>> & { readonly by: string }) | null
  readonly departed: Told<BundleEventData<'ibcf.bundle.departed.v1'>> | null
  readonly lost: Told<BundleEventData<'ibcf.bundle.lost.v1'>> | null
  /** Every time it was taken in anywhere, in the order of the events, the last hundred. */
  readonly imports: readonly (Told<BundleEventData<'ibcf.bundle.imported.v1'>> & { readonly by: string })[]
  /** By whom it was acknowledged, one each. */
  readonly receipts: readonly Told<BundleEventData<'ibcf.bundle.receipt-back.v1'>>[]
}

export const noBundle: Bundle = { packed: null, departed: null, lost: null, imports: [], receipts: [] }

type BundleEvent = {
  readonly type: string
  readonly origin: string
  readonly time: string
  readonly actor: string | null
  readonly data: unknown
}

const importsKept = 100

/**
 * In the order of decisions. Of its way only the master that packed it speaks; of having taken it in each for itself. What another says
 * of somebody's bundle is without effect.
 */
export function evolveBundle(bundle: Bundle, { type, origin, time: at, actor, data }: BundleEvent): Bundle {
  const isItsMaster = bundle.packed?.by === origin
  switch (type) {
    case 'ibcf.bundle.packed.v1':
      return bundle.packed === null
        ? { ...bundle, packed: { ...(data as BundleEventData<'ibcf.bundle.packed.v1'>), at, actor, by: origin } }
        : bundle
    case 'ibcf.bundle.departed.v1':
      return isItsMaster ? { ...bundle, departed: { ...(data as BundleEventData<typeof type>), at, actor }, lost: null } : bundle
    case 'ibcf.bundle.lost.v1':
      return isItsMaster ? { ...bundle, lost: { ...(data as BundleEventData<typeof type>), at, actor } } : bundle
    case 'ibcf.bundle.imported.v1': {
      const taken = { ...(data as BundleEventData<typeof type>), at, actor, by: origin }
      return { ...bundle, imports: [...bundle.imports, taken].slice(-importsKept) }
    }
    case 'ibcf.bundle.receipt-back.v1': {
      if (!isItsMaster) return bundle
      const receipt = { ...(data as BundleEventData<typeof type>), at, actor }
      if (bundle.receipts.some(({ fromMasterId }) => fromMasterId === receipt.fromMasterId)) return bundle
      return { ...bundle, receipts: [...bundle.receipts, receipt] }
    }
    default:
      return bundle
  }
}

/** Arrived is arrived: a bundle that was given up for lost and turned up is where it turned up. Undefined while it was not packed. */
export function stageOf({ packed, departed, lost, imports, receipts }: Bundle): BundleStage | undefined {
  if (packed === null) return undefined
  const isForUs = (masterId: string): boolean => packed.forMasterId === null || packed.forMasterId === masterId
  if (receipts.some(({ fromMasterId }) => isForUs(fromMasterId))) return 'receipt-back'
  if (imports.some(({ by }) => by !== packed.by && isForUs(by))) return 'imported-there'
  if (lost !== null) return 'lost'
  return departed === null ? 'packed' : 'in-transit'
}

/** RFC 3339; null where nobody said when. The last word counts. */
export function dueAtOf({ packed, departed }: Bundle): string | null {
  return departed?.dueAt ?? packed?.dueAt ?? null
}

/** A bundle is late when its receipt is not back on the day it was due. What is lost is not late any more. */
export function isOverdue(bundle: Bundle, nowMs: number): boolean {
  const stage = stageOf(bundle)
  const dueAt = dueAtOf(bundle)
  return (stage === 'packed' || stage === 'in-transit') && dueAt !== null && Date.parse(dueAt) < nowMs
}

/** 40 when it falls due, and a point for every six hours after that, to 75: a late stick is looked for, but nothing stands still. */
export function pointsOverdue(dueAtMs: number, nowMs: number): number {
  return nowMs < dueAtMs ? 0 : Math.min(75, 40 + Math.floor((nowMs - dueAtMs) / (6 * 3_600_000)))
}
