/**
 * What queries keep between calls. Everything here follows from what is stored and could be found again: losing any of it costs
 * time and changes no answer.
 */
import type { DecisionData } from '../../fleet/decisions.ts'
import type { NodeId } from '../../kernel/ids.ts'
import type { KeptFingerprint } from '../held/fingerprint-keeper.ts'
import { type ClockSamples, createClockSamples } from './clock-samples.ts'
import { type DomainRule, noRule } from './domain-rule.ts'
import { type BoundedCache, createBoundedCache } from './bounded-cache.ts'
import type { Sums } from './health-line.ts'

export type Digest = DecisionData<'ibcf.presence.digested.v1'> & {
  /** Until then it speaks for its domain ([QY12]). */
  readonly standsUntilMs: number
}

/** Positions of the events that a timeline shows, oldest first, among all up to `lookedTo`, while what counts of forked logs is `standing`. */
export type KnownHistory = { readonly lookedTo: number; readonly standing: string; readonly positions: readonly number[] }
/** The newest digests of a domain, oldest first, among all events up to `lookedTo`. */
export type KnownDigests = {
  readonly lookedTo: number
  readonly standing: string
  readonly limit: number
  readonly digests: readonly Digest[]
}
/** What the digests of several domains add up to at an instant. */
export type Point = { readonly at: string; readonly sums: Pick<Sums, 'modes' | 'backlogMessages' | 'worstSecondsBehind'> }
/** What digests add up to among all events up to `lookedTo`, and which they were. */
export type KnownPast = {
  readonly domainIds: readonly string[]
  readonly lookedTo: number
  readonly standing: string
  readonly histories: readonly (readonly Digest[])[]
  readonly points: readonly Point[]
}

export type QueryMemory = {
  /** Parts of snapshots by name and digest, parsed; `fit: false` when the blob does not hold what its name says. Weighed in bytes. */
  readonly parts: BoundedCache<{ readonly fit: true; readonly content: unknown } | { readonly fit: false }>
  /** Drift by what decides it: configuration, version, policy bundle. */
  readonly drifts: BoundedCache<{ readonly score: number | null; readonly outOfSpec: number | null }>
  /** What is desired where, as of a basis. */
  readonly rules: { basis: string; in: (domainId: string) => DomainRule }
  readonly histories: BoundedCache<KnownHistory>
  readonly digests: BoundedCache<KnownDigests>
  readonly pasts: BoundedCache<KnownPast>
  /** Nodes that presence told of since the figures of the fleet were brought up to date. */
  readonly touched: Set<NodeId>
  /** How far the clocks of nodes were off. */
  readonly clocks: ClockSamples
  /** Six words by the position of the newest event. */
  readonly fingerprints: BoundedCache<KeptFingerprint>
}

const maxPartBytes = 32 * 1024 * 1024
const maxDrifts = 50_000
const maxHistories = 200
const maxDigestedDomains = 2000

export function createQueryMemory(): QueryMemory {
  return {
    parts: createBoundedCache(maxPartBytes),
    drifts: createBoundedCache(maxDrifts),
    rules: { basis: '', in: () => noRule },
    histories: createBoundedCache(maxHistories),
    digests: createBoundedCache(maxDigestedDomains),
    pasts: createBoundedCache(20),
    touched: new Set(),
    clocks: createClockSamples(),
    fingerprints: createBoundedCache(1),
  }
}
