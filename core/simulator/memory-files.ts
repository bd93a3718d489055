/** Files that live as long as the process: what a simulated machine keeps beside its store. */
import type { Files } from '../kernel/ports.ts'

export function createMemoryFiles(): Files {
  const kept = new Map<string, Uint8Array>()
  return {
    read: (path) => kept.get(path)?.slice(),
    writeAtomic: (path, bytes) => void kept.set(path, bytes.slice()),
    makeDirectory: () => undefined,
    remove: (path) => {
      for (const name of kept.keys()) if (name === path || name.startsWith(`${path}/`)) kept.delete(name)
    },
    list: (path) => [...kept.keys()].filter((name) => name.startsWith(`${path}/`)).map((name) => name.slice(path.length + 1)),
  }
}
