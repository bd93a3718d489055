/** The minimal Artifact: bytes by their digest, kept here for nodes to fetch, and signed by this master. */
import type { z } from 'zod'
import type { artifactPiece, artifactProgress, artifactView, publishArtifactRequest } from '../../contract/commands.ts'
import { artifactPayload, artifactPayloadType } from '../../fleet/command/artifact.ts'
import { AppError } from '../../kernel/app-error.ts'
import { fromBase64, toBase64 } from '../../kernel/hex.ts'
import { createUlidSource, type EventId } from '../../kernel/ids.ts'
import { preAuthenticationEncoding } from '../../log/dsse.ts'
import { blobSize } from '../../store/blobs.ts'
import { putBlobFrom } from '../../store/blobs-incoming.ts'
import { keepBlob } from '../../store/blobs-row.ts'
import { dropStaged, stagedPieces, stagePieceOnly } from '../../store/staged.ts'
import { type Act, requireOperator } from './act.ts'

/** Of all that is being brought in by people at one time. */
const quotaBytes = 256 * 1024 * 1024

/** Throws Conflict `PIECE_GAP` (fact `expected`), Rejected `STAGING_FULL`, `STAGING_MALFORMED` or `BLOB_DIGEST_WRONG`. */
export function putArtifactPiece(
  act: Act,
  { digest, offset, sizeBytes, content }: z.infer<typeof artifactPiece>,
): z.infer<typeof artifactProgress> {
  requireOperator(act, 'engineer')
  const { masterId } = act.master.identity
  const key = `artifact:${digest}`
  const put = act.master.port.commit(({ writer }) => {
    if (keepBlob(writer, digest)) return { offset: sizeBytes, isComplete: true }
    const staging = stagePieceOnly(writer, { origin: masterId, key, offset, total: sizeBytes, bytes: fromBase64(content) }, quotaBytes)
    switch (staging.kind) {
      case 'staged':
        return { offset: staging.offset, isComplete: false }
      case 'gap':
        throw new AppError('Conflict', 'PIECE_GAP', 'A piece before this one is not here.', { expected: staging.expected })
      case 'refused':
        throw new AppError('Rejected', staging.refusal.code, staging.refusal.sentence, staging.refusal.facts)
      case 'all-here': {
        const whole = putBlobFrom(writer, stagedPieces(writer, masterId, key), digest)
        dropStaged(writer, masterId, key)
        return whole.kind === 'put' ? { offset: sizeBytes, isComplete: true } : undefined
      }
    }
  })
  if (put === undefined)
    throw new AppError('Rejected', 'BLOB_DIGEST_WRONG', 'The content is not what its digest says; send it again from the beginning.', {
      digest,
    })
  return put
}

/** Kept while a command names it; what no command names within the time of grace of blobs is let go. Throws NotFound `ARTIFACT_NOT_HELD`. */
export function publishArtifact(act: Act, { name, version, digest }: z.infer<typeof publishArtifactRequest>): z.infer<typeof artifactView> {
  requireOperator(act, 'engineer')
  const { keys, identity, config, store } = act.master
  const { crypto, clock, random } = config.ports
  const sizeBytes = blobSize(store.reader, digest)
  if (sizeBytes === undefined)
    throw new AppError('NotFound', 'ARTIFACT_NOT_HELD', 'Bytes of that digest are not held here; bring them first.', { digest })
  const key = keys.of(identity.masterId)
  if (key === undefined) throw new AppError('Bug', 'MASTER_KEY_MISSING', 'A master that runs has its key.')
  const artifact = { artifactId: createUlidSource(clock, random)<EventId>(), name, version, digest, sizeBytes }
  const signature = crypto.sign(key.privateKey, preAuthenticationEncoding(artifactPayloadType, artifactPayload(artifact)))
  return { ...artifact, keyId: key.keyId, signature: toBase64(signature) }
}
