/**
 * Removable volumes on Windows: asked of PowerShell's storage module, which a user may. Starting it takes most of a second, so it is
 * asked only when a drive letter came or went.
 */
import { existsSync } from 'node:fs'
import type { RunProgram, Volume } from '../kernel/ports.ts'
import { largestFileOn } from './volumes-limits.ts'

/** A disk on USB says that it is fixed, like one inside; the bus tells them apart. */
const listScript = [
  '[Console]::OutputEncoding = [Text.Encoding]::UTF8',
  '$found = @(Get-Volume | Where-Object { $_.DriveLetter -and $_.DriveType -eq "Removable" })',
  '$disks = @(Get-Disk -ErrorAction SilentlyContinue | Where-Object { $_.BusType -in "USB","SD","MMC","1394" })',
  '$readOnly = @{}',
  'foreach ($disk in $disks) { foreach ($part in @($disk | Get-Partition -ErrorAction SilentlyContinue | Where-Object { $_.DriveLetter })) {',
  '  $readOnly[[string]$part.DriveLetter] = [bool]($disk.IsReadOnly -or $part.IsReadOnly)',
  '  $found += @($part | Get-Volume -ErrorAction SilentlyContinue) } }',
  'ConvertTo-Json -Compress @($found | Sort-Object DriveLetter -Unique | ForEach-Object { [ordered]@{',
  '  letter = [string]$_.DriveLetter; label = $_.FileSystemLabel; fileSystem = $_.FileSystem',
  '  size = $_.Size; free = $_.SizeRemaining; readOnly = [bool]$readOnly[[string]$_.DriveLetter] } })',
].join('\n')

/** What the script prints. Without a medium in its slot a reader has size 0 and is not told. */
export function parseVolumes(output: string): readonly Volume[] {
  const text = output.replace(/^\uFEFF/, '').trim()
  if (text === '') return []
  const parsed = readJson(text)
  const rows: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed]
  return rows.flatMap((row) => {
    if (row === null || typeof row !== 'object') return []
    const { letter, label, fileSystem, size, free, readOnly } = row as Record<string, unknown>
    if (typeof letter !== 'string' || !/^[A-Z]$/.test(letter) || typeof size !== 'number' || size === 0) return []
    const named = typeof fileSystem === 'string' && fileSystem !== '' ? fileSystem : null
    return [
      {
        path: `${letter}:\\`,
        label: typeof label === 'string' && label !== '' ? label : `${letter}:`,
        kind: 'removable' as const,
        fileSystem: named,
        isReadOnly: readOnly === true,
        totalBytes: size,
        freeBytes: typeof free === 'number' ? free : 0,
        largestFileBytes: largestFileOn(named),
      },
    ]
  })
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // A shell that was ended in the middle tells of no volume; the next look asks again.
    return null
  }
}

/** Cheap: the drive letters in use. A and B are floppy drives, C the system's. */
export function glance(): string {
  return [...'DEFGHIJKLMNOPQRSTUVWXYZ'].filter((letter) => existsSync(`${letter}:\\`)).join('')
}

export async function listRemovable(run: RunProgram): Promise<readonly Volume[]> {
  const told = await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', listScript], 20_000)
  return told.kind === 'ended' && told.status === 0 ? parseVolumes(told.output) : []
}

/** As the menu of the drive in the Explorer does it. The verb tells nobody how it went: gone is done. */
export async function eject(path: string, run: RunProgram): Promise<'done' | 'busy' | 'refused'> {
  const letter = path[0] ?? ''
  if (!/^[A-Z]$/.test(letter)) return 'refused'
  const script = `(New-Object -ComObject Shell.Application).Namespace(17).ParseName("${letter}:").InvokeVerb("Eject"); for ($i = 0; $i -lt 40 -and (Test-Path "${letter}:\\"); $i++) { Start-Sleep -Milliseconds 250 }; if (Test-Path "${letter}:\\") { exit 3 }`
  const told = await run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script], 30_000)
  if (told.kind === 'ended' && told.status === 0) return 'done'
  return told.kind === 'ended' && told.status === 3 ? 'busy' : 'refused'
}
