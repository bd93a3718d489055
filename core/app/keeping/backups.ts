/** What backups were made of this master, as far as this machine knows: a list beside the store, not part of what is backed up. */
import { join } from 'node:path'
import { z } from 'zod'
import { madeBackupView } from '../../contract/store.ts'
import type { Files } from '../../kernel/ports.ts'
import type { MadeBackup } from './backup.ts'

const listName = 'backups.json'
const kept = 100
const schema = z.object({ v: z.literal(1), made: z.array(madeBackupView) })

/** Newest first. A list that cannot be read is as good as none: what counts are the files. */
export function listBackups(directory: string, files: Pick<Files, 'read'>): readonly MadeBackup[] {
  const bytes = files.read(join(directory, listName))
  if (bytes === undefined) return []
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(bytes))).made
  } catch {
    // It is remade with the next backup.
    return []
  }
}

export function rememberBackup(directory: string, made: MadeBackup, { files }: { readonly files: Files }): void {
  const list = [made, ...listBackups(directory, files)].slice(0, kept)
  files.writeAtomic(join(directory, listName), new TextEncoder().encode(`${JSON.stringify({ v: 1, made: list })}\n`), 0o600)
}
