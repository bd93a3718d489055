/**
 * SIGKILL of each party in each step of a return, with real processes: a master and a node over a link that can be cut. After each, the
 * return goes on where it was and ends, and every event of the node is there once. The seed decides where in a step the kill falls.
 */
import { expect, it } from 'vitest'
import { createSeededRandom } from '../../../core/simulator/seeded-random.ts'
import { waitFor } from '../../helpers/processes.ts'
import { openReturningWorld, type ReturningWorld } from '../../helpers/returning-world.ts'

type Step = 'before' | 'PROVING' | 'LOCKED' | 'UPLOADING' | 'CLOSED'
type Party = 'master' | 'node'

/** RECONCILING lasts a few milliseconds on this machine; that a master dies between both of its transactions is in the contract's tests. */
const steps: readonly Step[] = ['before', 'PROVING', 'LOCKED', 'UPLOADING', 'CLOSED']
const seed = process.env['IBCF_SEED'] ?? 'returns'
const rounds = Number(process.env['IBCF_ROUNDS'] ?? 1)

/** The session, if there is one, has reached this step; on a slow machine a step may be over before it is seen, which is as good. */
async function reach({ detail, link }: ReturningWorld, step: Step, share: number): Promise<void> {
  if (step === 'before') return
  const order = ['PROVING', 'LOCKED', 'UPLOADING', 'RECONCILING']
  let wasOpen = false
  await waitFor(`a return in step ${step}`, async () => {
    const { session } = await detail()
    wasOpen ||= session !== null
    if (session === null) return wasOpen ? true : undefined
    return step !== 'CLOSED' && order.indexOf(session.step) >= order.indexOf(step) ? true : undefined
  })
  if (step !== 'UPLOADING') return
  const sent = link.sentBytes()
  await waitFor('some more on its way, or the end', async () =>
    link.sentBytes() > sent + share * 4000 || (await detail()).session === null ? true : undefined,
  )
}

async function killInEveryStep(party: Party): Promise<number> {
  const world = await openReturningWorld(`return-kill-${party}`)
  const random = createSeededRandom(`${seed} ${party}`)
  let returns = 0
  try {
    for (let round = 0; round < rounds; round++)
      for (const step of steps) {
        await world.leaveAlone(3)
        world.link.throttle(16_000)
        world.link.restore()
        await reach(world, step, random.next())
        await world.kill(party)
        await waitFor(`the end of the return after the ${party} was killed ${step}`, world.isLive, 60_000)
        world.link.throttle(undefined)
        returns++
      }
    await world.expectWhole()
    return returns
  } finally {
    await world.close()
  }
}

it('[RT2] [RT10] [AG6] a master or a node that is killed in any step of a return leaves nothing lost, doubled or stuck', async () => {
  // Two masters with a node each, side by side: most of it is waiting.
  const done = await Promise.all([killInEveryStep('master'), killInEveryStep('node')])
  expect(done).toEqual([rounds * steps.length, rounds * steps.length])
}, 400_000)
