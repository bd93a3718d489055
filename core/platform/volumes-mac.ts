/** Removable volumes on macOS: what is mounted under /Volumes, each asked about with diskutil, which needs no rights. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RunProgram, Volume } from '../kernel/ports.ts'
import { largestFileOn } from './volumes-limits.ts'

const directory = '/Volumes'
const diskutil = '/usr/sbin/diskutil'

/** The first level of a property list in XML: texts, whole numbers, truth. What is nested is passed over. */
export function parsePropertyList(xml: string): Readonly<Record<string, string | number | boolean>> {
  const values: Record<string, string | number | boolean> = {}
  for (const [, key, rest] of xml.matchAll(
    /<key>([^<]*)<\/key>\s*(<true\/>|<false\/>|<integer>[^<]*<\/integer>|<string>[^<]*<\/string>)/g,
  )) {
    if (key === undefined || rest === undefined || key in values) continue
    if (rest === '<true/>' || rest === '<false/>') values[key] = rest === '<true/>'
    else if (rest.startsWith('<integer>')) values[key] = Number(rest.slice(9, -10))
    else values[key] = unescapeXml(rest.slice(8, -9))
  }
  return values
}

/** What `diskutil info -plist` says of one; undefined when it cannot be taken out. */
export function volumeOf(xml: string): Volume | undefined {
  const facts = parsePropertyList(xml)
  const text = (key: string): string | undefined => (typeof facts[key] === 'string' ? facts[key] : undefined)
  const size = (...keys: readonly string[]): number => {
    for (const key of keys) if (typeof facts[key] === 'number') return facts[key]
    return 0
  }
  const path = text('MountPoint')
  const isRemovable = facts['RemovableMediaOrExternalDevice'] === true || facts['RemovableMedia'] === true || facts['Internal'] === false
  // A disk image is opened by somebody, not plugged in.
  if (path === undefined || path === '' || !isRemovable || text('BusProtocol') === 'Disk Image') return undefined
  const fileSystem = text('FilesystemType') ?? null
  return {
    path,
    label: text('VolumeName') ?? path,
    kind: 'removable',
    fileSystem,
    isReadOnly: facts['WritableVolume'] === false || facts['Writable'] === false,
    totalBytes: size('VolumeSize', 'TotalSize', 'Size'),
    freeBytes: size('APFSContainerFree', 'FreeSpace'),
    largestFileBytes: largestFileOn(fileSystem),
  }
}

/** Cheap: what it gives changes whenever something is mounted or goes. */
export function glance(): string {
  try {
    return readdirSync(directory).join('\n')
  } catch {
    return ''
  }
}

export async function listRemovable(run: RunProgram): Promise<readonly Volume[]> {
  const volumes: Volume[] = []
  for (const name of glance().split('\n')) {
    if (name === '') continue
    const told = await run(diskutil, ['info', '-plist', join(directory, name)], 10_000)
    const volume = told.kind === 'ended' && told.status === 0 ? volumeOf(told.output) : undefined
    if (volume !== undefined) volumes.push(volume)
  }
  return volumes
}

export async function eject(path: string, run: RunProgram): Promise<'done' | 'busy' | 'refused'> {
  const told = await run(diskutil, ['eject', path], 60_000)
  if (told.kind === 'ended' && told.status === 0) return 'done'
  return told.kind === 'ended' && /in use|dissented/i.test(told.output) ? 'busy' : 'refused'
}

function unescapeXml(text: string): string {
  const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => named[name] ?? '')
}
