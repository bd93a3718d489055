/** Removable volumes of this machine, whichever system it runs: see the three files beside it for how each is asked. */
import { statfsSync, statSync } from 'node:fs'
import { basename, resolve, sep } from 'node:path'
import { AppError } from '../kernel/app-error.ts'
import type { RunProgram, Scheduler, Volume, Volumes } from '../kernel/ports.ts'
import { largestFileOn } from './volumes-limits.ts'
import * as linux from './volumes-linux.ts'
import * as mac from './volumes-mac.ts'
import * as windows from './volumes-windows.ts'
import { writeAndVerify } from './volumes-write.ts'

/** Somebody who plugs a stick in looks up at the screen about then. */
const lookEveryMs = 2000

type Parts = { readonly scheduler: Scheduler; readonly runProgram: RunProgram; readonly platform?: NodeJS.Platform }

export function createVolumes({ scheduler, runProgram, platform = process.platform }: Parts): Volumes {
  const list = async (): Promise<readonly Volume[]> => (await listOn(platform, runProgram)).toSorted((a, b) => (a.path < b.path ? -1 : 1))
  return {
    list,
    look: async (directory) => {
      const path = resolve(directory)
      requireDirectory(path)
      const removable = (await list()).find((volume) => volume.path === path)
      return removable ?? namedVolume(path, platform)
    },
    watch: (changed) => watchGlance(() => glanceOn(platform), scheduler, changed),
    freeBytes: (directory) => {
      requireDirectory(directory)
      const { bavail, bsize } = statfsSync(directory)
      return bavail * bsize
    },
    writeAndVerify,
    eject: async (path) => {
      const volume = (await list()).find((candidate) => candidate.path === resolve(path))
      if (volume === undefined) {
        requireDirectory(path)
        throw new AppError('Rejected', 'VOLUME_NOT_EJECTABLE', 'This is a directory of the machine: there is nothing to take out.', {
          path,
        })
      }
      const outcome = await ejectOn(platform, volume.path, runProgram)
      if (outcome === 'busy')
        throw new AppError('Rejected', 'VOLUME_BUSY', 'Something still uses it. Close what has files of it open, and try again.', { path })
      if (outcome === 'refused')
        throw new AppError('Rejected', 'VOLUME_NOT_EJECTABLE', 'The system did not let go of it. Eject it where it is shown there.', {
          path,
        })
    },
  }
}

async function listOn(platform: NodeJS.Platform, runProgram: RunProgram): Promise<readonly Volume[]> {
  if (platform === 'darwin') return mac.listRemovable(runProgram)
  if (platform === 'win32') return windows.listRemovable(runProgram)
  if (platform !== 'linux') return []
  return linux.listRemovable().flatMap((mount) => {
    try {
      return [{ ...sizesOf(mount.path), ...ofMount(mount), label: linux.labelOf(mount), kind: 'removable' as const, path: mount.path }]
    } catch {
      // It went between the two questions.
      return []
    }
  })
}

/** A text that changes when there may be something new to list; cheap enough to be asked all day. */
function glanceOn(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return mac.glance()
  if (platform === 'win32') return windows.glance()
  if (platform !== 'linux') return ''
  return linux
    .listRemovable()
    .map(({ path, device, isReadOnly }) => `${path} ${device} ${isReadOnly}`)
    .join('\n')
}

async function ejectOn(platform: NodeJS.Platform, path: string, runProgram: RunProgram): Promise<'done' | 'busy' | 'refused'> {
  if (platform === 'darwin') return mac.eject(path, runProgram)
  if (platform === 'win32') return windows.eject(path, runProgram)
  const mount = linux.listRemovable().find((candidate) => candidate.path === path)
  return mount === undefined ? 'refused' : linux.eject(mount, runProgram)
}

function namedVolume(path: string, platform: NodeJS.Platform): Volume {
  const base = { path, label: basename(path) || path, kind: 'named' as const, ...sizesOf(path) }
  const mount = platform === 'linux' ? mountHolding(path) : undefined
  return mount === undefined ? { ...base, fileSystem: null, isReadOnly: false, largestFileBytes: null } : { ...base, ...ofMount(mount) }
}

function ofMount({ fileSystem, isReadOnly }: linux.Mount): Pick<Volume, 'fileSystem' | 'isReadOnly' | 'largestFileBytes'> {
  return { fileSystem, isReadOnly, largestFileBytes: largestFileOn(fileSystem) }
}

function mountHolding(path: string): linux.Mount | undefined {
  return linux
    .listMounts()
    .filter((mount) => path === mount.path || path.startsWith(mount.path.endsWith(sep) ? mount.path : `${mount.path}${sep}`))
    .toSorted((a, b) => b.path.length - a.path.length)[0]
}

function sizesOf(path: string): Pick<Volume, 'totalBytes' | 'freeBytes'> {
  const { blocks, bavail, bsize } = statfsSync(path)
  return { totalBytes: blocks * bsize, freeBytes: bavail * bsize }
}

function requireDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return
  throw new AppError('NotFound', 'VOLUME_MISSING', `There is no such directory: ${path}. If it is a stick, plug it in again.`, { path })
}

function watchGlance(glance: () => string, scheduler: Scheduler, changed: () => void): () => void {
  let last = glance()
  let cancel = scheduler.after(lookEveryMs, look)
  function look(): void {
    cancel = scheduler.after(lookEveryMs, look)
    const now = glance()
    if (now === last) return
    last = now
    changed()
  }
  return () => cancel()
}
