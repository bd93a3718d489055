/** Real media as far as the machine can mount them: a small ext4 image and a small tmpfs, full and read-only. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createScheduler } from '../../../core/platform/scheduler.ts'
import { runProgram } from '../../../core/platform/program.ts'
import { createVolumes } from '../../../core/platform/volumes.ts'
import { canMount } from '../../helpers/media.ts'

const volumes = createVolumes({ scheduler: createScheduler(), runProgram })
const run = (...command: readonly [string, ...string[]]): void => void execFileSync(command[0], command.slice(1), { stdio: 'ignore' })
const bytes = (count: number): Uint8Array[] => Array.from({ length: count }, () => new Uint8Array(64 * 1024).fill(7))

describe.skipIf(!canMount())('media that are full or locked', () => {
  let directory = ''
  let image = ''
  let small = ''
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'ibcf-media-'))
    image = join(directory, 'ext4')
    small = join(directory, 'small')
    mkdirSync(image)
    mkdirSync(small)
    run('truncate', '-s', '4M', join(directory, 'image'))
    run('mkfs.ext4', '-q', '-L', 'NORTH', join(directory, 'image'))
    run('mount', '-o', 'loop', join(directory, 'image'), image)
    run('mount', '-t', 'tmpfs', '-o', 'size=256k', 'none', small)
  })
  afterAll(() => {
    for (const path of [image, small]) run('umount', path)
    rmSync(directory, { recursive: true, force: true })
  })

  it('[CU1] are told with their file system and room', async () => {
    expect(await volumes.look(image)).toMatchObject({ kind: 'named', fileSystem: 'ext4', isReadOnly: false, largestFileBytes: null })
    expect(await volumes.look(small)).toMatchObject({ fileSystem: 'tmpfs', totalBytes: 256 * 1024 })
  })

  it('[CU2] take a file whole or say that they are full, and leave nothing of it', async () => {
    await volumes.writeAndVerify(small, 'kept', bytes(1))
    await expect(volumes.writeAndVerify(small, 'large', bytes(8))).rejects.toMatchObject({ kind: 'Unavailable', code: 'DISK_FULL' })
    await expect(volumes.writeAndVerify(small, 'kept', bytes(8))).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(readdirSync(small)).toEqual(['kept'])
    expect(readFileSync(join(small, 'kept')).length).toBe(64 * 1024)
    await expect(volumes.writeAndVerify(image, 'large', bytes(80))).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect((await volumes.writeAndVerify(image, 'fits', bytes(8))).sizeBytes).toBe(8 * 64 * 1024)
  })

  it('[CU2] are read-only when they are locked', async () => {
    run('mount', '-o', 'remount,ro', image)
    try {
      expect(await volumes.look(image)).toMatchObject({ isReadOnly: true })
      await expect(volumes.writeAndVerify(image, 'a', bytes(1))).rejects.toMatchObject({ code: 'VOLUME_READ_ONLY' })
    } finally {
      run('mount', '-o', 'remount,rw', image)
    }
  })
})
