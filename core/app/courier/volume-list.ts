/** Volumes with the bundles on them, by their names alone: nothing is opened because a stick was put in ([CU1]). */
import { join } from 'node:path'
import type { VolumeView } from '../../contract/courier.ts'
import { AppError } from '../../kernel/app-error.ts'
import type { Files, Volume, Volumes } from '../../kernel/ports.ts'
import { fileStanding } from '../../store/backup-file.ts'

/** Directories that a person named count as volumes: a share, or what another program copies onto a stick. */
export type VolumeList = {
  readonly list: () => Promise<readonly VolumeView[]>
  /** Throws NotFound `VOLUME_MISSING`. */
  readonly name: (directory: string) => Promise<VolumeView>
  readonly forget: (directory: string) => void
  /** Throws as the port does. */
  readonly eject: (directory: string) => Promise<void>
}

const namedAtMost = 20
const shownAtMost = 200
/** As the airlock writes it for the way back. */
const receiptName = /^receipt-[0-9A-HJKMNP-TV-Z]{26}\.dsse\.json$/
/** `name.ibcf`, `name.ibcf.age`, and the parts of either. */
const bundleName = /^(.+?\.ibcf(\.age)?)(\.[0-9A-Z]{8}\.[0-9]{3,})?$/

/** `file`: where named directories are remembered; absent for what keeps nothing. `masterId`: whose own receipts are not told of. */
export function createVolumeList(volumes: Volumes, files: Files, file: string | undefined, masterId: string): VolumeList {
  let named: readonly string[] = file === undefined ? [] : readNamed(files, file)

  function remember(directories: readonly string[]): void {
    named = directories.slice(0, namedAtMost)
    if (file !== undefined) files.writeAtomic(file, new TextEncoder().encode(JSON.stringify({ v: 1, directories: named })))
  }

  return {
    list: async () => {
      const found = await volumes.list()
      const others = await Promise.all(
        named.filter((path) => !found.some((volume) => volume.path === path)).map((path) => volumes.look(path).catch(() => undefined)),
      )
      return [...found, ...others.flatMap((volume) => volume ?? [])].map((volume) => viewOf(volume, files, masterId))
    },
    name: async (directory) => {
      const volume = await volumes.look(directory)
      if (volume.kind === 'named') remember([volume.path, ...named.filter((path) => path !== volume.path)])
      return viewOf(volume, files, masterId)
    },
    forget: (directory) => remember(named.filter((path) => path !== directory)),
    eject: (directory) => volumes.eject(directory),
  }
}

function viewOf(volume: Volume, files: Files, masterId: string): VolumeView {
  const bundles = new Map<string, VolumeView['bundles'][number]>()
  for (const name of namesOn(volume.path, files)) {
    const match = bundleName.exec(name)
    const [, whole, encrypted] = match ?? []
    if (whole === undefined) continue
    const { sizeBytes, modifiedAt } = fileStanding(join(volume.path, name))
    const known = bundles.get(whole)
    bundles.set(whole, {
      file: join(volume.path, whole),
      name: whole,
      parts: (known?.parts ?? 0) + 1,
      sizeBytes: (known?.sizeBytes ?? 0) + sizeBytes,
      isEncrypted: encrypted !== undefined,
      modifiedAt: known?.modifiedAt ?? new Date(modifiedAt).toISOString(),
    })
  }
  const listed = [...bundles.values()].toSorted((a, b) => (a.modifiedAt < b.modifiedAt ? 1 : -1)).slice(0, shownAtMost)
  const receipts = namesOn(volume.path, files).filter((name) => receiptName.test(name) && !name.includes(masterId))
  return { ...volume, bundles: listed, receipts: receipts.slice(0, shownAtMost).map((name) => ({ file: join(volume.path, name), name })) }
}

function namesOn(path: string, files: Files): readonly string[] {
  try {
    return [...files.list(path)].sort()
  } catch (error) {
    // It went between the two looks.
    if (error instanceof AppError) return []
    throw error
  }
}

function readNamed(files: Files, file: string): readonly string[] {
  const bytes = files.read(file)
  if (bytes === undefined) return []
  try {
    const { directories } = JSON.parse(new TextDecoder().decode(bytes)) as { readonly directories?: unknown }
    return Array.isArray(directories) ? directories.filter((path): path is string => typeof path === 'string') : []
  } catch {
    // Only what was named is lost by it, and a person names it again.
    return []
  }
}
