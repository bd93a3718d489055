/** How a failure of ours looks on the wire: the kind as the contract's error, the stable code and the facts in its data. */
import { ORPCError } from '@orpc/server'
import { assertNever } from '../../kernel/assert-never.ts'
import { type ErrorKind, isAppError } from '../../kernel/app-error.ts'
import type { Diagnostics } from '../../kernel/ports.ts'

const wire = {
  Rejected: ['REJECTED', 422],
  Invalid: ['INVALID', 400],
  Conflict: ['CONFLICT', 409],
  Unauthorised: ['UNAUTHORISED', 401],
  Incompatible: ['INCOMPATIBLE', 409],
  NotFound: ['NOT_FOUND', 404],
  Unavailable: ['UNAVAILABLE', 503],
  Corrupt: ['CORRUPT', 500],
  Bug: ['BUG', 500],
} as const satisfies Record<ErrorKind, readonly [string, number]>

export function failureOnTheWire(error: unknown, diagnostics: Diagnostics): unknown {
  if (error instanceof ORPCError) return error.code === 'BAD_REQUEST' ? invalidInput(error) : error
  if (isAppError(error)) {
    const [code, status] = wire[error.kind] ?? assertNever(error.kind as never)
    return new ORPCError(code, { status, message: error.message, data: { code: error.code, facts: error.facts } })
  }
  if (error instanceof DOMException && error.name === 'AbortError') return error
  diagnostics.error('a procedure failed in a way that is ours', {
    reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
  })
  return new ORPCError('BUG', {
    status: 500,
    message: 'Something went wrong that should not have; it was written to the diagnostics.',
    data: { code: 'UNEXPECTED', facts: {} },
  })
}

/** The contract's schema refused the input: say where. */
function invalidInput(error: ORPCError<string, unknown>): ORPCError<string, unknown> {
  const issues =
    (error.data as { readonly issues?: readonly { readonly path?: readonly PropertyKey[]; readonly message: string }[] } | undefined)
      ?.issues ?? []
  const [first] = issues
  const path = first?.path?.map(String).join('.') ?? ''
  const sentence =
    first === undefined ? 'The input does not fit.' : `The input does not fit${path === '' ? '' : ` at "${path}"`}: ${first.message}.`
  return new ORPCError('INVALID', {
    status: 400,
    message: sentence,
    data: { code: 'SCHEMA_MISMATCH', facts: { path, problems: issues.length } },
  })
}
