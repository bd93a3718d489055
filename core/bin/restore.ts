/** `ibcf restore`: a data directory out of a backup. */
import { type Restored, restoreBackup } from '../app/keeping/restore.ts'
import type { Opening } from '../app/keeping/seal.ts'
import { AppError, exitCodes } from '../kernel/app-error.ts'
import { createPorts } from '../platform/ports.ts'
import type { Command, CommandIo } from './command.ts'
import { pathOption, readOptions } from './options.ts'
import { showProgress } from './progress.ts'
import { readSecret } from './serving.ts'

export const command: Command = {
  name: 'restore',
  summary: 'a data directory out of a backup',
  usage: `
ibcf restore --from FILE --data DIR [--passphrase-file FILE | --identity-file FILE] [--json]

Unpacks and proves the backup beside DIR and moves it there whole, or leaves nothing. DIR must be missing or empty.

  --from FILE            what ibcf backup made
  --passphrase-file F    the passphrase it was encrypted with
  --identity-file F      the age identity (AGE-SECRET-KEY-...) it was encrypted for

The master that is started on DIR goes on as the same one in a new life: its old logs are closed where the backup ends, and it decides
nothing until an operator of role authority reclaims it (ibcf call authority.reclaim '{"reason":"..."}' --data DIR).
With --json the last line is {"ok":true,"directory":...,"masterId":...,"events":...,"fingerprint":...}.`,
  run: async (args, io) => {
    const { values } = readOptions(args, {
      from: { type: 'string' },
      data: { type: 'string' },
      'passphrase-file': { type: 'string' },
      'identity-file': { type: 'string' },
      json: { type: 'boolean' },
    })
    const file = pathOption(values.from, 'from', io)
    const directory = pathOption(values.data, 'data', io)
    const opening = openingOf(values['passphrase-file'], values['identity-file'], io)
    using progress = showProgress(io, values.json === true)
    const restored = await restoreBackup(
      { file, directory, opening, signal: io.signal, onProgress: progress.tell },
      createPorts('restore', 'warn'),
    )
    progress[Symbol.dispose]()
    io.stdout(values.json === true ? JSON.stringify({ ok: true, ...restored }) : inWords(restored))
    return exitCodes.done
  },
}

function openingOf(passphraseFile: string | undefined, identityFile: string | undefined, io: CommandIo): Opening {
  if (passphraseFile !== undefined && identityFile !== undefined)
    throw new AppError('Invalid', 'OPTIONS_EXCLUDE', 'Give --passphrase-file or --identity-file, not both.')
  if (passphraseFile !== undefined) return { kind: 'passphrase', passphrase: readSecret(pathOption(passphraseFile, 'passphrase-file', io)) }
  if (identityFile === undefined) return { kind: 'nothing' }
  // As age-keygen writes it: comments, then the identity on a line of its own.
  const lines = readSecret(pathOption(identityFile, 'identity-file', io)).split(/\r?\n/)
  return { kind: 'identity', identity: lines.find((line) => line !== '' && !line.startsWith('#')) ?? '' }
}

function inWords({ directory, masterId, createdAt, events, fingerprint, keys }: Restored): string {
  return [
    `Restored ${events} events of the master ${masterId}, as they were at ${createdAt}, into ${directory}.`,
    keys === 'left-out'
      ? 'The private keys were not in the backup: put keys.json of the old directory there before the master is started.'
      : 'Started there, the master begins a new life, and decides nothing until its authority is reclaimed.',
    `Fingerprint: ${fingerprint}`,
  ].join('\n')
}
