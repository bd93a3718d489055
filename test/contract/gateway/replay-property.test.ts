/** Whatever order, repetition and loss pieces come in, the end is the same. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../../core/kernel/hex.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { readLogEvents } from '../../../core/store/read-events.ts'
import { stagedBytes } from '../../../core/store/staged.ts'
import {
  complete,
  countersign,
  createAway,
  cut,
  openReturn,
  send,
  type FieldNode,
  type OpenReturn,
  type Piece,
} from '../../helpers/gateway/field-node.ts'
import { createIsland, type Island } from '../../helpers/gateway/island.ts'

const bytesHeld = (island: Island, node: FieldNode): readonly string[] =>
  Object.values(node.logs).flatMap((log) => readLogEvents(island.master.store.reader, log, 1, 1000).map(({ bytes }) => toHex(bytes)))

/** An agent that does only what the answers tell it, until everything is there. */
async function finishByAnswers(island: Island, node: FieldNode, { token }: OpenReturn): Promise<void> {
  for (const { log, seq } of node.frontier()) {
    let next = 1
    while (next <= seq) {
      const whole = node.pieces(log, next)[0] as Piece
      let offset = 0
      for (;;) {
        const answer = await send(island, token, { ...whole, offset, bytes: whole.bytes.subarray(offset, offset + 1500) })
        const facts = answer.json?.['facts'] as { expected: number } | undefined
        if (answer.json?.['code'] === 'PIECE_GAP') offset = facts?.expected ?? 0
        else if (answer.status !== 200) throw new Error(JSON.stringify(answer.json))
        else if (answer.json?.['isComplete'] === true) break
        else offset = Number(answer.json?.['offset'])
      }
      next = whole.to + 1
    }
  }
}

describe('a replay', () => {
  it('[RT10] of pieces in any order, any number of times, ends with every event once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1000), { maxLength: 40 }), fc.integer({ min: 400, max: 3000 }), async (picks, size) => {
        using island = await createIsland()
        const node = await createAway(island, 60)
        const opened = await openReturn(island, node)
        await countersign(island, node, opened)
        const pieces = opened.missing.flatMap(({ log, fromSeq }) => node.pieces(log, fromSeq)).flatMap((piece) => cut(piece, size))
        for (const pick of picks) {
          const answer = await send(island, opened.token, pieces[pick % pieces.length] as Piece)
          expect([200, 409]).toContain(answer.status)
        }
        await finishByAnswers(island, node, opened)
        expect((await complete(island, node, opened)).json).toMatchObject({ verdict: 'CLEAN', mode: 'LIVE' })
        expect(bytesHeld(island, node)).toEqual(
          Object.values(node.logs).flatMap((log) => readLogEvents(node.store.reader, log, 1, 1000).map(({ bytes }) => toHex(bytes))),
        )
        expect(
          readFrontier(island.master.store.reader, { origin: node.id }).map(({ log, seq, head, branch }) => ({ log, seq, head, branch })),
        ).toEqual(
          node
            .frontier()
            .map((head) => ({ ...head, branch: 0 }))
            .toSorted((a, b) => (a.log < b.log ? -1 : 1)),
        )
        const received = island.master.store.reader.get(
          'SELECT received_events, expected_events FROM return_sessions WHERE session_id = ?',
          opened.sessionId,
        )
        expect(received).toEqual({ received_events: 61, expected_events: 61 })
        expect(stagedBytes(island.master.store.reader, node.id)).toBe(0)
      }),
      { numRuns: 40 },
    )
  })
})
