import { describe, expect, it } from 'vitest'
import { createDiskFor } from '../../../helpers/simulator/disks.ts'
import { createPower, type CutMoment } from '../../../../core/simulator/trial/power.ts'
import type { CrashPoint } from '../../../../core/simulator/trial/happening.ts'
import type { Store } from '../../../../core/store/open.ts'
import { testPorts } from '../../../helpers/store/open.ts'

const read = ({ reader }: Store): number => Number(reader.get('SELECT count(*) AS n FROM marks')?.['n'])

function writeThree(store: Store): void {
  store.transact((writer) => {
    for (const n of [1, 2, 3]) writer.run('INSERT INTO marks (n) VALUES (?)', n)
  })
}

async function machine(isOnFiles: boolean) {
  const disk = createDiskFor(isOnFiles)
  const raw = await disk.open(testPorts)
  raw.transact((writer) => writer.run('CREATE TABLE marks (n INTEGER) STRICT'))
  const moments: CutMoment[] = []
  const power = createPower({
    gone: (moment) => {
      moments.push(moment)
      disk.cut(moment, isOnFiles)
    },
    aboutToCommit: disk.note,
  })
  return { disk, power, moments, store: power.through(raw) }
}

const cases: readonly { readonly point: CrashPoint; readonly moment: CutMoment; readonly kept: readonly number[] }[] = [
  { point: { at: 'now' }, moment: 'at-rest', kept: [0] },
  { point: { at: 'write', writes: 1 }, moment: 'inside', kept: [0] },
  { point: { at: 'write', writes: 3 }, moment: 'inside', kept: [0] },
  // With the power gone in the commit itself, it is there whole or not at all.
  { point: { at: 'commit' }, moment: 'at-commit', kept: [0, 3] },
]

describe.each([false, true])('a machine whose power goes (on files: %s)', (isOnFiles) => {
  it.each(cases)('[SD3] holds a transaction whole or not at all: $point', async ({ point, moment, kept }) => {
    const { disk, power, moments, store } = await machine(isOnFiles)
    power.arm(point)
    expect(() => writeThree(store)).toThrow(expect.objectContaining({ code: 'POWER_CUT' }))
    expect(() => writeThree(store)).toThrow(expect.objectContaining({ code: 'POWER_CUT' }))
    expect([power.isOn(), moments]).toEqual([false, [moment]])
    const again = await disk.open(testPorts)
    expect(isOnFiles ? kept : kept.slice(-1)).toContain(read(again))
    writeThree(again)
    expect(read(again) % 3).toBe(0)
    disk.close()
  })

  it('[SD3] keeps what was committed before', async () => {
    const { disk, power, store } = await machine(isOnFiles)
    writeThree(store)
    power.arm({ at: 'write', writes: 2 })
    expect(() => writeThree(store)).toThrow()
    expect(read(await disk.open(testPorts))).toBe(3)
    disk.close()
  })

  it('[SD3] goes back to what an image of its disk held', async () => {
    const { disk, store } = await machine(isOnFiles)
    writeThree(store)
    const image = disk.image()
    writeThree(store)
    disk.putBack(image, true)
    expect(read(await disk.open(testPorts))).toBe(3)
    disk.close()
  })
})
