/** A return over the worst of links, by a node that is killed again and again, to a master that is killed as well. */
import { expect, it } from 'vitest'
import { createRandom } from '../../../core/platform/random.ts'
import { waitFor } from '../../helpers/processes.ts'
import { openReturningWorld } from '../../helpers/returning-world.ts'

it('[AG6] on a thin link that drops all the time, killed at random moments on both sides, not one event is lost or doubled', async () => {
  const world = await openReturningWorld('bad-link')
  const random = createRandom()
  try {
    await world.leaveAlone(8, 12)
    world.link.throttle(24_000)
    world.link.dropEvery(900)
    world.link.restore()
    const sessions = new Set<string>()
    for (let kill = 0; kill < 8; kill++) {
      const sent = world.link.sentBytes()
      const enough = 2000 + random.next() * 12_000
      await waitFor('something on its way', () => (world.link.sentBytes() > sent + enough ? true : undefined))
      if (kill === 3) await world.kill('master')
      await world.kill('node')
      const { items } = await world.call<{ readonly items: readonly { readonly id: string }[] }>('session.list')
      for (const { id } of items) sessions.add(id)
    }
    await waitFor('the end of the return', world.isLive, 60_000)
    expect(sessions.size).toBeGreaterThan(0)
    world.link.dropEvery(undefined)
    world.link.throttle(undefined)
    await world.expectWhole()
  } finally {
    await world.close()
  }
}, 400_000)
