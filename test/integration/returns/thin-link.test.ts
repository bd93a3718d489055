/** A return over 9.6 kbit/s that drops every minute, in virtual time: real agent, real master, the link alone is the test's. */
import { expect, it } from 'vitest'
import { AppError } from '../../../core/kernel/app-error.ts'
import { listSessions } from '../../../core/ingest/returns/return-table.ts'
import { parseLogId } from '../../../core/log/log-id.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { readLogEvents } from '../../../core/store/read-events.ts'
import { createIsland } from '../../helpers/agent/island.ts'

const bytesPerSecond = 9600 / 8
const minuteMs = 60_000

it('[AG6] [RT1] over 9.6 kbit/s that drop every minute a return ends, in pieces that the link can carry, with nothing sent from the start again', async () => {
  const its = await createIsland()
  try {
    const node = await its.join({ requestTimeoutMs: 30_000, observeEverySeconds: 5 })
    const { nodeId } = node.agent.view()
    const { clock, scheduler, random } = its.ports
    // What a site measures and does not compress well: the backlog of half an hour takes several drops to come over.
    for (let key = 0; key < 4; key++) node.workload.values[`waveform${key}`] = Buffer.from(random.bytes(300)).toString('base64')
    node.link.isUp = false
    await its.ports.advance(1_800_000)
    const backlog = node.agent.view().backlogMessages
    const began = clock.monotonic()
    let largestPiece = 0
    let piecesLost = 0
    node.link.isUp = true
    node.link.between = async (request, next) => {
      const size = (request.body?.length ?? 0) + 400
      const tookMs = (size / bytesPerSecond) * 1000
      const startedAt = clock.monotonic() - began
      // The carrier falls off at every full minute: what is under way then is lost.
      const isLost = Math.floor(startedAt / minuteMs) !== Math.floor((startedAt + tookMs) / minuteMs)
      await new Promise<void>((resolve) => void scheduler.after(isLost ? minuteMs - (startedAt % minuteMs) : tookMs, resolve))
      if (request.method === 'PUT') largestPiece = Math.max(largestPiece, request.body?.length ?? 0)
      if (isLost) {
        if (request.method === 'PUT') piecesLost++
        throw new AppError('Unavailable', 'LINK_DROPPED', 'The carrier fell off.')
      }
      return next()
    }
    await its.ports.advanceUntil(() => its.master().model.connectivity(nodeId)?.mode === 'LIVE', 4 * 3_600_000)
    const minutes = (clock.monotonic() - began) / minuteMs
    expect(backlog).toBeGreaterThan(100)
    expect(minutes).toBeGreaterThan(3)
    expect(piecesLost).toBeGreaterThan(1)
    // A piece takes seconds, not a minute.
    expect(largestPiece).toBeLessThanOrEqual(32 * 1024)
    const sessions = listSessions(its.master().store.reader, { onlyOpen: false, limit: 10 })
    expect(sessions.map(({ verdict }) => verdict)).toEqual(['CLEAN'])
    // What is lost at a drop is one piece: all together little more than the backlog was sent.
    const sent = node.link.asked.filter(({ method }) => method === 'PUT').reduce((sum, { body }) => sum + (body?.length ?? 0), 0)
    const held = sessions[0]?.receivedBytes ?? 0
    expect(sent).toBeLessThan(1.5 * held + 64 * 1024)
    for (const { log, seq } of readFrontier(its.master().store.reader, { origin: nodeId })) {
      const bytes = (reader: typeof node.store.reader) =>
        readLogEvents(reader, parseLogId(log), 1, seq).map((stored) => Buffer.from(stored.bytes).toString('utf8'))
      expect(bytes(its.master().store.reader)).toEqual(bytes(node.store.reader))
    }
  } finally {
    its.close()
  }
})
