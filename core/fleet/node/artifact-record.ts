/** The Artifact of the seed's canonical objects: signed software or firmware, by digest, with what says where it comes from. */
import { z } from 'zod'

const ulid = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)

export const artifactRecordSchema = z.object({
  id: ulid,
  name: z.string(),
  kind: z.enum(['SOFTWARE', 'FIRMWARE']),
  version: z.string(),
  /** SHA-256 of the payload; what the artifact is, whatever it is called. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  size_bytes: z.number().int().nonnegative(),
  /** A reference to its bytes; null while they are not held. */
  payload_ref: z.string().nullable(),
  signature: z.string().nullable(),
  sbom_ref: z.string().nullable(),
  provenance_ref: z.string().nullable(),
  attestations: z.array(z.string()),
})
