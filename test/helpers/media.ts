/** Whether this machine lets a test mount images: a container or a plain user may not. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  const directory = mkdtempSync(join(tmpdir(), 'ibcf-mount-'))
  try {
    const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', directory]).status === 0
    return isMounted && spawnSync('umount', [directory]).status === 0 && spawnSync('mkfs.ext4', ['-V']).status === 0
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
