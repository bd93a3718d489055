/** What a command is to do, by digest: SHA-256 of the RFC 8785 form of its clear data, so that a key used for two things shows ([CM6]). */
import canonicalize from 'canonicalize'
import { AppError } from '../../kernel/app-error.ts'
import { toHex } from '../../kernel/hex.ts'
import type { Crypto } from '../../kernel/ports.ts'

/** Throws Invalid `COMMAND_DATA_MALFORMED` for what has no such form. */
export function digestOf(crypto: Crypto, data: unknown): string {
  const text = canonicalize(data)
  if (text === undefined) throw new AppError('Invalid', 'COMMAND_DATA_MALFORMED', 'What the command is to do cannot be written as JSON.')
  return toHex(crypto.sha256(new TextEncoder().encode(text)))
}
