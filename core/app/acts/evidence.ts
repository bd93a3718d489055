/** Evidence as a file, signed by this master, to be looked at elsewhere ([RT16]). It decides nothing and writes nothing. */
import { type EvidenceDocument, evidencePayloadType } from '../../contract/evidence.ts'
import { AppError } from '../../kernel/app-error.ts'
import { toBase64, toHex } from '../../kernel/hex.ts'
import { readEvidence } from '../../store/evidence.ts'
import { keysOfOrigin } from '../../store/keys.ts'
import { inMemory } from '../../store/open.ts'
import type { Act } from './act.ts'

/** Throws NotFound `EVIDENCE_UNKNOWN`. */
export function exportEvidence({ master }: Act, { number }: { readonly number: number }): { name: string; text: string } {
  const { port, store, model, config } = master
  const evidence = readEvidence(store.reader, number)
  if (evidence === undefined) throw new AppError('NotFound', 'EVIDENCE_UNKNOWN', 'No such evidence is held here.', { number })
  const { origin, log, from, to, code, sentence, sha256, sizeBytes, bytes, firstAt, lastAt, times } = evidence
  const document: EvidenceDocument = {
    v: 1,
    masterId: port.masterId,
    masterName: port.name(),
    masterPublicKey: toBase64(port.publicKey),
    nodeId: origin,
    nodeName: model.lifecycle(origin)?.name ?? null,
    nodeKeys: keysOfOrigin(store.reader, origin).map(({ keyId, publicKey, isRevoked }) => ({
      keyid: keyId,
      publicKey: toBase64(publicKey),
      isRevoked,
    })),
    log,
    from,
    to,
    code,
    sentence,
    firstAt: new Date(firstAt).toISOString(),
    lastAt: new Date(lastAt).toISOString(),
    times,
    sha256: toHex(sha256),
    sizeBytes,
    bytes: bytes === undefined ? null : toBase64(bytes),
    exportedAt: new Date(config.ports.clock.now()).toISOString(),
  }
  const file = {
    what: 'Part of a log that a master refused, kept as evidence. Check it with: ibcf evidence --check FILE',
    statement: port.signStatement(evidencePayloadType, document),
  }
  return { name: `evidence-${origin}-${number}.json`, text: `${JSON.stringify(file, null, 2)}\n` }
}

/**
 * The same, written where this master keeps what it exports: for whoever looks at it through a console, which writes no files itself.
 * Throws as `exportEvidence`, and Rejected `NO_DIRECTORY` for a master that keeps everything in memory.
 */
export function saveEvidence(act: Act, { number }: { readonly number: number }): { path: string } {
  const { directory, ports } = act.master.config
  if (directory === inMemory) throw new AppError('Rejected', 'NO_DIRECTORY', 'This island lives in memory and writes no files.', { number })
  const { name, text } = exportEvidence(act, { number })
  ports.files.makeDirectory(`${directory}/exports`)
  const path = `${directory}/exports/${name}`
  ports.files.writeAtomic(path, new TextEncoder().encode(text), 0o600)
  return { path }
}
