/** The courier desk of one master: volumes, packing, the airlock. What runs here asks nothing of the writer but acts. */
import { join } from 'node:path'
import { AppError } from '../../kernel/app-error.ts'
import type { Volumes } from '../../kernel/ports.ts'
import type { ServedMaster } from '../served-master.ts'
import { type Airlock, createAirlock } from './airlock.ts'
import { createPacking, type Packing } from './packing.ts'
import type { StartParser } from './parser.ts'
import { createVolumeList, type VolumeList } from './volume-list.ts'

export type CourierDesk = {
  readonly volumes: VolumeList
  readonly packing: Packing
  /** Throws Rejected `NOTHING_KEPT` for a master in memory. */
  readonly airlock: () => Airlock
  readonly close: () => Promise<void>
}

export type CourierParts = { readonly master: ServedMaster; readonly volumes: Volumes; readonly startParser: StartParser }

export const airlockName = 'airlock'

export function createCourierDesk({ master, volumes, startParser }: CourierParts): CourierDesk {
  const { facts, feed, ports } = master
  const changed = (): void => feed.tell({ topics: ['bundles'] })
  const directory = facts.directory === null ? undefined : join(facts.directory, airlockName)
  if (directory !== undefined) ports.files.makeDirectory(directory)
  const list = createVolumeList(volumes, ports.files, directory === undefined ? undefined : join(directory, 'places.json'), facts.masterId)
  const packing = createPacking(master, volumes, changed)
  const airlock = directory === undefined ? undefined : createAirlock({ directory, master, volumes, startParser, changed })
  // A simulated island has no sticks of this machine.
  const stop = directory === undefined ? (): void => undefined : volumes.watch(() => feed.tell({ topics: ['volumes'] }))
  return {
    volumes: list,
    packing,
    airlock: () => {
      if (airlock !== undefined) return airlock
      throw new AppError('Rejected', 'NOTHING_KEPT', 'The demo island is in memory only: nothing can be taken in here.')
    },
    close: async () => {
      stop()
      await Promise.all([packing.close(), airlock?.close()])
    },
  }
}
