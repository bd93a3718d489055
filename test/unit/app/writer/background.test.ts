/** Work that waits until nobody waits for a commit. */
import { describe, expect, it } from 'vitest'
import { createBackground } from '../../../../core/app/writer/background.ts'
import { createVirtualPorts } from '../../../helpers/agent/virtual-ports.ts'

/** A task of so many slices, which notes each. */
const counting = (name: string, slices: number, done: string[]): (() => boolean) => {
  let left = slices
  return () => {
    done.push(name)
    return --left > 0
  }
}

describe('work in the background', () => {
  it('[MA23] is done in slices, by turns, until there is no more of it', async () => {
    const ports = createVirtualPorts()
    const background = createBackground(ports)
    const done: string[] = []
    const wakeA = background.register('a', counting('a', 3, done))
    const wakeB = background.register('b', counting('b', 2, done))
    wakeA()
    wakeB()
    expect([done, background.busyWith()]).toEqual([[], ['a', 'b']])
    await ports.advance(0)
    expect([done, background.busyWith()]).toEqual([['a', 'b', 'a', 'b', 'a'], []])
    wakeB()
    await ports.advance(0)
    expect(done.at(-1)).toBe('b')
  })

  it('[MA23] leaves most turns to those who wait for a commit, and not all of them', async () => {
    const ports = createVirtualPorts()
    const turns: string[] = []
    const background = createBackground({
      ...ports,
      scheduler: {
        ...ports.scheduler,
        yield: () => {
          turns.push('others')
          return Promise.resolve()
        },
      },
    })
    background.heed(() => true)
    background.register('a', counting('slice', 4, turns))()
    await ports.advance(0)
    expect(turns.filter((turn) => turn === 'slice')).toHaveLength(4)
    expect(turns.filter((turn) => turn === 'others').length).toBeGreaterThanOrEqual(40)
  })

  it('[MA23] that fails is told and tried again later, and holds up nobody else', async () => {
    const ports = createVirtualPorts()
    const background = createBackground(ports)
    const done: string[] = []
    let isFull = true
    background.register('full', () => {
      if (isFull) throw new Error('no room')
      done.push('full')
      return false
    })()
    background.register('other', counting('other', 2, done))()
    await ports.advance(0)
    expect(done).toEqual(['other', 'other'])
    expect(ports.told.map(({ facts }) => facts)).toEqual([{ task: 'full', reason: 'no room' }])
    isFull = false
    await ports.advance(10_000)
    expect(done).toEqual(['other', 'other', 'full'])
  })

  it('[MA23] ends when it is closed', async () => {
    const ports = createVirtualPorts()
    const background = createBackground(ports)
    const done: string[] = []
    background.register('a', () => {
      done.push('a')
      background.close()
      return true
    })()
    await ports.advance(60_000)
    expect(done).toEqual(['a'])
  })
})
