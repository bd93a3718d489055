/** Bytes that nobody thought of, to every route: an answer always, a fault never. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { statementTypes } from '../../../core/contract/gateway/statement.ts'
import { problemDocument } from '../../../core/contract/gateway/wire.ts'
import { routes } from '../../../core/ingest/router.ts'
import { formatLogId } from '../../../core/log/log-id.ts'
import {
  attach,
  bearer,
  countersign,
  createApproved,
  createAway,
  createFieldNode,
  enrolmentOf,
  json,
  openReturn,
  proofOf,
  type FieldNode,
  type Piece,
} from '../../helpers/gateway/field-node.ts'
import { createIsland, type Answer, type Island } from '../../helpers/gateway/island.ts'

let island: Island
let node: FieldNode
let tokens: readonly string[]
let sessionId: string
const channels = { attach: '', session: '' }

beforeAll(async () => {
  island = await createIsland()
  node = await createApproved(island)
  node.observe(30)
  node.sign()
  channels.attach = await attach(island, node)
  const away = await createAway(island, 5)
  const opened = await openReturn(island, away)
  await countersign(island, away, opened)
  channels.session = opened.token
  sessionId = opened.sessionId
  tokens = [channels.attach, channels.session, 'x'.repeat(43), '']
})
afterAll(() => island[Symbol.dispose]())

/** Time for the rates, so that what is tried is the content. */
async function ask(request: Parameters<Island['ask']>[0]): Promise<Answer> {
  await island.ports.advance(50)
  return island.ask(request)
}

function expectAnswer(answer: Answer): void {
  expect(answer.status).not.toBe(500)
  if (answer.status < 400) return
  const problem = problemDocument.parse(answer.json)
  expect(problem.status).toBe(answer.status)
  expect(answer.headers['content-type']).toBe('application/problem+json')
}

const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.json().map((text) => new TextEncoder().encode(text)),
  fc.object({ maxDepth: 3 }).map(json),
  fc.string({ unit: 'binary', maxLength: 200 }).map((text) => new TextEncoder().encode(text)),
)
const queries = fc.oneof(
  fc.constant(''),
  fc.string({ maxLength: 60 }).map((text) => `?${text}`),
  fc.webQueryParameters().map((text) => `?${text}`),
)

describe('any request', () => {
  it('[GW3] to any route gets an answer, and no fault', async () => {
    const route = fc.constantFrom(...routes)
    const parameter = fc.oneof(fc.constant('0'.repeat(64)), fc.webSegment(), fc.string({ maxLength: 20 }))
    await fc.assert(
      fc.asyncProperty(route, parameter, queries, bodies, fc.nat(3), async ({ method, path }, filled, query, body, token) => {
        const target = path.replace('{sessionId}', filled === '' ? sessionId : filled).replace('{sha256}', filled)
        expectAnswer(await ask({ method, path: target + query, body, headers: bearer(tokens[token] ?? '') }))
      }),
      { numRuns: 1500 },
    )
    expect(island.refusals('GATEWAY_FAULT')).toBe(0)
  })

  it('[GW3] with any method, path and header gets an answer, and no fault', async () => {
    const anything = fc.oneof(
      fc.webPath(),
      fc.string({ maxLength: 80 }).map((text) => `/${text}`),
    )
    const headers = fc.dictionary(fc.constantFrom('authorization', 'range', 'content-type', 'content-length'), fc.string({ maxLength: 80 }))
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'BREW'),
        anything,
        headers,
        bodies,
        async (method, path, given, body) => {
          expectAnswer(await ask({ method, path, headers: given, body }))
        },
      ),
      { numRuns: 800 },
    )
    expect(island.refusals('GATEWAY_FAULT')).toBe(0)
  })
})

/** Something well-formed, changed in one place. */
const mutation = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), bit: fc.constant(0) }),
  fc.record({ kind: fc.constant('double' as const), at: fc.nat(), bit: fc.constant(0) }),
)

function mutate(
  bytes: Uint8Array,
  { kind, at, bit }: { readonly kind: 'flip' | 'cut' | 'double'; readonly at: number; readonly bit: number },
): Uint8Array {
  const place = bytes.length === 0 ? 0 : at % bytes.length
  switch (kind) {
    case 'flip':
      return bytes.with(place, (bytes[place] ?? 0) ^ (1 << bit))
    case 'cut':
      return bytes.subarray(0, place)
    case 'double':
      return Buffer.concat([bytes.subarray(0, place), bytes.subarray(Math.floor(place / 2))])
  }
}

describe('a valid request with one thing changed', () => {
  it('[GW3] [GW6] is not taken for the valid one: enrolment, proof, heartbeat', async () => {
    const stranger = await createFieldNode(island)
    const valid: readonly {
      readonly path: string
      readonly headers: Readonly<Record<string, string>>
      readonly body: Uint8Array
      readonly isSigned: boolean
    }[] = [
      {
        path: '/v1/enrol',
        headers: {},
        body: json(stranger.statement(statementTypes.enrolment, enrolmentOf(stranger, island))),
        isSigned: true,
      },
      {
        path: '/v1/attach',
        headers: {},
        body: json(node.statement(statementTypes.proof, await proofOf(island, node, 'attach'))),
        isSigned: true,
      },
      {
        path: '/v1/return',
        headers: {},
        body: json(node.statement(statementTypes.proof, await proofOf(island, node, 'return'))),
        isSigned: true,
      },
      {
        path: '/v1/heartbeat',
        headers: bearer(channels.session),
        body: json({ sentAt: '2026-01-01T00:00:00Z', uptimeSeconds: 1, health: 'OK', version: '1', backlogMessages: 0 }),
        isSigned: false,
      },
    ]
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...valid), mutation, async ({ path, headers, body, isSigned }, how) => {
        const changed = mutate(body, how)
        if (Buffer.compare(changed, body) === 0) return
        const answer = await ask({ method: 'POST', path, headers, body: changed })
        expectAnswer(answer)
        // Only the spelling of the last, padded base64 letters can change and mean the same; then the request is the valid one.
        if (isSigned && answer.status < 400) expect(sameStatement(changed, body)).toBe(true)
      }),
      { numRuns: 1000 },
    )
    expect(island.refusals('GATEWAY_FAULT')).toBe(0)
  })

  it('[GW3] [GW10] is never stored: a segment', async () => {
    const piece = node.pieces(formatLogId(node.logs.fact))[0] as Piece
    await fc.assert(
      fc.asyncProperty(mutation, fc.boolean(), async (how, isInside) => {
        using place = await createIsland()
        const target = await createApproved(place, { id: node.id, key: node.key })
        const whole = island.ports.compression.unzstd(piece.bytes, 1 << 22)
        const changed = isInside ? mutate(whole, how) : mutate(piece.bytes, how)
        if (Buffer.compare(changed, isInside ? whole : piece.bytes) === 0 || changed.length === 0) return
        const bytes = isInside ? island.ports.compression.zstd(changed) : changed
        const query = `log=${piece.log}&from=${piece.from}&to=${piece.to}&offset=0&total=${bytes.length}`
        const answer = await place.ask({
          method: 'PUT',
          path: `/v1/segments?${query}`,
          headers: bearer(await attach(place, target)),
          body: bytes,
        })
        expectAnswer(answer)
        const held = place.master.store.reader.get(
          'SELECT coalesce(sum(count), 0) AS n FROM runs WHERE log IN (SELECT number FROM logs WHERE name = ?)',
          piece.log,
        )?.['n']
        // Zstd's own frame has bits that mean nothing; what comes out of it then is the true segment.
        const isTrue = answer.status === 200 && answer.json?.['isComplete'] === true
        expect(held).toBe(isTrue ? piece.to : 0)
        if (isTrue) expect(Buffer.compare(island.ports.compression.unzstd(bytes, 1 << 22), whole)).toBe(0)
        expect(place.refusals('GATEWAY_FAULT')).toBe(0)
      }),
      { numRuns: 150 },
    )
  })
})

function sameStatement(a: Uint8Array, b: Uint8Array): boolean {
  const read = (bytes: Uint8Array): string => {
    const { document, keyid, signature } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, string>
    return [keyid, ...[document, signature].map((part) => Buffer.from(part ?? '', 'base64').toString('hex'))].join(' ')
  }
  return read(a) === read(b)
}
