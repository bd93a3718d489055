/**
 * What a backup file (`.ibcf-backup`) holds. It is a tar (ustar) that any computer can list, inside of age encryption if it was asked
 * for; members in this order, each of at most 8 MiB:
 *
 * - `README.txt`: what this is and what to do with it.
 * - `backup.json`: `head`, so that a version that cannot read the rest says so before it reads it.
 * - `store/000001.zst`, ...: the event store, a SQLite file, cut every 4 MiB and each piece compressed alone (zstd). As zstd frames may
 *   follow each other, `cat store/*.zst | zstd -d` is the file.
 * - `archive/000001/000001`, ...: the archives of sealed stretches, in the order of `head.archives`, each cut every 4 MiB.
 * - `identity.json`; `settings.json` where there is one; `keys.json` where it may be (see `keysIn`).
 * - `manifest.json`: `manifest`, with the digest of every member before it.
 * - `manifest.sha256`: the digest of that. A file that does not end with it is not whole.
 */
import { z } from 'zod'

export const backupVersion = 1

/** Of the store, or of an archive, in one member. */
export const pieceBytes = 4 * 1024 * 1024

/** The folder of archives in a data directory. */
export const archiveName = 'archive'

const digest = z.string().regex(/^[0-9a-f]{64}$/)
const count = z.number().int().nonnegative()

/** Private keys that nothing seals go only into an encrypted backup; without its key a restored master cannot speak as itself. */
export const keysIn = ['sealed', 'unsealed', 'left-out'] as const

export const backupHead = z.object({
  format: z.literal('ibcf-backup'),
  v: z.number().int().positive(),
  /** Of the store: a program that knows less cannot read it. */
  schemaVersion: z.number().int().positive(),
  programVersion: z.string(),
  createdAt: z.iso.datetime(),
  masterId: z.string(),
  storeBytes: count,
  /** Under their names in the folder `archive` beside the store; what is sealed into one is not in the store any more. */
  archives: z.array(z.object({ name: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.-]*\.ibca$/), sizeBytes: count })),
  keys: z.enum(keysIn),
})
export type BackupHead = z.infer<typeof backupHead>

export const backupManifest = z.object({
  head: backupHead,
  events: count,
  logs: count,
  blobs: count,
  /** Six words of everything that is held. */
  fingerprint: z.string(),
  storeSha256: digest,
  members: z.array(z.object({ name: z.string(), sizeBytes: count, sha256: digest })),
})
export type BackupManifest = z.infer<typeof backupManifest>

export function readmeOf({ createdAt, masterId, keys }: BackupHead): string {
  return `This is a backup of IBCF Field Console.

Made at ${createdAt} of the master ${masterId}.
To restore it into a new, empty directory:

    ibcf restore --from THIS-FILE --data DIRECTORY

${
  keys === 'left-out'
    ? 'The private keys are NOT in it: without keys.json of the old directory the restored master cannot start.'
    : keys === 'sealed'
      ? 'The private keys are in it as they were sealed: they open with the same passphrase or the same user account as before.'
      : 'The private keys are in it. Keep what opens this file apart from it.'
}
A restored master goes on as the same one in a new life, and decides nothing until an operator gives it authority again.
`
}
