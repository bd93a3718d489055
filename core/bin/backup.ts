/** `ibcf backup`: one file that a master can be restored from, made while it runs. */
import { type MadeBackup, makeBackup } from '../app/keeping/backup.ts'
import { rememberBackup } from '../app/keeping/backups.ts'
import type { Sealing } from '../app/keeping/seal.ts'
import { productVersion } from '../app/version.ts'
import { AppError, exitCodes } from '../kernel/app-error.ts'
import { createPorts } from '../platform/ports.ts'
import type { Command, CommandIo } from './command.ts'
import { pathOption, readOptions } from './options.ts'
import { showProgress } from './progress.ts'
import { readSecret } from './serving.ts'

export const command: Command = {
  name: 'backup',
  summary: 'one file that a master can be restored from, made while it runs',
  usage: `
ibcf backup --data DIR --to FILE [--passphrase-file FILE | --recipient age1...] [--json]

Copies one moment of the store while the master goes on, proves the copy (chains, signatures, blobs), packs it, and reads it back. The
file is there whole or not at all; its SHA-256 lies beside it in FILE.sha256.

  --to FILE              the backup; must not exist
  --passphrase-file F    encrypts it with the passphrase in F (age)
  --recipient age1...    encrypts it for the holder of this age key; nobody else can open it, not even its maker

Private keys that a passphrase or the operating system seals are in it as they are sealed. Keys that nothing seals go only into an
encrypted backup; without them a restored master cannot start.
With --json the last line is {"ok":true,"file":...,"sizeBytes":...,"sha256":...,"events":...,"fingerprint":...}.`,
  run: async (args, io) => {
    const { values } = readOptions(args, {
      data: { type: 'string' },
      to: { type: 'string' },
      'passphrase-file': { type: 'string' },
      recipient: { type: 'string' },
      json: { type: 'boolean' },
    })
    const directory = pathOption(values.data, 'data', io)
    const file = pathOption(values.to, 'to', io)
    const sealing = sealingOf(values['passphrase-file'], values.recipient, io)
    const ports = createPorts('backup', 'warn')
    using progress = showProgress(io, values.json === true)
    const made = await makeBackup(
      { directory, file, sealing, programVersion: productVersion, signal: io.signal, onProgress: progress.tell },
      ports,
    )
    rememberBackup(directory, made, ports)
    progress[Symbol.dispose]()
    io.stdout(values.json === true ? JSON.stringify({ ok: true, ...made }) : inWords(made))
    return exitCodes.done
  },
}

function sealingOf(passphraseFile: string | undefined, recipient: string | undefined, io: CommandIo): Sealing {
  if (passphraseFile !== undefined && recipient !== undefined)
    throw new AppError('Invalid', 'OPTIONS_EXCLUDE', 'Give --passphrase-file or --recipient, not both.')
  if (recipient !== undefined) return { kind: 'recipient', recipient }
  if (passphraseFile === undefined) return { kind: 'none' }
  return { kind: 'passphrase', passphrase: readSecret(pathOption(passphraseFile, 'passphrase-file', io)) }
}

function inWords({ file, sizeBytes, sha256, events, fingerprint, encryption, keys }: MadeBackup): string {
  const keysInWords =
    keys === 'left-out'
      ? 'The private keys are NOT in it; keep keys.json apart, or make an encrypted backup.'
      : `The private keys are in it${keys === 'sealed' ? ', as they are sealed' : ''}.`
  return [
    `Backup of ${events} events: ${file} (${sizeBytes} bytes${encryption === 'none' ? '' : ', encrypted'}).`,
    keysInWords,
    `SHA-256: ${sha256}`,
    `Fingerprint: ${fingerprint}`,
  ].join('\n')
}
