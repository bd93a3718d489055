/** Diagnostics as JSON lines on standard error (pino), for whoever runs the process. */
import { pino } from 'pino'
import type { Diagnostics } from '../kernel/ports.ts'

export type DiagnosticsLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export function createDiagnostics(name: string, level: DiagnosticsLevel = 'info'): Diagnostics {
  const logger = pino({ name, level, redact: ['token', 'passphrase', 'privateKey'] }, pino.destination({ dest: 2, sync: true }))
  return {
    debug: (message, facts) => logger.debug(facts ?? {}, message),
    info: (message, facts) => logger.info(facts ?? {}, message),
    warn: (message, facts) => logger.warn(facts ?? {}, message),
    error: (message, facts) => logger.error(facts ?? {}, message),
  }
}
