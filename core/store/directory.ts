/** Makes the data directory. */
import { mkdirSync } from 'node:fs'
import { AppError } from '../kernel/app-error.ts'

/** Readable by its owner only: logs name every node and what is wrong with it. Throws Unavailable `STORE_READ_ONLY`. */
export function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new AppError('Unavailable', 'STORE_READ_ONLY', `The data directory ${directory} cannot be made.`, { directory }, cause)
  }
}
