/** From bytes that nobody vouches for to values of a schema; every way to fail has a code and says where. */
import type { z } from 'zod'
import { signedStatement, type SignedStatement } from '../contract/gateway/statement.ts'
import { gatewayLimits, gatewayVersion } from '../contract/gateway/wire.ts'
import { fromBase64 } from '../kernel/hex.ts'
import type { Crypto } from '../kernel/ports.ts'
import { accepted, refused, type Result } from '../kernel/result.ts'
import { parseUntrustedJson } from '../kernel/untrusted-json.ts'
import { preAuthenticationEncoding } from '../log/dsse.ts'

const limits = { maxBytes: gatewayLimits.maxJsonBytes, maxDepth: gatewayLimits.maxJsonDepth, maxFields: gatewayLimits.maxJsonFields }

/** Codes: those of `parseUntrustedJson`, VERSION_UNSUPPORTED, SCHEMA_MISMATCH. */
export function readJson<Shape extends z.ZodType>(shape: Shape, bytes: Uint8Array): Result<z.infer<Shape>> {
  const parsed = parseUntrustedJson(bytes, limits)
  if (!parsed.ok) return parsed
  const { value } = parsed
  if (typeof value === 'object' && value !== null && 'v' in value && typeof value.v === 'number' && value.v > gatewayVersion) {
    return versionUnsupported(value.v)
  }
  return readShape(shape, value)
}

/** Code: SCHEMA_MISMATCH, with the place as an RFC 6901 pointer. */
export function readShape<Shape extends z.ZodType>(shape: Shape, value: unknown): Result<z.infer<Shape>> {
  const checked = shape.safeParse(value)
  if (checked.success) return accepted(checked.data)
  const issue = checked.error.issues[0]
  const path = (issue?.path ?? [])
    .map((step) => `/${String(step)}`)
    .join('')
    .slice(0, 200)
  return mismatch(path, issue?.message.slice(0, 200) ?? 'not as described')
}

export function mismatch(path: string, problem: string): Result<never> {
  return refused('SCHEMA_MISMATCH', `The request is not what is asked for here: ${path === '' ? 'the whole' : path}: ${problem}.`, {
    path,
    problem,
  })
}

export function versionUnsupported(found: number): Result<never> {
  return refused('VERSION_UNSUPPORTED', `This was made by a newer version (${found}); this master knows version ${gatewayVersion}.`, {
    found,
    known: gatewayVersion,
  })
}

/** A statement as it was sent, with what it says; nobody has checked its signature yet. */
export type ReadStatement<Document> = {
  readonly statement: SignedStatement
  readonly documentBytes: Uint8Array
  readonly document: Document
}

/** Codes: those of `readJson`, for the statement and for the document inside it. */
export function readStatement<Shape extends z.ZodType>(shape: Shape, body: Uint8Array): Result<ReadStatement<z.infer<Shape>>> {
  const statement = readJson(signedStatement, body)
  if (!statement.ok) return statement
  const documentBytes = fromBase64(statement.value.document)
  const document = readJson(shape, documentBytes)
  if (!document.ok) return document
  return accepted({ statement: statement.value, documentBytes, document: document.value })
}

/** Whether `signature` (base64) is by this key over these bytes, for this purpose. */
export function isSignedBy(crypto: Crypto, publicKey: Uint8Array, payloadType: string, bytes: Uint8Array, signature: string): boolean {
  return crypto.verify(publicKey, preAuthenticationEncoding(payloadType, bytes), fromBase64(signature))
}
