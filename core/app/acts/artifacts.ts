/** The minimal Artifact: bytes by their digest, kept here for nodes to fetch, and signed by this master. */
import type { z } from 'zod'
import type { artifactView, publishArtifactRequest } from '../../contract/commands.ts'
import { artifactPayload, artifactPayloadType } from '../../fleet/command/artifact.ts'
import { AppError } from '../../kernel/app-error.ts'
import { fromBase64, toBase64, toHex } from '../../kernel/hex.ts'
import { createUlidSource, type EventId } from '../../kernel/ids.ts'
import { preAuthenticationEncoding } from '../../log/dsse.ts'
import { putBlob } from '../../store/blobs.ts'
import { type Act, requireOperator } from './act.ts'

/** Kept while a command names it; what no command names within the time of grace of blobs is let go. Throws Invalid `ARTIFACT_EMPTY`. */
export function publishArtifact(
  act: Act,
  { name, version, content }: z.infer<typeof publishArtifactRequest>,
): z.infer<typeof artifactView> {
  requireOperator(act, 'engineer')
  const { keys, identity, config, port } = act.master
  const { crypto, clock, random } = config.ports
  const bytes = fromBase64(content)
  if (bytes.length === 0) throw new AppError('Invalid', 'ARTIFACT_EMPTY', 'There is nothing in it to install.')
  const key = keys.of(identity.masterId)
  if (key === undefined) throw new AppError('Bug', 'MASTER_KEY_MISSING', 'A master that runs has its key.')
  const artifactId = createUlidSource(clock, random)<EventId>()
  const artifact = { artifactId, name, version, digest: toHex(crypto.sha256(bytes)), sizeBytes: bytes.length }
  const signature = crypto.sign(key.privateKey, preAuthenticationEncoding(artifactPayloadType, artifactPayload(artifact)))
  port.commit(({ writer }) => putBlob(writer, bytes))
  return { ...artifact, keyId: key.keyId, signature: toBase64(signature) }
}
