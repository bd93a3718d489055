/** What the commands that serve a master share: the ready line, the wait for a signal, the passphrase. */
import type { Serving } from '../app/serve.ts'
import { AppError } from '../kernel/app-error.ts'
import { createFiles } from '../platform/files.ts'
import type { KeyProtection } from '../trust/key-store.ts'
import type { CommandIo } from './command.ts'

/** Prints the ready line and serves until a signal asks to stop; everything is signed and closed before this returns. */
export async function serveUntilStopped(serving: Serving, io: CommandIo, facts: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const { url, consoleUrl, socketPath, master } = serving
  io.stdout(
    JSON.stringify({
      ready: true,
      ...(url === undefined ? {} : { url }),
      ...(consoleUrl === undefined ? {} : { consoleUrl }),
      socket: socketPath,
      masterId: master.facts.masterId,
      pid: process.pid,
      ...facts,
    }),
  )
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve()
    else io.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await serving.close()
}

/** From `--passphrase-file`; without it, file permissions. Throws Invalid `PASSPHRASE_EMPTY`. */
export function protectionOf(passphraseFile: string | undefined): KeyProtection {
  return passphraseFile === undefined ? { kind: 'file-permissions' } : { kind: 'passphrase', passphrase: readSecret(passphraseFile) }
}

/** What a file holds that nobody may see on a command line. Throws Invalid `PASSPHRASE_EMPTY`. */
export function readSecret(path: string): string {
  const bytes = createFiles().read(path)
  const secret = bytes === undefined ? '' : new TextDecoder().decode(bytes).replace(/\r?\n$/, '')
  if (secret === '') throw new AppError('Invalid', 'PASSPHRASE_EMPTY', `${path} holds no passphrase.`, { path })
  return secret
}
