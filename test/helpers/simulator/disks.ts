/** Disks of simulated machines, for tests. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFiles } from '../../../core/platform/files.ts'
import { createSeededRandom } from '../../../core/simulator/seeded-random.ts'
import { createFileDisk, createMemoryDisk, type Disk } from '../../../core/simulator/trial/disk.ts'

/** On files it lies in a directory of its own under the temporary place of the system. */
export function createDiskFor(isOnFiles: boolean, seed = 'disk'): Disk {
  const parts = { name: 'machine', role: 'node', random: createSeededRandom(seed) } as const
  return isOnFiles ? createFileDisk(parts, mkdtempSync(join(tmpdir(), 'ibcf-disk-')), createFiles()) : createMemoryDisk(parts)
}
