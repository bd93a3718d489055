/** What the operating system tells of the machine and its disk. */
import { statfsSync } from 'node:fs'
import { cpus, freemem, loadavg, totalmem, uptime } from 'node:os'

export function createHost() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: Math.max(cpus().length, 1),
    memoryBytes: totalmem(),
    freeMemoryBytes: () => freemem(),
    /** Processes that want to run, on average over a minute; 0 where the system does not count them (Windows). */
    load: () => loadavg()[0] ?? 0,
    uptimeSeconds: () => uptime(),
    /** Of the disk that the path is on. */
    storage: (path: string): { readonly totalBytes: number; readonly freeBytes: number } => {
      const { blocks, bavail, bsize } = statfsSync(path)
      return { totalBytes: blocks * bsize, freeBytes: bavail * bsize }
    },
  }
}
