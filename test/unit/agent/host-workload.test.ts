import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { createHostWorkload, type Host, readMaker } from '../../../core/agent/host-workload.ts'
import { partContents } from '../../../core/fleet/node/node-events.ts'
import { createHost } from '../../../core/platform/host.ts'
import { createFiles } from '../../../core/platform/files.ts'
import { createMemoryFiles } from '../../helpers/agent/virtual-ports.ts'

const host: Host = {
  cpu: 'a processor',
  cores: 4,
  memoryBytes: 8 * 1024 ** 3,
  freeMemoryBytes: () => 2 * 1024 ** 3,
  load: () => 2,
  uptimeSeconds: () => 61.5,
  storage: () => ({ totalBytes: 100 * 1024 ** 3, freeBytes: 10 * 1024 ** 3 }),
}
const write = (files: ReturnType<typeof createMemoryFiles>, path: string, text: string): void =>
  files.writeAtomic(path, new TextEncoder().encode(text))

describe('the machine as a workload', () => {
  it('[AG10] measures load, memory, storage and uptime, and temperature and battery where the machine tells them', () => {
    const files = createMemoryFiles()
    const workload = createHostWorkload(host, files, 'data', '1.2.3')
    const told = { load_per_core: 0.5, memory_used_pct: 75, storage_used_pct: 90, uptime_s: 62 }
    expect(workload.observe()).toEqual({ kind: 'host', values: told })
    expect(workload.batteryPct()).toBeUndefined()
    write(files, '/sys/class/thermal/thermal_zone0/temp', '48250\n')
    write(files, '/sys/class/power_supply/BAT0/capacity', '17\n')
    expect(workload.observe().values).toEqual({ ...told, temperature_c: 48.25, battery_pct: 17 })
    expect(workload.batteryPct()).toBe(17)
  })

  it('[AG9] lets programs of the site measure, be configured, and read what was decided', () => {
    const files = createMemoryFiles()
    const workload = createHostWorkload(host, files, 'data', '1.2.3')
    write(files, 'data/measurements.json', '{"temperature_c":91,"valve":"open"}')
    expect(workload.observe().values).toMatchObject({ temperature_c: 91, valve: 'open' })
    workload.applyConfiguration({ port: 9 })
    workload.carryOut(['reduce-duty'])
    const read = (name: string): unknown => JSON.parse(new TextDecoder().decode(files.read(`data/${name}`)))
    expect([read('configuration.json'), read('decisions.json')]).toEqual([{ port: 9 }, { inForce: ['reduce-duty'] }])
    expect(workload.parts().configuration).toEqual({ port: 9 })
  })

  it.each(['{"half":', '[1]', '{"deep":{"er":1}}', '{"a":1,"a":2}', '\u0000'])(
    '[AG9] says that measurements cannot be read (%j), and goes on with its own',
    (text) => {
      const files = createMemoryFiles()
      const workload = createHostWorkload(host, files, 'data', '1.2.3')
      write(files, 'data/measurements.json', text)
      expect(workload.observe().values).toMatchObject({ load_per_core: 0.5, measurements_unreadable: true })
    },
  )

  it('[AG10] counts as degraded when its configuration cannot be read or its disk is nearly full', () => {
    const files = createMemoryFiles()
    const of = (its: Host) =>
      createHostWorkload(its, files, 'data', '1.2.3')
        .checks()
        .map(({ health }) => health)
    expect(of(host)).toEqual(['OK', 'OK'])
    expect(of({ ...host, storage: () => ({ totalBytes: 100, freeBytes: 2 }) })).toEqual(['DEGRADED', 'OK'])
    write(files, 'data/configuration.json', 'port = 9')
    expect(of(host)).toEqual(['OK', 'DEGRADED'])
  })

  it('[AG14] gives the parts of a snapshot as the contract says them, on this very machine', () => {
    const files = createFiles()
    const parts = createHostWorkload(createHost(), files, tmpdir(), '1.2.3').parts()
    expect(Object.keys(parts)).toEqual(expect.arrayContaining(['inventory', 'configuration', 'software']))
    for (const [name, content] of Object.entries(parts))
      expect(partContents[name as keyof typeof parts].safeParse(content).error).toBeUndefined()
    expect(parts.inventory?.ram_gb).toBeGreaterThan(0)
    for (const text of Object.values(readMaker(files))) expect(text.trim()).not.toBe('')
  })
})
