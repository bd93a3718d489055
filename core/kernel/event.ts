/**
 * The event envelope: CloudEvents 1.0 attribute names (https://cloudevents.io), JSON. An event is stored and hashed as the exact
 * bytes its origin wrote and is never serialised again.
 */
import { z } from 'zod'
import type { Brand, DomainId, EventId, OperatorId } from './ids.ts'
import type { Hlc } from './hlc.ts'

const ulid = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)

/** Limits of one event, enforced where bytes come in (design 4, Input nobody promised). */
export const eventLimits = { maxBytes: 256 * 1024, maxDepth: 32, maxFields: 4096 } as const

export const eventEnvelopeSchema = z.object({
  specversion: z.literal('1.0'),
  id: ulid,
  type: z
    .string()
    .regex(/^ibcf\.[a-z][a-z-]*(\.[a-z][a-z-]*)+\.v[1-9][0-9]*$/)
    .max(120),
  /** `urn:ibcf:node:<ulid>` or `urn:ibcf:master:<ulid>`. */
  source: z.string().regex(/^urn:ibcf:(node|master):[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
  /** The entity that the fact is about. */
  subject: ulid,
  /** RFC 3339, UTC, at the source. */
  time: z.iso.datetime(),
  hlc: z.string().regex(/^[0-9a-f]{12}-[0-9a-f]{4}$/),
  domain: ulid.optional(),
  /** The operator who did it; absent when nobody did. */
  actor: ulid.optional(),
  /** Base64 Ed25519 signature of the operator over the act ([OP3] in core/SPEC.md). */
  actorproof: z.string().max(128).optional(),
  /** The event that led to this one. */
  causation: ulid.optional(),
  correlation: ulid.optional(),
  idempotencykey: z.string().max(128).optional(),
  /** Authority under which a master decided; raised by each grant or claim. */
  epoch: z.number().int().nonnegative().optional(),
  /** Raised by each move of the subject to another domain, so that epochs of different domains are never compared. */
  placement: z.number().int().nonnegative().optional(),
  expirytime: z.iso.datetime().optional(),
  /** A type whose meaning a master must know, or the domain's authority freezes there. */
  critical: z.boolean().optional(),
  data: z.record(z.string(), z.unknown()),
})

export type EventEnvelope = {
  readonly specversion: '1.0'
  readonly id: EventId
  readonly type: string
  readonly source: string
  readonly subject: Brand<string>
  readonly time: string
  readonly hlc: Hlc
  readonly domain?: DomainId
  readonly actor?: OperatorId
  readonly actorproof?: string
  readonly causation?: EventId
  readonly correlation?: EventId
  readonly idempotencykey?: string
  readonly epoch?: number
  readonly placement?: number
  readonly expirytime?: string
  readonly critical?: boolean
  readonly data: Readonly<Record<string, unknown>>
}

export function encodeEvent(event: EventEnvelope): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(event))
}

export const eventRef = (id: string): string => `ibcf:event:${id}`
export const blobRef = (sha256Hex: string): string => `ibcf:blob:sha256:${sha256Hex}`
