/** Where commands install what a simulated machine runs: a program is JSON with its `version`, and comes up with the `health` it names. */
import type { SoftwarePlace, Started } from '../agent/commands/software.ts'
import { toHex } from '../kernel/hex.ts'
import type { Crypto } from '../kernel/ports.ts'

type Lying = { readonly now: Uint8Array; readonly before: Uint8Array | undefined }

/** It outlives the agent, and a power cut. `runs` is told of each version that came up well. */
export function createPrograms({ sha256 }: Pick<Crypto, 'sha256'>, runs: (version: string) => void): SoftwarePlace {
  const programs = new Map<string, Lying>()
  const digestOf = (bytes: Uint8Array): string => toHex(sha256(bytes))
  return {
    digestInPlace: (name) => {
      const held = programs.get(name)
      return held === undefined ? undefined : digestOf(held.now)
    },
    put: (name, bytes) => {
      const held = programs.get(name)
      if (held !== undefined && digestOf(held.now) === digestOf(bytes)) return
      programs.set(name, { now: bytes, before: held?.now })
    },
    putBack: (name) => {
      const before = programs.get(name)?.before
      if (before === undefined) programs.delete(name)
      else programs.set(name, { now: before, before: undefined })
    },
    start: (name) => {
      const started = startOf(programs.get(name)?.now)
      if (started.isUp && started.health === 'OK') runs(started.version)
      return Promise.resolve(started)
    },
  }
}

function startOf(program: Uint8Array | undefined): Started {
  if (program === undefined) return { isUp: false, sentence: 'nothing lies there' }
  try {
    const { version, health = 'OK' } = JSON.parse(new TextDecoder().decode(program)) as Readonly<Record<string, unknown>>
    return { isUp: true, version: String(version), health: String(health) }
  } catch {
    return { isUp: false, sentence: 'it is no program of this machine' }
  }
}
