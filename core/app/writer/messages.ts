/**
 * What the thread that serves and the thread that writes say to each other. Plain data only; failures cross with their kind, code and
 * facts and are the same on the other side.
 */
import type { GatewayResponse, RequestHead } from '../../ingest/exchange.ts'
import type { CheckedSegment } from '../../ingest/segment-check.ts'
import type { NodePresence } from '../../ingest/presence.ts'
import { AppError, type ErrorKind, type Facts, isAppError } from '../../kernel/app-error.ts'
import type { NodeId } from '../../kernel/ids.ts'
import type { Change } from '../change-feed.ts'
import type { MasterConfig } from '../config.ts'
import type { ReadOnlyReason } from '../master.ts'
import type { RefusalCount } from '../refusals.ts'
import type { MasterFacts } from '../served-master.ts'

/** A way to the other thread and back, in order and without loss. */
export type Line<Out, In> = {
  /** `owned` go over without being copied, and are gone here. */
  readonly post: (message: Out, owned?: readonly ArrayBuffer[]) => void
  readonly listen: (hear: (message: In) => void) => void
}

/** What a writer is started with: a master's configuration but for its ports, which each thread makes for itself. */
export type WriterSettings = Omit<MasterConfig, 'ports'>

/** What a head came to: an answer, or the number under which the body is awaited. */
export type Judged =
  | { readonly kind: 'answer'; readonly response: GatewayResponse }
  | { readonly kind: 'read'; readonly maxBodyBytes: number; readonly admission: number }

export type Asked =
  | { readonly kind: 'act'; readonly id: number; readonly name: string; readonly input: unknown; readonly actor: string | undefined }
  | { readonly kind: 'admit'; readonly id: number; readonly head: RequestHead }
  | {
      readonly kind: 'proceed'
      readonly id: number
      readonly admission: number
      readonly remote: string
      readonly body: Uint8Array
      readonly checked?: CheckedSegment
    }
  /** The body will not come. */
  | { readonly kind: 'drop'; readonly admission: number }
  /** Refused before it was a request. */
  | { readonly kind: 'count-refusal'; readonly code: string; readonly sentence: string; readonly remote: string }
  | { readonly kind: 'close'; readonly id: number }

export type Told =
  | { readonly kind: 'ready'; readonly facts: MasterFacts }
  /** It could not be opened; nothing is held. */
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refused'; readonly id: number; readonly failure: Failure }
  | { readonly kind: 'changed'; readonly change: Change; readonly presence: readonly (readonly [NodeId, NodePresence])[] }
  | { readonly kind: 'refusals'; readonly refusals: readonly RefusalCount[] }
  | { readonly kind: 'read-only'; readonly reason: ReadOnlyReason }

export type Failure =
  | { readonly kind: ErrorKind; readonly code: string; readonly sentence: string; readonly facts: Facts; readonly stack: string }
  /** Ours to mend: what is known of it is its text. */
  | { readonly kind: 'unexpected'; readonly sentence: string; readonly stack: string }

export function failureOf(error: unknown): Failure {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  if (isAppError(error)) return { kind: error.kind, code: error.code, sentence: error.message, facts: error.facts, stack }
  return { kind: 'unexpected', sentence: error instanceof Error ? error.message : String(error), stack }
}

/** Says where it was thrown, which is not here. */
export function errorOf(failure: Failure): Error {
  const error =
    failure.kind === 'unexpected' ? new Error(failure.sentence) : new AppError(failure.kind, failure.code, failure.sentence, failure.facts)
  if (failure.stack !== '') error.stack = failure.stack
  return error
}

/** Its own bytes and no others: what crosses would else bring the whole buffer it lies in along. */
export function apart(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const isWhole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer
  return isWhole ? new Uint8Array(bytes.buffer as ArrayBuffer) : new Uint8Array(bytes)
}
