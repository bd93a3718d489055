/**
 * Two masters and the one above them decide about the same nodes, claim the same domain, are resolved, restored and frozen; whoever holds
 * all of it agrees on who was master when and on what had effect, in whatever order the pieces came (design 2, Convergence).
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createProjectionEngine, type EngineOptions, type ProjectionEngine } from '../../../core/app/projecting/engine.ts'
import { createHolders } from '../../../core/app/queries/holders.ts'
import { readFreezers, readPowerless } from '../../../core/app/projecting/read-states.ts'
import { decisions } from '../../../core/fleet/decisions.ts'
import type { Holder } from '../../../core/fleet/authority/holder.ts'
import type { EventEnvelope } from '../../../core/kernel/event.ts'
import { formatHlc } from '../../../core/kernel/hlc.ts'
import { toBase64 } from '../../../core/kernel/hex.ts'
import type { LogId } from '../../../core/log/log-id.ts'
import { keyIdOf } from '../../../core/log/dsse.ts'
import { projections } from '../../../core/projections/all.ts'
import { acceptSegment } from '../../../core/store/accept-segment.ts'
import { appendEvents } from '../../../core/store/append-events.ts'
import { putKey } from '../../../core/store/keys.ts'
import type { Store } from '../../../core/store/open.ts'
import { readSegmentsFrom } from '../../../core/store/read-segments.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { signTail } from '../../../core/store/sign-tail.ts'
import { parseLogId } from '../../../core/log/log-id.ts'
import { crypto, startMs, ulidOf, verified } from '../../helpers/log/origin.ts'
import { openTestStore, recordedAt } from '../../helpers/store/open.ts'

type Voice = { readonly id: string; readonly life: string; readonly key: ReturnType<typeof crypto.generateKeyPair>; readonly keyId: string }

function voice(number: number): Voice {
  const key = crypto.keyPairFromSeed(crypto.sha256(new Uint8Array([number])))
  return { id: ulidOf(60, number), life: ulidOf(61, number), key, keyId: keyIdOf(crypto, key.publicKey) }
}
const [hq, north, south, stranger] = [voice(1), voice(2), voice(3), voice(4)] as const
const northAgain: Voice = { ...north, life: ulidOf(62, 2) }
const voices = [hq, north, south, stranger]
const [root, site, cell]: readonly [string, string, string] = [ulidOf(63, 1), ulidOf(63, 2), ulidOf(63, 3)]
const nodes: readonly string[] = [ulidOf(64, 1), ulidOf(64, 2), ulidOf(64, 3)]
const [ada, bob]: readonly [string, string] = [ulidOf(65, 1), ulidOf(65, 2)]

type Line = {
  readonly by: Voice
  readonly type: string
  readonly subject: string
  readonly domain: string
  readonly epoch: number
  readonly data: Readonly<Record<string, unknown>>
  readonly id?: string
  readonly actor?: string
  readonly critical?: boolean
}

const to = ({ id, key, keyId }: Voice) => ({ masterId: id, level: 'REGION', keyId, publicKey: toBase64(key.publicKey) })
const [forNorth, forSouth, glass] = [ulidOf(66, 1), ulidOf(66, 2), ulidOf(66, 3)] as const

function phase(by: Voice, node: number, domain: string, epoch: number, phaseTo: string): Line {
  const data = { from: 'ACTIVE', to: phaseTo, event: 'any', reason: 'Because.', code: null }
  return { by, type: 'ibcf.lifecycle.transitioned.v1', subject: nodes[node] ?? '', domain, epoch, data }
}

function enrolled(node: number, domain: string): readonly Line[] {
  const key = { keyId: hq.keyId, publicKey: toBase64(hq.key.publicKey) }
  const request = {
    requestId: ulidOf(67, node),
    name: `Node ${node}`,
    kind: 'EDGE',
    tags: [],
    ...key,
    serial: null,
    manufacturer: null,
    model: null,
    contactEverySeconds: 10,
    autonomyBudgetSeconds: 60,
    viaId: null,
    statement: { document: '', keyid: '', signature: '' },
  }
  const subject = nodes[node] ?? ''
  return [
    { by: hq, type: 'ibcf.enrolment.requested.v1', subject, domain: root, epoch: 1, data: request },
    {
      by: hq,
      type: 'ibcf.enrolment.approved.v1',
      subject,
      domain,
      epoch: 1,
      data: { requestId: request.requestId, domainId: domain, ...key },
    },
    phase(hq, node, domain, 1, 'ACTIVE'),
  ]
}

const domain = (id: string, parentId: string | null): Line => ({
  by: hq,
  type: 'ibcf.domain.created.v1',
  subject: id,
  domain: parentId ?? id,
  epoch: 1,
  data: { name: id.slice(-4), parentId, level: 'LOCAL', thresholds: {} },
})
const delegated = (voiceTo: Voice, rank: number, id: string): Line => ({
  by: hq,
  type: 'ibcf.authority.delegated.v1',
  subject: site,
  domain: site,
  epoch: 1,
  id,
  data: { ...to(voiceTo), rank, until: null },
})
const claimed = (by: Voice, delegationId: string): Line => ({
  by,
  type: 'ibcf.authority.claimed.v1',
  subject: site,
  domain: site,
  epoch: 2,
  data: { delegationId, level: 'REGION', epoch: 2, reason: 'Cut off.' },
})

/** Told in order; each master wrote its part in its own logs. */
const story: readonly Line[] = [
  domain(root, null),
  {
    by: hq,
    type: 'ibcf.authority.granted.v1',
    subject: root,
    domain: root,
    epoch: 0,
    data: { ...to(hq), epoch: 1, until: null, right: 'root' },
  },
  domain(site, root),
  domain(cell, site),
  ...[0, 1, 2].flatMap((node) => enrolled(node, node === 2 ? root : node === 1 ? cell : site)),
  delegated(north, 1, forNorth),
  delegated(south, 2, forSouth),
  claimed(north, forNorth),
  phase(north, 0, site, 2, 'QUARANTINED'),
  claimed(south, forSouth),
  phase(south, 1, cell, 2, 'DECOMMISSIONING'),
  phase(north, 1, cell, 2, 'UPDATING'),
  // Beyond what anybody gave it, and somebody whom nobody gave anything.
  phase(north, 2, root, 2, 'RETIRED'),
  phase(stranger, 2, root, 1, 'RETIRED'),
  { ...claimed(stranger, forNorth) },
  // The holder of the root goes on under what it knew.
  phase(hq, 0, site, 1, 'DEGRADED'),
  {
    by: hq,
    type: 'ibcf.authority.resolved.v1',
    subject: site,
    domain: site,
    epoch: 1,
    data: { ...to(north), disputedEpoch: 2, inFavourOf: north.id, epoch: 3, until: null },
  },
  phase(north, 0, site, 3, 'ACTIVE'),
  // Restored: its old life's epoch is worth nothing to the new one.
  {
    by: northAgain,
    type: 'ibcf.incarnation.opened.v1',
    subject: north.id,
    domain: site,
    epoch: 3,
    data: { incarnation: northAgain.life, reason: 'restored', continues: [], lost: [] },
  },
  phase(northAgain, 0, site, 3, 'RETIRED'),
  // A new type that nobody here knows, about a node, by the holder of the site's root; then what comes after it.
  { by: hq, type: 'ibcf.treaty.signed.v1', subject: nodes[2] ?? '', domain: root, epoch: 1, critical: true, data: { any: 1 } },
  phase(hq, 2, root, 1, 'UPDATING'),
  phase(hq, 2, root, 1, 'QUARANTINED'),
  {
    by: hq,
    type: 'ibcf.authority.granted.v1',
    subject: root,
    domain: root,
    epoch: 2,
    id: glass,
    actor: ada,
    data: { ...to(hq), epoch: 2, until: null, right: 'break-glass', reason: 'Nobody answers.' },
  },
  phase(hq, 2, root, 2, 'QUARANTINED'),
  {
    by: hq,
    type: 'ibcf.authority.reviewed.v1',
    subject: root,
    domain: root,
    epoch: 2,
    actor: bob,
    data: { reviewedEventId: glass, verdict: 'upheld', findings: 'So it was.' },
  },
]

type Piece = { readonly bytes: Uint8Array; readonly voice: Voice }

/** Every event in a segment of its own: any of them can come late. */
async function piecesOf(lines: readonly Line[]): Promise<readonly Piece[]> {
  using store = await openTestStore('memory')
  store.transact((writer) => {
    for (const { id, key, keyId } of voices) putKey(writer, { keyId, origin: id as never, publicKey: key.publicKey }, recordedAt)
    for (const [number, { by, type, subject, domain: within, epoch, data, id, actor, critical }] of lines.entries()) {
      const hlc = formatHlc(startMs + number, 0)
      const lane = decisions[type as keyof typeof decisions]?.lane ?? 'control'
      const log: LogId = { origin: by.id as never, incarnation: by.life as never, lane, domain: within as never }
      const event = {
        specversion: '1.0',
        id: id ?? ulidOf(68, number),
        type,
        source: `urn:ibcf:master:${by.id}`,
        subject,
        time: new Date(startMs + number).toISOString(),
        hlc,
        domain: within,
        epoch,
        placement: 0,
        ...(actor === undefined ? {} : { actor }),
        ...(critical === undefined ? {} : { critical }),
        data,
      } as unknown as EventEnvelope
      appendEvents(writer, log, [event], recordedAt)
      signTail(writer, log, { keyId: by.keyId, privateKey: by.key.privateKey }, hlc)
    }
  })
  return readFrontier(store.reader).flatMap(({ log }) => {
    const by = voices.find(({ id }) => log.startsWith(id)) as Voice
    return [...readSegmentsFrom(store.reader, parseLogId(log), 1)].map(({ bytes }) => ({ bytes, voice: by }))
  })
}

type Place = Disposable & { readonly store: Store; readonly engine: ProjectionEngine }

async function openPlace(options: EngineOptions = {}): Promise<Place> {
  const store = await openTestStore('memory')
  store.transact((writer) => {
    for (const { id, key, keyId } of voices) putKey(writer, { keyId, origin: id as never, publicKey: key.publicKey }, recordedAt)
  })
  const engine = store.transact((writer) => createProjectionEngine(writer, projections, crypto, options))
  return { store, engine, [Symbol.dispose]: () => store[Symbol.dispose]() }
}

function deliver({ store, engine }: Place, pieces: readonly Piece[], size: number): void {
  let waiting = [...pieces]
  while (waiting.length > 0) {
    const tooEarly: Piece[] = []
    store.transact((writer) => {
      for (const piece of waiting.slice(0, size)) {
        const outcome = acceptSegment(writer, verified(piece.bytes, piece.voice.key.publicKey), recordedAt)
        if (outcome.kind === 'gap') tooEarly.push(piece)
        if (outcome.kind === 'stored') engine.project(writer, outcome.events)
      }
    })
    waiting = [...waiting.slice(size), ...tooEarly]
  }
}

function holderAt({ store, engine }: Place, domainId: string): Holder {
  const decided = (projection: string) => (id: string) => (engine.read(store.reader, projection, id)?.decisions ?? undefined) as never
  const source = { authority: decided('authority'), domain: decided('domains'), lives: decided('lives'), place: decided('places') }
  return createHolders({ ...source, freezers: () => readFreezers(store.reader) }).holder(domainId)
}

function seenAt(place: Place): unknown {
  const { reader } = place.store
  return {
    hash: place.engine.stateHash(reader),
    holders: [root, site, cell].map((id) => holderAt(place, id)),
    rows: reader.all('SELECT * FROM lifecycle_nodes ORDER BY subject'),
    authority: reader.all('SELECT * FROM authority_domains ORDER BY subject'),
    powerless: reader.all('SELECT subject, domain, origin, epoch, event_id, code, sentence FROM powerless_events ORDER BY event_id'),
  }
}

const phaseOf = ({ store, engine }: Place, node: number): unknown =>
  (engine.read(store.reader, 'lifecycle', nodes[node] ?? '')?.decisions as { readonly phase?: string } | undefined)?.phase

const codesOf = ({ store }: Place): readonly string[] =>
  readPowerless(store.reader, { limit: 100 })
    .map(({ code, origin }) => `${code} ${voices.findIndex(({ id }) => id === origin)}`)
    .sort()

describe('authority and convergence', () => {
  it('[PJ9] [AU1] gives the same holders, effects and state hash in whatever order acts and decisions come', async () => {
    const pieces = await piecesOf(story)
    using inOrder = await openPlace()
    deliver(inOrder, pieces, 1)
    const expected = seenAt(inOrder)
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...pieces], { minLength: pieces.length }),
        fc.integer({ min: 1, max: 9 }),
        async (shuffled, size) => {
          using place = await openPlace({ rejudgesAtOnce: 0 })
          deliver(place, shuffled, size)
          expect(place.engine.stateHash(place.store.reader)).toBe((expected as { readonly hash: string }).hash)
          while (place.store.transact((writer) => place.engine.settle(writer, 1)) > 0);
          expect(seenAt(place)).toEqual(expected)
          expect(place.engine.check(place.store.reader).differing).toEqual([])
        },
      ),
      { numRuns: 60 },
    )
  }, 120_000)

  it('[PJ9] [AU9] holds what restricts while it is contested, and lets the rest wait until it is resolved', async () => {
    const upTo = story.findIndex(({ type }) => type === 'ibcf.authority.resolved.v1')
    using place = await openPlace()
    deliver(place, await piecesOf(story.slice(0, upTo)), 1)
    expect(holderAt(place, site)).toMatchObject({ standing: 'contested', epoch: 2 })
    expect(holderAt(place, cell).claimants.map(({ masterId }) => masterId)).toEqual([north.id, south.id])
    expect([phaseOf(place, 0), phaseOf(place, 1), phaseOf(place, 2)]).toEqual(['QUARANTINED', 'ACTIVE', 'ACTIVE'])
    expect(codesOf(place)).toEqual(['AUTHORITY_NOT_HELD 1', 'AUTHORITY_NOT_HELD 3', 'CONTESTED 1', 'CONTESTED 2'])
    deliver(place, await piecesOf(story.slice(0, upTo + 1)), 1)
    expect(holderAt(place, site)).toMatchObject({ standing: 'held', masterId: north.id, epoch: 3, right: 'resolution' })
    expect(phaseOf(place, 1)).toBe('UPDATING')
    expect(codesOf(place)).toEqual(['AUTHORITY_NOT_HELD 1', 'AUTHORITY_NOT_HELD 3', 'CONTEST_LOST 2'])
  })

  it('[PJ9] [AU12] [AU13] gives a restored life nothing of the old one, and freezes what comes after a critical type nobody knows', async () => {
    const upTo = story.findIndex(({ critical }) => critical === true)
    using place = await openPlace()
    deliver(place, await piecesOf(story.slice(0, upTo)), 1)
    expect(phaseOf(place, 0)).toBe('ACTIVE')
    expect(codesOf(place)).toContain('LIFE_WRONG 1')
    deliver(place, await piecesOf(story), 1)
    // Also what the holder of the site decided at a later epoch: it sorts behind what nobody understands.
    expect(codesOf(place).filter((code) => code.startsWith('FROZEN'))).toEqual(['FROZEN 0', 'FROZEN 1', 'FROZEN 1'])
    expect([phaseOf(place, 0), phaseOf(place, 2)]).toEqual(['QUARANTINED', 'QUARANTINED'])
    expect(holderAt(place, root)).toMatchObject({ frozenBy: { type: 'ibcf.treaty.signed.v1' }, debts: [], right: 'break-glass' })
  })
})
