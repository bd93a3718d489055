/**
 * What projections know of a subject, read from a connection that another one writes beside. What was read is remembered until the
 * writer has committed anything, so that one answer that asks for the same domain a thousand times reads it once.
 */
import type { ProjectionEngine } from '../projecting/engine.ts'
import { readState } from '../projecting/read-states.ts'
import type { LiveReader } from '../../store/live-reader.ts'

type Known = ReturnType<ProjectionEngine['read']>

const rememberedStates = 20_000

export function createStateReader({ version }: Pick<LiveReader, 'version'>): Pick<ProjectionEngine, 'read'> {
  const remembered = new Map<string, Known>()
  let seen = Number.NaN
  return {
    read: (reader, projection, subject) => {
      const now = version()
      if (now !== seen || remembered.size >= rememberedStates) remembered.clear()
      seen = now
      const name = `${projection}/${subject}`
      if (remembered.has(name)) return remembered.get(name)
      const known = readState(reader, projection, subject)
      remembered.set(name, known)
      return known
    },
  }
}
