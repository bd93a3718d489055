/**
 * Removable volumes on Linux: what the kernel says is mounted (/proc/self/mountinfo), and which of the devices can be taken out
 * (/sys/dev/block). Neither needs rights, and both cost about a millisecond; nothing tells of a mount to whoever watches a file.
 */
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { RunProgram } from '../kernel/ports.ts'

export type Mount = {
  /** `major:minor`. */
  readonly device: string
  readonly path: string
  readonly fileSystem: string
  /** The device file, or whatever the file system calls it. */
  readonly source: string
  readonly isReadOnly: boolean
}

/** The lines of /proc/self/mountinfo (proc(5)); what does not read as one is left out. A path mounted twice is told once, as it is now. */
export function parseMountInfo(text: string): readonly Mount[] {
  const mounts = new Map<string, Mount>()
  for (const line of text.split('\n')) {
    const [before = '', after] = line.split(' - ')
    const [, , device, , path, options] = before.split(' ')
    const [fileSystem, source, superOptions] = after?.split(' ') ?? []
    if (device === undefined || path === undefined || options === undefined || fileSystem === undefined || source === undefined) continue
    const isReadOnly = isAmong(options, 'ro') || isAmong(superOptions ?? '', 'ro')
    const mount = { device, path: unescapeOctal(path), fileSystem, source: unescapeOctal(source), isReadOnly }
    // The later mount hides the earlier.
    mounts.delete(mount.path)
    mounts.set(mount.path, mount)
  }
  return [...mounts.values()]
}

/** File systems on a device that is plugged in by hand: everything else (proc, cgroup, overlay, network) has no block device. */
export function isOnDevice({ source, device }: Mount): boolean {
  return source.startsWith('/dev/') && !device.startsWith('0:')
}

/**
 * By where the device hangs, and by what it says of itself. A USB disk says that it is not removable (its medium is not), a card reader
 * that it is; both are carried.
 */
export function isRemovableDevice(devicePath: string, removableFlag: string): boolean {
  return removableFlag.trim() === '1' || /\/usb\d|\/mmc_host\/|\/firewire|\/ieee1394/.test(devicePath)
}

export function listMounts(): readonly Mount[] {
  return parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8'))
}

export function listRemovable(): readonly Mount[] {
  return listMounts().filter((mount) => isOnDevice(mount) && isRemovable(mount))
}

/** The label as udev made a link of it; the last part of the mount point where there is none. */
export function labelOf({ source, path }: Mount): string {
  const directory = '/dev/disk/by-label'
  try {
    for (const name of readdirSync(directory))
      if (basename(readlinkSync(join(directory, name))) === basename(source)) return unescapeHex(name)
  } catch {
    // No udev, no labels: a stick is then called by where it is mounted.
  }
  return basename(path)
}

/** By udisks, which needs no rights for what its user plugged in; by umount where there is none. */
export async function eject({ source, path }: Mount, run: RunProgram): Promise<'done' | 'busy' | 'refused'> {
  const unmounted = await run('udisksctl', ['unmount', '--no-user-interaction', '-b', source], 30_000)
  if (unmounted.kind === 'ended' && unmounted.status === 0) {
    // Spinning it down is a courtesy; unmounted is what counts.
    await run('udisksctl', ['power-off', '--no-user-interaction', '-b', source], 15_000)
    return 'done'
  }
  const plain = await run('umount', [path], 30_000)
  if (plain.kind === 'ended' && plain.status === 0) return 'done'
  // umount(8): 32 is that the mount was refused, which for a path that is mounted means in use or not ours.
  return plain.kind === 'ended' && plain.status === 32 ? 'busy' : 'refused'
}

function isRemovable({ device }: Mount): boolean {
  try {
    const path = realpathSync(join('/sys/dev/block', device))
    return isRemovableDevice(path, flagOf(path))
  } catch {
    return false
  }
}

/** The flag is of the whole disk; a partition lies below it. */
function flagOf(path: string): string {
  for (const at of [path, dirname(path)]) {
    try {
      return readFileSync(join(at, 'removable'), 'utf8')
    } catch {
      continue
    }
  }
  return '0'
}

function isAmong(options: string, option: string): boolean {
  return options.split(',').includes(option)
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}

/** udev writes what a path cannot hold as `\x20`. */
function unescapeHex(text: string): string {
  return text.replace(/\\x([0-9a-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}
