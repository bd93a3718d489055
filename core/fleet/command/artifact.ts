/** What the signature over an artifact covers: which bytes these are and what they call themselves, so that neither can be exchanged. */
export const artifactPayloadType = 'application/vnd.ibcf.artifact+json'

export type SignedArtifact = {
  readonly artifactId: string
  readonly name: string
  readonly version: string
  readonly digest: string
  readonly sizeBytes: number
}

/** Always the same bytes for the same artifact: one line of JSON with these names in this order. */
export function artifactPayload({ artifactId, name, version, digest, sizeBytes }: SignedArtifact): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ artifactId, name, version, digest, sizeBytes }))
}
