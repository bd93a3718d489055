/** Makes the data directory. */
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../kernel/app-error.ts'

/** Readable by its owner only: logs name every node and what is wrong with it. Throws Unavailable `STORE_READ_ONLY`. */
export function makeDirectory(directory: string): void {
  try {
    makeMissing(directory)
  } catch (cause) {
    throw new AppError('Unavailable', 'STORE_READ_ONLY', `The data directory ${directory} cannot be made.`, { directory }, cause)
  }
}

/** One by one: Node's own `recursive` never returns where a file system answers "no such directory" to its child, as /proc does. */
function makeMissing(directory: string): void {
  if (existsSync(directory)) return
  makeMissing(dirname(directory))
  try {
    mkdirSync(directory, { mode: 0o700 })
  } catch (cause) {
    // Another process made it at the same moment.
    if (!existsSync(directory)) throw cause
  }
}
