/** What answers the procedures of contract/procedures/sync.ts. */
import type { z } from 'zod'
import type { cardView, exportedView, exportRequest, importedView, importRequest, peerView, receiptView } from '../../../contract/sync.ts'
import type { Envelope } from '../../../fleet/authority/events.ts'
import { AppError } from '../../../kernel/app-error.ts'
import { fromBase64 } from '../../../kernel/hex.ts'
import { keyWordsOf } from '../../../log/fingerprint.ts'
import { openStore } from '../../../store/open.ts'
import { cardLimits, cardPayloadType, cardSchema } from '../../../sync/card.ts'
import { parseEnvelope, readPayload } from '../../../sync/envelope.ts'
import { receiptLimits, receiptPayloadType, receiptSchema } from '../../../sync/receipt.ts'
import { requireOperator } from '../../acts/act.ts'
import type { Peer } from '../../sync/tables.ts'
import { act, actorOf, os, type MasterContext } from './implementing.ts'

/** What encrypts and packs is loaded when it is asked for: few starts need it. */
const loadAge = async () => import('../../sync/age.ts')
const loadExport = async () => import('../../sync/export-bundle.ts')
const loadImport = async () => import('../../sync/import-bundle.ts')
const loadFiles = async () => import('../../sync/bundle-files.ts')
const loadTables = async () => import('../../sync/tables.ts')

export const syncHandlers = {
  card: os.sync.card.handler(({ context }) => cardOf(context)),
  peers: os.sync.peers.handler(async ({ context }) => {
    const { listPeers } = await loadTables()
    const { master } = context.served
    const peers = master.moment(() => listPeers(master.model.reader))
    return { items: await Promise.all(peers.map((peer) => peerOf(context, peer))) }
  }),
  acceptPeer: os.sync.acceptPeer.handler(async ({ input, context }) => {
    const { readPeer } = await loadTables()
    const { masterId } = await act(context, 'peer.accept', input)
    const { master } = context.served
    const peer = master.moment(() => readPeer(master.model.reader, masterId))
    if (peer === undefined) throw new AppError('Bug', 'PEER_NOT_KEPT', 'A card that was accepted is not there.')
    return peerOf(context, peer)
  }),
  export: os.sync.export.handler(({ input, context }) => exportOf(context, input)),
  import: os.sync.import.handler(({ input, context }) => importOf(context, input)),
  receipt: os.sync.receipt.handler(async ({ input, context }) => {
    requireRole(context)
    const envelope = await act(context, 'sync.receipt', { bundles: [] })
    writeStatement(context, input.file, envelope)
    return receiptOf(envelope, input.file)
  }),
  takeReceipt: os.sync.takeReceipt.handler(async ({ input, context }) => {
    requireRole(context)
    const { ports } = context.served.master
    const bytes = ports.files.read(input.file)
    if (bytes === undefined) throw new AppError('NotFound', 'FILE_MISSING', `There is no file ${input.file}.`, { path: input.file })
    const envelope = parseEnvelope(bytes, receiptLimits)
    if (!envelope.ok) throw new AppError('Rejected', envelope.refusal.code, envelope.refusal.sentence, envelope.refusal.facts)
    const taken = await act(context, 'sync.takeReceipts', { envelopes: [envelope.value] })
    await act(context, 'courier.noteReceipts', {})
    return {
      items: taken.map((item) =>
        item.kind === 'refused'
          ? { kind: item.kind, masterId: '', n: 0, code: item.refusal.code }
          : { kind: item.kind, masterId: item.masterId, n: item.n, code: null },
      ),
    }
  }),
}

function requireRole(context: MasterContext): void {
  const { master } = context.served
  master.moment(() => requireOperator({ master, actor: actorOf(context) }, 'operator'))
}

async function cardOf(context: MasterContext): Promise<z.infer<typeof cardView>> {
  const { recipientOf } = await loadAge()
  const envelope = await act(context, 'sync.card', { recipient: await recipientOf(await act(context, 'sync.ageIdentity', {})) })
  const card = readPayload(envelope, cardPayloadType, cardSchema, cardLimits)
  if (!card.ok) throw new AppError('Bug', 'CARD_UNREADABLE', 'The card of this master cannot be read.')
  const { masterId, name, keyId, publicKey } = card.value
  return { masterId, name, keyId, words: wordsOf(context, publicKey), envelope }
}

async function peerOf(context: MasterContext, { card, acceptedAt, acceptedBy }: Peer): Promise<z.infer<typeof peerView>> {
  const { readReceipt } = await loadTables()
  const { master } = context.served
  const kept = master.moment(() => readReceipt(master.model.reader, card.masterId))
  const { masterId, name, keyId, publicKey, recipient } = card
  return {
    masterId,
    name,
    keyId,
    words: wordsOf(context, publicKey),
    canBeEncryptedFor: recipient !== null,
    acceptedAt: new Date(acceptedAt).toISOString(),
    acceptedBy,
    receipt:
      kept === undefined
        ? null
        : {
            incarnation: kept.receipt.incarnation,
            n: kept.receipt.n,
            at: kept.receipt.at,
            receivedAt: new Date(kept.receivedAt).toISOString(),
            bundles: kept.receipt.bundles.map(({ bundleId }) => bundleId),
          },
  }
}

function wordsOf({ served }: MasterContext, publicKey: string): string {
  return keyWordsOf(served.master.ports.crypto, fromBase64(publicKey)).join(' ')
}

async function exportOf(context: MasterContext, input: z.infer<typeof exportRequest>): Promise<z.infer<typeof exportedView>> {
  requireRole(context)
  const { master } = context.served
  const { ports, facts, model } = master
  const { file, to, full, lanes, domainId, maxBytes, minutes, bitsPerSecond, partBytes } = input
  const isPlain = input.plain || to.length === 0
  if (isPlain && !input.confirmPlain)
    throw new AppError(
      'Rejected',
      'PLAIN_NOT_CONFIRMED',
      'Nothing would encrypt this bundle: whoever finds it can read it. Name for whom it is, or confirm that it is to be plain.',
    )
  const isLinkHalf = (minutes === undefined) !== (bitsPerSecond === undefined)
  if (isLinkHalf) throw new AppError('Invalid', 'LINK_INCOMPLETE', 'A limit by time needs minutes and bits a second.')
  const link = minutes === undefined || bitsPerSecond === undefined ? undefined : { minutes, bitsPerSecond }
  const [{ openExport }, { writeBundleFile }] = await Promise.all([loadExport(), loadFiles()])
  await act(context, 'sync.sign', {})
  // One moment for as long as it takes to pack, whoever writes meanwhile.
  using moment =
    facts.directory === null ? undefined : await openStore({ directory: facts.directory, mode: 'read-only', role: 'master', ports })
  const ask = { to, isFull: full, lanes, domainId, isPlain, budget: { bytes: maxBytes, link } }
  const opened = await openExport(master, moment?.reader ?? model.reader, actorOf(context), ask)
  const written = await writeBundleFile(file, opened, { partBytes }, ports)
  const { manifest, isEncrypted } = opened
  return {
    ...written,
    parts: [...written.parts],
    bundleId: manifest.bundleId,
    encrypted: isEncrypted,
    events: manifest.events,
    logs: new Set(manifest.runs.map(({ log }) => log)).size,
    blobs: manifest.blobs.length,
    left: manifest.left,
    since: manifest.since,
  }
}

async function importOf(
  context: MasterContext,
  { file, receiptFile }: z.infer<typeof importRequest>,
): Promise<z.infer<typeof importedView>> {
  requireRole(context)
  const { master } = context.served
  const [{ decrypted }, { importBundle }, { findBundleFile }] = await Promise.all([loadAge(), loadImport(), loadFiles()])
  const found = findBundleFile(file, master.ports)
  const open = () => decrypted(found.read(), () => act(context, 'sync.ageIdentity', {}))
  const { manifest, receipt, gaps, forks, refused, absent, ...counts } = await importBundle(master, open, actorOf(context))
  if (receiptFile !== undefined) writeStatement(context, receiptFile, receipt)
  const { masterId, name } = manifest.from
  return {
    bundleId: manifest.bundleId,
    from: { masterId, name },
    ...counts,
    gaps: [...gaps],
    forks: [...forks],
    absent: [...absent],
    refused: [...refused],
    stale: [...found.stale],
  }
}

function writeStatement({ served }: MasterContext, file: string, envelope: Envelope): void {
  served.master.ports.files.writeAtomic(file, new TextEncoder().encode(`${JSON.stringify(envelope)}\n`), 0o644)
}

function receiptOf(envelope: Envelope, file: string): z.infer<typeof receiptView> {
  const receipt = readPayload(envelope, receiptPayloadType, receiptSchema, receiptLimits)
  if (!receipt.ok) throw new AppError('Bug', 'RECEIPT_UNREADABLE', 'The receipt of this master cannot be read.')
  const { masterId, n, frontier } = receipt.value
  return { file, masterId, n, points: frontier.length }
}
