/** The verbs of `ibcf bundle` that need no master: they read, and write nothing. */
import { findBundleFile, partsEnding } from '../app/sync/bundle-files.ts'
import { decrypted } from '../app/sync/age.ts'
import { AppError, exitCodes } from '../kernel/app-error.ts'
import { decodeSegment, verifySegment } from '../log/segment.ts'
import { createPorts } from '../platform/ports.ts'
import { listFiles } from '../store/backup-file.ts'
import { readKey } from '../store/keys.ts'
import { openStore } from '../store/open.ts'
import { bundleEnding, type Manifest, sealedEnding } from '../sync/bundle-format.ts'
import { readBundle } from '../sync/read-bundle.ts'
import type { CommandIo } from './command.ts'
import { pathOption, readOptions, required } from './options.ts'

const readingOptions = { 'identity-file': { type: 'string' }, json: { type: 'boolean' } } as const

/** What it says it is, once every byte of it was under its seal. */
export async function inspectBundle(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = readOptions(args, readingOptions, 1)
  const { open, ports, stale, sizeBytes } = opened(positionals[0], values['identity-file'], io)
  let manifest: Manifest | undefined
  for await (const item of readBundle(open(), ports, { onlySeal: true })) if (item.kind === 'manifest') ({ manifest } = item)
  if (manifest === undefined) throw new AppError('Bug', 'BUNDLE_WITHOUT_MANIFEST', 'A bundle was read to its end without a manifest.')
  if (values.json === true) io.stdout(JSON.stringify({ ok: true, sizeBytes, stale, ...summaryOf(manifest) }))
  else for (const line of inWords(manifest, stale)) io.stdout(line)
  return exitCodes.done
}

/** Unpacks everything. Whose keys are held by the store of --data, or are the sender's own, is checked by signature; of others the chain. */
export async function verifyBundle(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = readOptions(args, { ...readingOptions, data: { type: 'string' } }, 1)
  const { open, ports } = opened(positionals[0], values['identity-file'], io)
  using store =
    values.data === undefined
      ? undefined
      : await openStore({ directory: pathOption(values.data, 'data', io), mode: 'read-only', role: 'master', ports })
  let manifest: Manifest | undefined
  let events = 0
  let unsigned = 0
  let blobs = 0
  const heads = new Map<number, { readonly to: number; readonly head: string }>()
  for await (const item of readBundle(open(), ports)) {
    if (item.kind === 'manifest') ({ manifest } = item)
    else if (item.kind === 'blob') {
      for await (const _ of item.pieces) continue
      blobs++
    } else if (item.kind === 'segment') {
      const decoded = decodeSegment(item.bytes)
      if (!decoded.ok) throw new AppError('Corrupt', decoded.refusal.code, decoded.refusal.sentence, decoded.refusal.facts)
      const { header, log } = decoded.value
      const own = header.keyid === manifest?.from.keyId ? new Uint8Array(Buffer.from(manifest.from.publicKey, 'base64')) : undefined
      const held = store === undefined ? undefined : readKey(store.reader, header.keyid)
      const key = held?.origin === log.origin ? held.publicKey : own
      const before = heads.get(item.run)
      const isFollowing = before === undefined || (before.to === header.from - 1 ? before.head === header.prev : header.from <= before.to)
      if (!isFollowing)
        throw new AppError('Corrupt', 'SEGMENT_CHAIN_BROKEN', 'Two parts of a log in the bundle do not fit together.', { log: header.log })
      heads.set(item.run, { to: header.to, head: header.head })
      events += header.to - header.from + 1
      if (key === undefined) unsigned++
      else {
        const verified = verifySegment(ports.crypto, key, decoded.value)
        if (!verified.ok) throw new AppError('Corrupt', verified.refusal.code, verified.refusal.sentence, verified.refusal.facts)
      }
    }
  }
  const result = { ok: true, bundleId: manifest?.bundleId ?? null, events, blobs, segmentsOfUnknownKeys: unsigned }
  io.stdout(
    values.json === true
      ? JSON.stringify(result)
      : `Whole and as it was sealed: ${events} events, ${blobs} pieces of content.${unsigned === 0 ? '' : ` The keys of ${unsigned} parts of logs are not known here.`}`,
  )
  return exitCodes.done
}

/** By their names alone: nothing is opened. */
export async function listBundles(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = readOptions(args, { json: { type: 'boolean' } }, 1)
  const directory = pathOption(positionals[0], 'directory', io)
  const found = listFiles(directory, '').flatMap(({ name, sizeBytes }) => {
    const whole = name.endsWith(partsEnding) ? name.slice(0, -partsEnding.length) : name
    if (!whole.endsWith(bundleEnding) && !whole.endsWith(sealedEnding)) return []
    return [
      { file: whole, sizeBytes: name === whole ? sizeBytes : null, isSplit: name !== whole, isEncrypted: whole.endsWith(sealedEnding) },
    ]
  })
  if (values.json === true) io.stdout(JSON.stringify({ ok: true, items: found }))
  else
    for (const { file, sizeBytes, isEncrypted } of found)
      io.stdout(`${file}  ${sizeBytes === null ? 'in parts' : `${sizeBytes} bytes`}${isEncrypted ? '  encrypted' : ''}`)
  return exitCodes.done
}

function opened(file: string | undefined, identityFile: string | undefined, io: CommandIo) {
  const ports = createPorts('bundle', 'warn')
  const { read, stale, sizeBytes } = findBundleFile(pathOption(required(file, 'file'), 'file', io), ports)
  const identity = identityFile === undefined ? undefined : async () => identityIn(pathOption(identityFile, 'identity-file', io), ports)
  return { open: () => decrypted(read(), identity), ports, stale, sizeBytes }
}

/** The first line that is not a comment, as age-keygen writes it. */
function identityIn(path: string, { files }: ReturnType<typeof createPorts>): string {
  const bytes = files.read(path)
  if (bytes === undefined) throw new AppError('NotFound', 'FILE_MISSING', `There is no file ${path}.`, { path })
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/)
  return lines.find((line) => line !== '' && !line.startsWith('#')) ?? ''
}

function summaryOf({ bundleId, createdAt, from, to, scope, lanes, since, events, runs, blobs, left }: Manifest) {
  return {
    bundleId,
    createdAt,
    from,
    to,
    scope,
    lanes,
    since,
    events,
    logs: new Set(runs.map(({ log }) => log)).size,
    blobs: blobs.length,
    left,
  }
}

function inWords(manifest: Manifest, stale: readonly string[]): string[] {
  const { bundleId, createdAt, from, to, scope, since, events, logs, blobs, left } = summaryOf(manifest)
  return [
    `${bundleId}, made ${createdAt}`,
    `From ${JSON.stringify(from.name)} (${from.masterId}) for ${to.length === 0 ? 'whoever gets it' : to.map(({ name }) => JSON.stringify(name)).join(', ')}.`,
    `${events} events of ${logs} logs, ${blobs} pieces of content, of ${scope}; ${since === null ? 'everything' : `what came after receipt ${since.n}`}.`,
    ...(left.events + left.blobs === 0 ? [] : [`${left.events} events and ${left.blobs} pieces of content stayed behind.`]),
    ...(stale.length === 0 ? [] : [`Parts of another bundle lie beside it: ${stale.join(', ')}.`]),
    'Every byte of it is as it was sealed. Whose seal that is, the master says that takes it in.',
  ]
}
