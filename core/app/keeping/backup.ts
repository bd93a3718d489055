/**
 * Makes a backup while the master runs: one moment of its store, proven before it is packed and read back after it was written
 * ([MA14]). The master that runs is not asked; its store is read like anybody could.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../kernel/app-error.ts'
import { toHex } from '../../kernel/hex.ts'
import type { Ports } from '../../kernel/ports.ts'
import { cancelled, copyStore, storeName } from '../../store/backup-copy.ts'
import { archiveEnding } from '../../store/archive-file.ts'
import {
  createFile,
  createWorkingDirectory,
  fileSize,
  linkDirectory,
  listFiles,
  readChunks,
  requireFreeBytes,
  writeDigest,
} from '../../store/backup-file.ts'
import { openStore } from '../../store/open.ts'
import { verifyStore } from '../../store/verify-store.ts'
import { heldFingerprint } from '../held/fingerprint.ts'
import { identityName } from '../identity.ts'
import { archiveName, type BackupHead, type BackupManifest, backupVersion, pieceBytes, readmeOf } from './backup-format.ts'
import { readBackup } from './backup-reader.ts'
import { followProgress, type Progress } from './progress.ts'
import { encrypterOf, type Sealing, sealed } from './seal.ts'
import { type Member, tarEnd, tarMember } from './tar.ts'

export type BackupOptions = {
  readonly directory: string
  /** Must not exist. */
  readonly file: string
  readonly sealing: Sealing
  readonly programVersion: string
  readonly onProgress?: (progress: Progress) => void
  readonly signal?: AbortSignal | undefined
}

export type MadeBackup = {
  readonly file: string
  readonly createdAt: string
  readonly sizeBytes: number
  readonly sha256: string
  readonly masterId: string
  readonly schemaVersion: number
  readonly events: number
  readonly fingerprint: string
  readonly encryption: Sealing['kind']
  readonly keys: BackupHead['keys']
  readonly tookMs: number
}

type BackupPorts = Pick<Ports, 'clock' | 'crypto' | 'compression' | 'files' | 'scheduler' | 'diagnostics'>

/** Room for what is small beside the store. */
const spareBytes = 16 * 1024 * 1024

/**
 * Throws NotFound `STORE_MISSING`, Conflict `FILE_EXISTS`, Invalid `RECIPIENT_MALFORMED`, Rejected `BACKUP_OF_NODE`, Unavailable
 * `DISK_SPACE_SHORT`, `DISK_FULL`, `CANCELLED`, Corrupt `BACKUP_SOURCE_DAMAGED`; nothing is left of it then.
 */
export async function makeBackup(options: BackupOptions, ports: BackupPorts): Promise<MadeBackup> {
  const { directory, file, sealing, signal } = options
  const began = ports.clock.monotonic()
  const progress = followProgress(ports.clock, options.onProgress)
  if (sealing.kind !== 'none') encrypterOf(sealing)
  const { masterId } = readIdentity(directory, ports)
  const sourceBytes = fileSize(join(directory, storeName)) + fileSize(join(directory, `${storeName}-wal`))
  const archiveDirectory = join(directory, archiveName)
  using output = createFile(file, ports.crypto)
  // The copy, and at worst a backup as large as it: what does not compress.
  requireFreeBytes(file, 2 * sourceBytes + bytesOf(listFiles(archiveDirectory, archiveEnding)) + spareBytes)
  using working = createWorkingDirectory(file)
  const copied = await copyStore(directory, working.path, { signal, onProgress: (done, total) => progress('copying', done, total) })
  // What the copy says is sealed was sealed before the copy was made, and an archive never changes: they can be read where they are.
  linkDirectory(archiveDirectory, join(working.path, archiveName))
  const archives = listFiles(archiveDirectory, archiveEnding)
  const proven = await proveCopy(working.path, ports, (done, total) => {
    if (signal?.aborted === true) throw cancelled()
    progress('verifying', done, total)
  })
  const others = otherMembers(directory, sealing, ports)
  const head: BackupHead = {
    format: 'ibcf-backup',
    v: backupVersion,
    schemaVersion: copied.schemaVersion,
    programVersion: options.programVersion,
    createdAt: new Date(ports.clock.now()).toISOString(),
    masterId,
    storeBytes: fileSize(join(working.path, storeName)),
    archives: [...archives],
    keys: others.keys,
  }
  const packed = pack({ head, proven, directory: working.path, others: others.members, signal, ports, progress })
  for await (const chunk of sealed(packed, sealing)) output.write(chunk)
  const { sha256, sizeBytes } = output.finish()
  writeDigest(file, sha256)
  await checkBack(options, ports, (done) => progress('checking', done, sizeBytes))
  return {
    file,
    createdAt: head.createdAt,
    sizeBytes,
    sha256,
    masterId,
    schemaVersion: copied.schemaVersion,
    events: proven.events,
    fingerprint: proven.fingerprint,
    encryption: sealing.kind,
    keys: others.keys,
    tookMs: Math.round(ports.clock.monotonic() - began),
  }
}

type Proven = Pick<BackupManifest, 'events' | 'logs' | 'blobs' | 'fingerprint'>

/** A backup of what is damaged would look like a way back and be none. */
async function proveCopy(directory: string, ports: BackupPorts, onProgress: (done: number, total: number) => void): Promise<Proven> {
  using copy = await openStore({ directory, mode: 'read-only', role: 'master', ports })
  if (copy.reader.get<{ value: string }>("SELECT value FROM store_facts WHERE name = 'role'")?.value !== 'master') {
    throw new AppError(
      'Rejected',
      'BACKUP_OF_NODE',
      'This is the store of a node: its master holds what it reported, and it begins a new life by itself.',
    )
  }
  const { ok, events, logs, blobs, findings } = await verifyStore(copy.reader, ports, { onProgress })
  if (!ok) {
    throw new AppError(
      'Corrupt',
      'BACKUP_SOURCE_DAMAGED',
      `The store does not prove itself, so no backup is made of it: ${findings[0]?.sentence ?? 'something is wrong'} ibcf verify says more.`,
      { findings: findings.length, first: findings[0]?.code ?? null },
    )
  }
  return { events, logs, blobs, fingerprint: heldFingerprint(copy.reader, ports.crypto).words.join(' ') }
}

type Packing = {
  readonly head: BackupHead
  readonly proven: Proven
  /** Where the copy is. */
  readonly directory: string
  readonly others: readonly Member[]
  readonly signal: AbortSignal | undefined
  readonly ports: BackupPorts
  readonly progress: ReturnType<typeof followProgress>
}

async function* pack({ head, proven, directory, others, signal, ports, progress }: Packing): AsyncGenerator<Uint8Array, void> {
  const modifiedAt = Date.parse(head.createdAt)
  const members: { name: string; sizeBytes: number; sha256: string }[] = []
  const add = (member: Member): Uint8Array => {
    members.push({ name: member.name, sizeBytes: member.bytes.length, sha256: toHex(ports.crypto.sha256(member.bytes)) })
    return tarMember(member, modifiedAt)
  }
  yield add({ name: 'README.txt', bytes: new TextEncoder().encode(readmeOf(head)) })
  yield add(jsonMember('backup.json', head))
  const storeHasher = ports.crypto.hasher()
  const total = head.storeBytes + bytesOf(head.archives)
  let done = 0
  const goOn = async (piece: Uint8Array): Promise<void> => {
    if (signal?.aborted === true) throw cancelled()
    done += piece.length
    progress('packing', done, total)
    await ports.scheduler.yield()
  }
  for (const { piece, number } of piecesOf(join(directory, storeName))) {
    storeHasher.update(piece)
    yield add({ name: `store/${number}.zst`, bytes: ports.compression.zstd(piece) })
    await goOn(piece)
  }
  for (const [index, { name }] of head.archives.entries()) {
    for (const { piece, number } of piecesOf(join(directory, archiveName, name))) {
      yield add({ name: `archive/${sixDigits(index + 1)}/${number}`, bytes: piece })
      await goOn(piece)
    }
  }
  for (const member of others) yield add(member)
  const manifest: BackupManifest = { head, ...proven, storeSha256: toHex(storeHasher.digest()), members }
  const last = jsonMember('manifest.json', manifest)
  yield tarMember(last, modifiedAt)
  yield tarMember({ name: 'manifest.sha256', bytes: new TextEncoder().encode(`${toHex(ports.crypto.sha256(last.bytes))}\n`) }, modifiedAt)
  yield tarEnd
}

function otherMembers(directory: string, sealing: Sealing, { files }: BackupPorts) {
  const read = (name: string): readonly Member[] => {
    const bytes = files.read(join(directory, name))
    return bytes === undefined ? [] : [{ name, bytes }]
  }
  const [keys] = read('keys.json')
  const isSealed = keys !== undefined && protectionOf(keys.bytes) !== 'file-permissions'
  const isIn = keys !== undefined && (isSealed || sealing.kind !== 'none')
  const standing: BackupHead['keys'] = !isIn ? 'left-out' : isSealed ? 'sealed' : 'unsealed'
  return { members: [...read(identityName), ...read('settings.json'), ...(isIn ? [keys] : [])], keys: standing }
}

function protectionOf(keys: Uint8Array): string {
  const file = z.object({ protection: z.string() }).safeParse(JSON.parse(new TextDecoder().decode(keys)))
  return file.success ? file.data.protection : 'file-permissions'
}

/** What can be read back by whoever made it is read to its last digest; what only its recipient can open was compared byte by byte. */
async function checkBack({ file, sealing }: BackupOptions, ports: BackupPorts, onProgress: (done: number) => void): Promise<void> {
  if (sealing.kind === 'recipient') return
  const opening = sealing.kind === 'none' ? ({ kind: 'nothing' } as const) : sealing
  for await (const part of readBackup(file, opening, ports, onProgress))
    if (part.kind === 'store' || part.kind === 'archive') await ports.scheduler.yield()
}

function readIdentity(directory: string, { files }: BackupPorts): { readonly masterId: string } {
  const bytes = files.read(join(directory, identityName))
  if (bytes === undefined) throw new AppError('NotFound', 'STORE_MISSING', `There is no master in ${directory}.`, { directory })
  return z.object({ masterId: z.string() }).parse(JSON.parse(new TextDecoder().decode(bytes)))
}

function jsonMember(name: string, value: unknown): Member {
  return { name, bytes: new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`) }
}

type Piece = { readonly piece: Uint8Array; readonly number: string }

function* piecesOf(file: string): Generator<Piece, void> {
  let number = 0
  let piece = new Uint8Array(pieceBytes)
  let filled = 0
  for (const chunk of readChunks(file)) {
    for (let at = 0; at < chunk.length; ) {
      const taken = chunk.subarray(at, at + pieceBytes - filled)
      piece.set(taken, filled)
      filled += taken.length
      at += taken.length
      if (filled < pieceBytes) continue
      yield { piece, number: sixDigits(++number) }
      piece = new Uint8Array(pieceBytes)
      filled = 0
    }
  }
  if (filled > 0) yield { piece: piece.subarray(0, filled), number: sixDigits(++number) }
}

function sixDigits(number: number): string {
  return String(number).padStart(6, '0')
}

function bytesOf(files: readonly { readonly sizeBytes: number }[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}
