/**
 * The disk of a simulated machine. In memory the store outlives the machine's power, and a transaction that was not committed is gone.
 * On real files a crash opens a copy of database and write-ahead log as they lie; a torn one cuts the log at any byte behind the last
 * commit that was synced, with the rest of that sector as it happens to be.
 */
import { join } from 'node:path'
import { identityName } from '../../app/identity.ts'
import { highWaterName } from '../../app/keeping/high-water.ts'
import { restoredMarkName } from '../../app/keeping/incarnation.ts'
import type { Files, Ports } from '../../kernel/ports.ts'
import { imageOf, inMemory, openStore, type Store, type StoreRole } from '../../store/open.ts'
import { createMemoryFiles } from '../memory-files.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { CutMoment } from './power.ts'
import { endOfLastCommit } from './write-ahead-log.ts'

export type DiskImage = {
  readonly database: Uint8Array
  readonly log: Uint8Array | undefined
  readonly beside: ReadonlyMap<string, Uint8Array>
}

export type Disk = {
  readonly files: Files
  /** Where identity and keys lie; another one after each crash on real files. */
  readonly directory: () => string
  readonly open: (ports: Ports) => Promise<Store>
  /** What was opened last. */
  readonly current: () => Store | undefined
  /** For the store that is open: a commit follows that may be cut. */
  readonly note: () => void
  /** The power has gone. */
  readonly cut: (moment: CutMoment, isTorn: boolean) => void
  readonly image: () => DiskImage
  /** `silently`: without the mark that a restore by our program leaves, and with what lies beside the database as it is. */
  readonly putBack: (image: DiskImage, silently: boolean) => void
  readonly close: () => void
}

type DiskParts = { readonly name: string; readonly role: StoreRole; readonly random: SeededRandom }

const kept = [identityName, 'keys.json', highWaterName]
const mark = new TextEncoder().encode('{"v":1}\n')

export function createMemoryDisk({ name, role }: DiskParts): Disk {
  const files = createMemoryFiles()
  let store: Store | undefined
  let next: Uint8Array | undefined
  const close = (): void => {
    store?.[Symbol.dispose]()
    store = undefined
  }
  return {
    files,
    directory: () => name,
    open: async (ports) => {
      store ??= await openStore({ directory: inMemory, mode: 'read-write', role, ports, ...(next === undefined ? {} : { image: next }) })
      return store
    },
    current: () => store,
    note: () => undefined,
    cut: () => undefined,
    image: () => ({
      database: store === undefined ? (next ?? new Uint8Array()) : imageOf(store),
      log: undefined,
      beside: besideOf(files, name),
    }),
    putBack: (image, silently) => {
      close()
      next = image.database
      lay(files, name, image, silently)
    },
    close,
  }
}

export function createFileDisk({ name, role, random }: DiskParts, root: string, files: Files): Disk {
  let store: Store | undefined
  let generation = 0
  let durableBytes = 0
  let databaseBefore: Uint8Array | undefined
  const directory = (): string => join(root, name, String(generation))
  const fileOf = (): string => join(directory(), 'store.sqlite')
  const read = (path: string): Uint8Array => files.read(path) ?? new Uint8Array()

  /** What lies there becomes the content of a new directory; the old one is of the machine that is no more. */
  function moveOn({ database, log, beside }: DiskImage): void {
    const old = directory()
    store?.[Symbol.dispose]()
    store = undefined
    generation++
    files.makeDirectory(directory())
    files.writeAtomic(fileOf(), database)
    if (log !== undefined) files.writeAtomic(`${fileOf()}-wal`, log)
    for (const [path, bytes] of beside) files.writeAtomic(join(directory(), path), bytes, 0o600)
    files.remove(old)
  }

  function asItLies(): DiskImage {
    return { database: read(fileOf()), log: files.read(`${fileOf()}-wal`), beside: besideOf(files, directory()) }
  }

  function tear(image: DiskImage, moment: CutMoment): DiskImage {
    const log = image.log ?? new Uint8Array()
    // Had the log been moved into the file already, it would have been synced before.
    const isMoved = databaseBefore !== undefined && Buffer.compare(databaseBefore, image.database) !== 0
    const least = moment === 'at-commit' && !isMoved ? Math.min(durableBytes, log.length) : endOfLastCommit(log)
    const cutAt = Math.floor(random.between(least, log.length + 1))
    const left = log.slice(0, cutAt)
    for (let at = Math.max(least, cutAt - 512); at < cutAt; at++) if (random.chance(0.02)) left[at] = (left[at] ?? 0) ^ 0x5a
    return { ...image, log: left }
  }

  return {
    files,
    directory,
    open: async (ports) => {
      files.makeDirectory(directory())
      store = await openStore({ directory: directory(), mode: 'read-write', role, ports })
      return store
    },
    current: () => store,
    note: () => {
      durableBytes = endOfLastCommit(read(`${fileOf()}-wal`))
      databaseBefore = read(fileOf())
    },
    cut: (moment, isTorn) => {
      const image = asItLies()
      moveOn(isTorn ? tear(image, moment) : image)
      databaseBefore = undefined
    },
    image: asItLies,
    putBack: (image, silently) => {
      const beside = silently ? besideOf(files, directory()) : image.beside
      moveOn({ ...image, beside })
      if (!silently) files.writeAtomic(join(directory(), restoredMarkName), mark)
    },
    close: () => {
      store?.[Symbol.dispose]()
      store = undefined
    },
  }
}

function besideOf(files: Files, directory: string): ReadonlyMap<string, Uint8Array> {
  return new Map(
    kept.flatMap((name) => {
      const bytes = files.read(join(directory, name))
      return bytes === undefined ? [] : [[name, bytes] as const]
    }),
  )
}

function lay(files: Files, directory: string, image: DiskImage, silently: boolean): void {
  if (silently) return
  for (const [name, bytes] of image.beside) files.writeAtomic(join(directory, name), bytes)
  files.writeAtomic(join(directory, restoredMarkName), mark)
}
