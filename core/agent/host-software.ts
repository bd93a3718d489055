/**
 * Programs of the site on this machine: files in `software/` of the data directory. A program is started with `--ibcf-check` and prints
 * one line of JSON, `{"version": ..., "health": "OK"}`, within half a minute; one that ends in `.mjs` or `.js` is run by the agent's own
 * runtime.
 */
import { z } from 'zod'
import { toHex } from '../kernel/hex.ts'
import type { Crypto, Files, RunProgram } from '../kernel/ports.ts'
import type { SoftwarePlace } from './commands/software.ts'

const patienceMs = 30_000
const mode = 0o700
const said = z.object({ version: z.string().max(200), health: z.string().max(100) })

export function createHostSoftware(files: Files, crypto: Crypto, run: RunProgram, directory: string): SoftwarePlace {
  const pathOf = (name: string): string => `${directory}/software/${name}`
  const keptOf = (name: string): string => `${pathOf(name)}.previous`
  const digestAt = (path: string): string | undefined => {
    const bytes = files.read(path)
    return bytes === undefined ? undefined : toHex(crypto.sha256(bytes))
  }
  return {
    digestInPlace: (name) => digestAt(pathOf(name)),
    put: (name, bytes) => {
      files.makeDirectory(`${directory}/software`)
      const present = files.read(pathOf(name))
      if (present !== undefined && toHex(crypto.sha256(present)) === toHex(crypto.sha256(bytes))) return
      // Kept first: a crash between the two leaves what was there, twice.
      if (present === undefined) files.remove(keptOf(name))
      else files.writeAtomic(keptOf(name), present, mode)
      files.writeAtomic(pathOf(name), bytes, mode)
    },
    putBack: (name) => {
      const kept = files.read(keptOf(name))
      if (kept === undefined) files.remove(pathOf(name))
      else files.writeAtomic(pathOf(name), kept, mode)
    },
    start: async (name) => {
      const ended = await run(pathOf(name), ['--ibcf-check'], patienceMs)
      if (ended.kind === 'failed') return { isUp: false, sentence: `it could not be run (${ended.reason})` }
      if (ended.status !== 0) return { isUp: false, sentence: `it ended with ${ended.status}` }
      const read = said.safeParse(parse(ended.output))
      return read.success ? { isUp: true, ...read.data } : { isUp: false, sentence: 'it did not say which version it is' }
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.trim().split('\n').at(-1) ?? '')
  } catch {
    // Not JSON: the schema refuses undefined, and that is told.
    return undefined
  }
}
