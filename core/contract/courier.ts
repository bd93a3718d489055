/** Bundles that are carried by hand: packing them, their way, and taking them in through the airlock. */
import { z } from 'zod'
import { bundleStages } from '../fleet/courier/bundle.ts'
import { bundleContentsSchema } from '../fleet/courier/bundle-events.ts'
import { connectivityModes, phases } from '../fleet/node/node-record.ts'
import { authoritySchema, id, instant } from './common.ts'

const count = z.number().int().nonnegative()
const text = z.string()
const path = z.string().min(1).max(4000)
const lane = z.enum(['control', 'fact', 'bulk'])
const problem = z.object({ code: text, sentence: text })

export const volumeView = z.object({
  path: text,
  label: text,
  kind: z.enum(['removable', 'named']),
  fileSystem: text.nullable(),
  isReadOnly: z.boolean(),
  totalBytes: count,
  freeBytes: count,
  /** FAT32 holds 4 GiB - 1; null where it does not matter. */
  largestFileBytes: count.nullable(),
  /** By their names alone: nothing on it was opened. Parts of one bundle are one. */
  bundles: z.array(z.object({ file: text, name: text, parts: count, sizeBytes: count, isEncrypted: z.boolean(), modifiedAt: instant })),
  /** Receipts that came back on it, by their names alone. */
  receipts: z.array(z.object({ file: text, name: text })),
})
export type VolumeView = z.infer<typeof volumeView>

/** A master that bundles can be packed for. */
export const stationView = z.object({
  masterId: id,
  name: text,
  level: text,
  /** Whether it can be written to under encryption. */
  hasRecipient: z.boolean(),
  /** What it said last that it holds; null while no receipt of it ever came. */
  acknowledgedAt: instant.nullable(),
})

export const planRequest = z.object({
  /** Null: for whoever it meets, with everything and in plain. */
  forMasterId: id.nullable(),
  scopeDomainId: id.nullable(),
  lanes: z.array(lane).min(1).max(3),
  isFull: z.boolean(),
  /** What may be used at most; null: no limit. */
  budgetBytes: count.nullable(),
  /** What a link of that rate carries in so many minutes. */
  link: z.object({ minutes: z.number().positive(), bitsPerSecond: z.number().positive() }).nullable(),
  /** Where it is to lie, absolute, on the machine of the master; null while that is not chosen. */
  directory: path.nullable(),
})
export type PlanRequest = z.infer<typeof planRequest>

export const planView = z.object({
  /** In the order in which it goes: what is urgent first. Estimated where there is a limit, exact once it is packed. */
  fits: bundleContentsSchema,
  staysBehind: bundleContentsSchema,
  /** Estimated from what an event and its share took up in earlier bundles. */
  estimatedBytes: count,
  /** What may be used: of what was asked for and what the volume holds, the least; null: no limit. */
  limitBytes: count.nullable(),
  /** Since when the other side has nothing of ours; null: it never acknowledged anything. */
  since: instant.nullable(),
})
export type PlanView = z.infer<typeof planView>

export const packRequest = planRequest.extend({
  directory: path,
  carriedBy: z.string().trim().max(200),
  dueAt: instant.nullable(),
  encryption: z.enum(['recipient', 'plain']),
  /** For plain it has to be said twice that anybody who finds it can read it. */
  isPlainConfirmed: z.boolean(),
})
export type PackRequest = z.infer<typeof packRequest>

export const jobProgress = z.object({
  stage: z.enum(['planning', 'packing', 'checking', 'reading', 'looking', 'taking-in', 'answering']),
  /** Bytes, or pieces while taking in. */
  done: count,
  total: count,
  perSecond: z.number().nonnegative(),
  etaSeconds: z.number().nonnegative().nullable(),
})

export const packJob = z.object({
  state: z.enum(['none', 'running', 'done', 'failed', 'cancelled']),
  directory: text.nullable(),
  progress: jobProgress.nullable(),
  bundleId: id.nullable(),
  files: z.array(text),
  problem: problem.nullable(),
})
export type PackJob = z.infer<typeof packJob>

export const bundleRow = z.object({
  bundleId: id,
  stage: z.enum(bundleStages).nullable(),
  isOverdue: z.boolean(),
  /** Null where only its import is known here. */
  packedBy: z.object({ masterId: id, name: text, isUs: z.boolean() }).nullable(),
  packedAt: instant.nullable(),
  forName: text.nullable(),
  carriedBy: text.nullable(),
  departedAt: instant.nullable(),
  dueAt: instant.nullable(),
  files: z.array(text),
  sizeBytes: count.nullable(),
  isEncrypted: z.boolean().nullable(),
  isFull: z.boolean().nullable(),
  contents: bundleContentsSchema.nullable(),
  leftBehind: z.object({ events: count, blobs: count }).nullable(),
  lost: z.object({ at: instant, reason: text }).nullable(),
  imports: z.array(
    z.object({
      by: z.object({ masterId: id, name: text, isUs: z.boolean() }),
      at: instant,
      outcome: z.enum(['whole', 'part']),
      storedEvents: count,
      refusedPieces: count,
      waitingPieces: count,
    }),
  ),
  receipts: z.array(z.object({ from: z.object({ masterId: id, name: text }), at: instant, importedAt: instant })),
})
export type BundleRow = z.infer<typeof bundleRow>

export const bundlePage = z.object({ items: z.array(bundleRow), next: text.nullable(), total: count, overdue: count })

const nodeSide = z.object({ mode: z.enum(connectivityModes).nullable(), phase: z.enum(phases), domainId: id, domainName: text })
const listed = <Item extends z.ZodType>(item: Item) => z.object({ total: count, items: z.array(item).max(200) })

/** What taking a bundle in would change here. */
export const previewView = z.object({
  /** The same for the same effect: what a person saw is what they apply. */
  digest: text,
  at: instant,
  /** False where there was too much to fold: the rest is only counted. */
  isWhole: z.boolean(),
  newEvents: z.object({ control: count, fact: count, bulk: count }),
  knownSegments: count,
  nodes: listed(z.object({ nodeId: id, name: text, before: nodeSide.nullable(), after: nodeSide.nullable() })),
  commands: listed(
    z.object({
      commandId: id,
      nodeId: id,
      nodeName: text,
      kind: text,
      before: text.nullable(),
      after: text,
      issuedBy: text.nullable(),
      expiresAt: instant.nullable(),
    }),
  ),
  authority: listed(z.object({ domainId: id, domainName: text, before: authoritySchema, after: authoritySchema })),
  policies: listed(z.object({ subject: id, name: text, sentence: text })),
  /** Enrolments, keys that were cut, masters and people that become known. */
  trust: listed(z.object({ subject: id, name: text, sentence: text })),
  drift: listed(z.object({ nodeId: id, name: text, before: z.number().nullable(), after: z.number().nullable() })),
  forks: z.array(z.object({ log: text, at: count })),
  refused: z.array(z.object({ code: text, sentence: text, log: text, count })),
  waiting: z.array(z.object({ log: text, from: count, expected: count })),
})
export type PreviewView = z.infer<typeof previewView>

/** What a bundle is, as far as it was read; nothing of it was taken in. */
export const inspectionView = z.object({
  bundleId: id,
  from: z.object({
    masterId: id,
    name: text,
    isKnown: z.boolean(),
    /** Of its key, to be compared by voice with what the other side reads out; its card is in the bundle. */
    keyWords: z.array(text),
    hasCard: z.boolean(),
  }),
  forName: text.nullable(),
  isForUs: z.boolean(),
  packedAt: instant,
  isEncrypted: z.boolean(),
  sizeBytes: count,
  pieces: z.object({ segments: count, blobs: count, receipts: count, grants: count }),
  /** When it was taken in here before, if it was. */
  importedBefore: instant.nullable(),
  /** A later one of the same master was taken in already. */
  isOlderThanKnown: z.boolean(),
})
export type InspectionView = z.infer<typeof inspectionView>

export const importResult = z.object({
  outcome: z.enum(['whole', 'part']),
  storedEvents: count,
  storedSegments: count,
  knownSegments: count,
  forkedSegments: count,
  refused: z.array(z.object({ code: text, sentence: text, log: text, count })),
  waitingPieces: count,
  /** Parts of logs that their origins speak of and that are not here; at most 200. */
  absent: z.array(z.object({ log: text, from: count, to: count })).default([]),
  storedBlobs: count,
  /** Where the receipt lies for the way back; null where the stick could not be written any more. It is kept here as well. */
  receiptFile: text.nullable(),
  receiptProblem: problem.nullable(),
  receiptNumber: count.nullable(),
})
export type ImportResult = z.infer<typeof importResult>

export const importView = z.object({
  importId: id,
  files: z.array(text),
  stage: z.enum(['inspecting', 'inspected', 'previewing', 'previewed', 'applying', 'applied', 'failed', 'cancelled']),
  beganAt: instant,
  progress: jobProgress.nullable(),
  inspection: inspectionView.nullable(),
  preview: previewView.nullable(),
  result: importResult.nullable(),
  problem: problem.nullable(),
  /** What was being taken in when the program ended goes on with `bundle.apply`. */
  isInterrupted: z.boolean(),
  /** A person has seen how it ended. */
  isPutAway: z.boolean(),
})
export type ImportView = z.infer<typeof importView>

export const inspectRequest = z.object({
  /** Absolute: the bundle, or any part of it. */
  file: path,
})
export const importRequest = z.object({ importId: id })
/** `words`: as the other side reads them out. */
export const acceptSenderRequest = z.object({ importId: id, words: z.string().trim().min(1).max(400) })
export const applyRequest = z.object({
  importId: id,
  /** Of the preview that was seen. */
  digest: text.max(100),
  /** Take what is good although something was refused or has to wait. */
  isPartAccepted: z.boolean(),
})
export const markCarriedRequest = z.object({
  bundleId: id,
  carriedBy: z.string().trim().max(200),
  dueAt: instant.nullable(),
  note: z.string().trim().max(1000),
})
export const markLostRequest = z.object({ bundleId: id, reason: z.string().trim().min(1).max(1000) })
export const volumeRequest = z.object({ path })
