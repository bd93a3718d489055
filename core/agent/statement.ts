/** Signed statements as they travel (contract/gateway/statement.ts): exact bytes in base64, signed under the payload type of their purpose. */
import type { z } from 'zod'
import type { SignedStatement } from '../contract/gateway/statement.ts'
import { fromBase64, toBase64 } from '../kernel/hex.ts'
import type { Crypto } from '../kernel/ports.ts'
import { accepted, refused, type Result } from '../kernel/result.ts'
import { parseUntrustedJson } from '../kernel/untrusted-json.ts'
import { preAuthenticationEncoding } from '../log/dsse.ts'

export type Signer = { readonly keyId: string; readonly privateKey: Uint8Array }

const documentLimits = { maxBytes: 256 * 1024, maxDepth: 32, maxFields: 8192 }

export function signStatement(crypto: Crypto, signer: Signer, payloadType: string, document: unknown): SignedStatement {
  const bytes = new TextEncoder().encode(JSON.stringify(document))
  return { document: toBase64(bytes), keyid: signer.keyId, signature: signBytes(crypto, signer, payloadType, bytes) }
}

/** The signature alone, in base64: a countersignature covers bytes that the other side made. */
export function signBytes(crypto: Crypto, signer: Signer, payloadType: string, bytes: Uint8Array): string {
  return toBase64(crypto.sign(signer.privateKey, preAuthenticationEncoding(payloadType, bytes)))
}

/** What the statement says, once it is known to be signed by `publicKey`. Codes: STATEMENT_SIGNATURE_WRONG, STATEMENT_MALFORMED. */
export function openStatement<Shape extends z.ZodType>(
  crypto: Crypto,
  publicKey: Uint8Array,
  payloadType: string,
  shape: Shape,
  statement: SignedStatement,
): Result<z.infer<Shape>> {
  const bytes = fromBase64(statement.document)
  if (!crypto.verify(publicKey, preAuthenticationEncoding(payloadType, bytes), fromBase64(statement.signature))) {
    return refused('STATEMENT_SIGNATURE_WRONG', 'The master sent a statement that is not signed by its key.', { keyid: statement.keyid })
  }
  const parsed = parseUntrustedJson(bytes, documentLimits)
  if (!parsed.ok) return parsed
  const checked = shape.safeParse(parsed.value)
  if (!checked.success) return refused('STATEMENT_MALFORMED', 'The master signed a statement that this version cannot read.')
  return accepted(checked.data)
}
