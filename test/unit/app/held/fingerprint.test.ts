/** The fingerprint of what a store holds is the same however it is found. */
import { describe, expect, it } from 'vitest'
import { heldFingerprint } from '../../../../core/app/held/fingerprint.ts'
import { createFingerprintKeeper } from '../../../../core/app/held/fingerprint-keeper.ts'
import { appendEvents } from '../../../../core/store/append-events.ts'
import { readFrontier } from '../../../../core/store/frontier.ts'
import { readFrontierPages } from '../../../../core/store/frontier-pages.ts'
import { openStore, type Store } from '../../../../core/store/open.ts'
import { lastPosition } from '../../../../core/store/read-events.ts'
import { fingerprintOf, wholeScope } from '../../../../core/log/fingerprint.ts'
import { testEvent, testOrigin } from '../../../helpers/log/origin.ts'
import { openTestStore, recordedAt, temporaryDirectory, testPorts } from '../../../helpers/store/open.ts'
import { createVirtualPorts } from '../../../helpers/agent/virtual-ports.ts'

function write(store: Store, origins: number, events: number): void {
  store.transact((writer) => {
    for (let number = 1; number <= origins; number++) {
      const origin = testOrigin(number)
      const head = readFrontier(writer, { origin: origin.log.origin })[0]?.seq ?? 0
      appendEvents(
        writer,
        origin.log,
        Array.from({ length: events }, (_, index) => testEvent(origin, head + index + 1)),
        recordedAt,
      )
    }
  })
}

describe('the fingerprint of what is held', () => {
  it('[LG8] is the same read in pages of any size as read at once', async () => {
    using store = await openTestStore('memory')
    write(store, 23, 3)
    const whole = fingerprintOf(testPorts.crypto, wholeScope, readFrontier(store.reader))
    expect(heldFingerprint(store.reader, testPorts.crypto)).toMatchObject({ ...whole, logs: 23, scope: wholeScope })
    for (const size of [1, 2, 7, 22, 23, 1000]) {
      expect([...readFrontierPages(store.reader, size)].flat()).toEqual(readFrontier(store.reader))
    }
  })

  it('[LG8] is of the logs in its scope only, and never that of another scope', async () => {
    using store = await openTestStore('memory')
    write(store, 5, 1)
    const one = testOrigin(3).log.origin
    const scope = { name: `origin ${one}`, holds: (log: string) => log.startsWith(one) }
    const ofOne = heldFingerprint(store.reader, testPorts.crypto, scope)
    expect(ofOne).toMatchObject({ logs: 1, scope: scope.name })
    expect(ofOne.hex).toBe(fingerprintOf(testPorts.crypto, scope.name, readFrontier(store.reader, { origin: one })).hex)
    expect(heldFingerprint(store.reader, testPorts.crypto, { ...scope, name: 'other' }).hex).not.toBe(ofOne.hex)
  })

  it('[LG11] is kept at hand with the position it is of, and found again once more is held', async () => {
    using directory = temporaryDirectory()
    const options = { directory: directory.path, role: 'node', ports: testPorts } as const
    using store = await openStore({ ...options, mode: 'read-write' })
    write(store, 3, 1)
    const ports = createVirtualPorts()
    let times = 0
    const keeper = createFingerprintKeeper({
      openMoment: () => openStore({ ...options, mode: 'read-only' }),
      position: () => lastPosition(store.reader),
      found: () => times++,
      clock: ports.clock,
      scheduler: ports.scheduler,
      crypto: ports.crypto,
      diagnostics: ports.diagnostics,
    })
    expect(keeper.current()).toBeUndefined()
    const before = heldFingerprint(store.reader, ports.crypto)
    await ports.advanceUntil(() => times === 1)
    expect(keeper.current()).toMatchObject({ ...before, position: 3 })
    write(store, 4, 2)
    // Still the old one, and told to be of the old position.
    expect(keeper.current()).toMatchObject({ ...before, position: 3 })
    await ports.advanceUntil(() => times === 2)
    expect(keeper.current()).toMatchObject({ ...heldFingerprint(store.reader, ports.crypto), position: 11 })
    await keeper.close()
  })
})
