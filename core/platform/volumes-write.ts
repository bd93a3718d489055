/** A file on something that may be pulled out, be full or lie: there whole and read back, or not at all. */
import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../kernel/app-error.ts'
import type { Volumes } from '../kernel/ports.ts'

const chunkBytes = 1024 * 1024

export const writeAndVerify: Volumes['writeAndVerify'] = async (directory, name, chunks, { signal, largestFileBytes = null } = {}) => {
  const path = join(directory, name)
  if (dirname(path) !== join(directory)) throw new AppError('Invalid', 'FILE_NAME', 'A name on a volume has no path in it.', { name })
  const beside = `${path}.part`
  let file: number | undefined = told(directory, () => openSync(beside, 'w'))
  try {
    const hash = createHash('sha256')
    let sizeBytes = 0
    for await (const chunk of chunks) {
      if (signal?.aborted === true) throw new AppError('Unavailable', 'CANCELLED', 'It was cancelled.')
      sizeBytes += chunk.length
      if (largestFileBytes !== null && sizeBytes > largestFileBytes)
        throw new AppError('Unavailable', 'FILE_TOO_LARGE', 'The volume cannot hold a file that large: split it.', { largestFileBytes })
      const written = file
      told(directory, () => {
        for (let at = 0; at < chunk.length; ) at += writeSync(written, chunk, at)
      })
      hash.update(chunk)
    }
    const written = file
    told(directory, () => fsyncSync(written))
    told(directory, () => closeSync(written))
    file = undefined
    const sha256 = hash.digest('hex')
    if ((await digestOf(beside)) !== sha256)
      throw new AppError('Corrupt', 'FILE_NOT_AS_WRITTEN', 'The volume gave back other bytes than it was given; use another one.', { path })
    told(directory, () => renameSync(beside, path))
    syncDirectory(directory)
    return { path, sizeBytes, sha256 }
  } catch (error) {
    if (file !== undefined) closeQuietly(file)
    removeQuietly(beside)
    throw error
  }
}

/** Piece by piece: whoever serves beside it is not to wait for a slow stick. */
async function digestOf(path: string): Promise<string> {
  const file = await open(path, 'r').catch((cause: unknown) => told(path, () => thrown(cause)))
  try {
    const hash = createHash('sha256')
    const chunk = new Uint8Array(chunkBytes)
    for (;;) {
      const { bytesRead } = await file.read(chunk).catch((cause: unknown) => told(path, () => thrown(cause)))
      if (bytesRead === 0) return hash.digest('hex')
      hash.update(chunk.subarray(0, bytesRead))
    }
  } finally {
    await file.close().catch(() => undefined)
  }
}

function thrown(cause: unknown): never {
  throw cause
}

/** Windows has no such call and needs none. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return
  told(path, () => {
    const directory = openSync(path, 'r')
    fsyncSync(directory)
    closeSync(directory)
  })
}

/** What is thrown before it matters more than that the volume does not let go of the rest. */
function closeQuietly(file: number): void {
  try {
    closeSync(file)
  } catch {
    return
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    return
  }
}

function told<Value>(path: string, act: () => Value): Value {
  try {
    return act()
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
    if (reason === undefined) throw cause
    throw troubleOf(path, reason, cause)
  }
}

function troubleOf(path: string, reason: string, cause: unknown): AppError {
  switch (reason) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new AppError('Unavailable', 'DISK_FULL', `There is no room left: ${path}.`, { path }, cause)
    case 'EFBIG':
      return new AppError('Unavailable', 'FILE_TOO_LARGE', 'The volume cannot hold a file that large: split it.', { path }, cause)
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return new AppError('Unavailable', 'VOLUME_READ_ONLY', `Nothing can be written there: ${path}.`, { path, reason }, cause)
    default:
      // Whatever else goes wrong on a stick in the midst of it, it is not what it was: ENOENT, EIO, ENODEV, ENXIO.
      return new AppError(
        'Unavailable',
        'VOLUME_GONE',
        `It is not there any more, or does not answer: ${path} (${reason}).`,
        { path, reason },
        cause,
      )
  }
}
