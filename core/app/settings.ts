/**
 * What a person chose for this master on this machine, in a file of the data directory: no part of what it holds, and never a reason not
 * to start. One thread changes it.
 */
import { join } from 'node:path'
import { z } from 'zod'
import type { Files } from '../kernel/ports.ts'

const schema = z.object({
  v: z.literal(1),
  /** `HOST:PORT` that nodes reach this master at. */
  listen: z.string().nullable().default(null),
  /** Bulk that was recorded longer ago is sealed into archives. */
  keepBulkDays: z.number().int().min(1).max(3650).optional(),
})

export type Settings = Omit<z.infer<typeof schema>, 'v'>

const name = 'settings.json'

/** Settings that cannot be read are none: everything is then as it is without them. */
export function readSettings(files: Pick<Files, 'read'>, directory: string): Settings {
  const bytes = files.read(join(directory, name))
  const settings = schema.safeParse(bytes === undefined ? undefined : parseJson(bytes))
  return settings.success ? settings.data : { listen: null }
}

/** Durable when it returns; what is not named stays. */
export function changeSettings(files: Pick<Files, 'read' | 'writeAtomic'>, directory: string, changes: Partial<Settings>): void {
  const text = `${JSON.stringify({ ...readSettings(files, directory), ...changes, v: 1 })}\n`
  files.writeAtomic(join(directory, name), new TextEncoder().encode(text))
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    // Told by the schema of the caller.
    return undefined
  }
}
