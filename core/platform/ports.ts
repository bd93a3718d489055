/** All ports of a real process, together. */
import type { Ports } from '../kernel/ports.ts'
import { createClock } from './clock.ts'
import { createCompression } from './compression.ts'
import { createCrypto } from './crypto.ts'
import { createDiagnostics, type DiagnosticsLevel } from './diagnostics.ts'
import { createFiles } from './files.ts'
import { createRandom } from './random.ts'
import { createScheduler } from './scheduler.ts'

export function createPorts(name: string, level: DiagnosticsLevel = 'info'): Ports {
  return {
    clock: createClock(),
    random: createRandom(),
    scheduler: createScheduler(),
    crypto: createCrypto(),
    compression: createCompression(),
    files: createFiles(),
    diagnostics: createDiagnostics(name, level),
  }
}
