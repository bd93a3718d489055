/** Every failure as problem+json (RFC 9457): which status a code has, and its title. The codes are stable; programs go by them. */
import type { ProblemDocument } from '../contract/gateway/wire.ts'
import { isAppError, type ErrorKind } from '../kernel/app-error.ts'
import type { Rejection } from '../kernel/result.ts'
import type { GatewayResponse } from './exchange.ts'

type Problem = { readonly status: number; readonly title: string }

const notJson: Problem = { status: 400, title: 'Not acceptable as JSON' }
const badSegment: Problem = { status: 422, title: 'Part of a log refused' }

export const problems: Readonly<Record<string, Problem>> = {
  // The request itself.
  HTTP_MALFORMED: { status: 400, title: 'Not HTTP' },
  EXPECTATION_UNKNOWN: { status: 417, title: 'Expectation not met' },
  HEADERS_TOO_LARGE: { status: 431, title: 'Headers too large' },
  BODY_TOO_LARGE: { status: 413, title: 'Body too large' },
  SLOW_CLIENT: { status: 408, title: 'Request took too long' },
  DECOMPRESSION_REFUSED: { status: 422, title: 'Not to be unpacked' },
  JSON_TOO_LARGE: { status: 413, title: 'JSON too large' },
  JSON_NOT_UTF8: notJson,
  JSON_NUL: notJson,
  JSON_TOO_DEEP: notJson,
  JSON_TOO_MANY_FIELDS: notJson,
  JSON_MALFORMED: notJson,
  JSON_DUPLICATE_KEY: notJson,
  SCHEMA_MISMATCH: { status: 400, title: 'Not what is asked for here' },
  VERSION_UNSUPPORTED: { status: 400, title: 'Made by a newer version' },
  ROUTE_UNKNOWN: { status: 404, title: 'No such route' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'Method not allowed' },
  // Who asks.
  KEY_WRONG: { status: 401, title: 'Not signed by the key of the node' },
  KEY_REVOKED: { status: 403, title: 'Key revoked' },
  KEY_HELD_BY_ANOTHER: { status: 409, title: 'Key belongs to another' },
  NODE_UNKNOWN: { status: 404, title: 'Node not known' },
  NODE_NOT_APPROVED: { status: 403, title: 'Node not approved yet' },
  NODE_RETIRED: { status: 403, title: 'Node retired' },
  NODE_ID_TAKEN: { status: 409, title: 'Identity taken' },
  MASTER_DIFFERS: { status: 409, title: 'Meant for another master' },
  NONCE_UNKNOWN: { status: 401, title: 'Challenge not known' },
  GLASS_MALFORMED: { status: 400, title: 'Not broken glass' },
  GLASS_UNSIGNED: { status: 401, title: 'Not signed by the node' },
  GLASS_MISADDRESSED: { status: 409, title: 'For another master' },
  GLASS_MENDED: { status: 409, title: 'Broken glass has ended' },
  GLASS_NOT_TAKEN: { status: 409, title: 'Broken glass does not count here' },
  CHAIN_NOT_TAKEN: { status: 409, title: 'Grants that do not count here' },
  TOKEN_UNKNOWN: { status: 401, title: 'Token not known' },
  QUARANTINED_LIMITED: { status: 403, title: 'Not while quarantined' },
  // Returns.
  RETURN_REQUIRED: { status: 409, title: 'Return first' },
  RETURN_REFUSED: { status: 409, title: 'Return not possible' },
  RETURN_QUEUED: { status: 429, title: 'Many return at once' },
  SESSION_UNKNOWN: { status: 404, title: 'No such return' },
  SESSION_HELD_ELSEWHERE: { status: 409, title: 'Return open at another master' },
  LOCK_NOT_COUNTERSIGNED: { status: 409, title: 'Lock not countersigned' },
  REPLAY_INCOMPLETE: { status: 409, title: 'Replay not complete' },
  // Segments and blobs.
  SEGMENT_GAP: { status: 409, title: 'Gap before this part' },
  PIECE_GAP: { status: 409, title: 'Gap before this piece' },
  STAGING_MALFORMED: { status: 400, title: 'Not a piece of its whole' },
  SEGMENT_FOREIGN: { status: 403, title: 'Not its own log' },
  LOGS_FULL: { status: 422, title: 'Too many logs' },
  SEGMENT_FORKED: { status: 409, title: 'Log told in two ways' },
  SEGMENT_MALFORMED: badSegment,
  SEGMENT_TOO_LARGE: { status: 413, title: 'Part of a log too large' },
  SEGMENT_VERSION_UNKNOWN: badSegment,
  SEGMENT_SIGNATURE_WRONG: badSegment,
  SEGMENT_CHAIN_BROKEN: badSegment,
  BLOB_UNKNOWN: { status: 404, title: 'Content not held' },
  BLOB_DIGEST_WRONG: { status: 422, title: 'Not the content it was said to be' },
  RANGE_NEEDED: { status: 413, title: 'Content too large for one answer' },
  RANGE_UNSATISFIABLE: { status: 416, title: 'Range not within the content' },
  // Relays.
  REQUEST_UNPROVEN: { status: 401, title: 'Not proven to be of its sender' },
  NOT_A_RELAY: { status: 403, title: 'Not a relay in service' },
  HOPS_TOO_MANY: { status: 400, title: 'Too many relays' },
  RELAY_LOOP: { status: 508, title: 'Relays in a ring' },
  RELAY_FULL: { status: 507, title: 'No room at the relay' },
  RELAY_BUSY: { status: 503, title: 'Relay too busy' },
  RELAY_UPSTREAM_AWAY: { status: 503, title: 'Master not reached' },
  // Ourselves.
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  ENROLMENTS_FULL: { status: 503, title: 'Too many requests to join' },
  TOO_MANY_CONNECTIONS: { status: 503, title: 'Too many connections' },
  MASTER_BUSY: { status: 503, title: 'Busy' },
  GATEWAY_CLOSING: { status: 503, title: 'Stopping' },
  GATEWAY_FAULT: { status: 500, title: 'Fault of the master' },
}

const byKind: Readonly<Record<ErrorKind, Problem>> = {
  Rejected: { status: 422, title: 'Refused' },
  Invalid: { status: 400, title: 'Malformed' },
  Conflict: { status: 409, title: 'Conflict' },
  Unauthorised: { status: 401, title: 'Not authorised' },
  Incompatible: { status: 409, title: 'Incompatible' },
  NotFound: { status: 404, title: 'Not found' },
  Unavailable: { status: 503, title: 'Not available now' },
  Corrupt: { status: 500, title: 'Stored content damaged' },
  Bug: { status: 500, title: 'Fault of the master' },
}

const retryLaterSeconds = 5

/** The facts `retryAfterSeconds`, `allow` and `contentRange` also become headers. */
export function problemResponse(rejection: Rejection, fallback: Problem = byKind.Rejected): GatewayResponse {
  const { status, title } = problems[rejection.code] ?? fallback
  const { retryAfterSeconds, allow, contentRange } = rejection.facts
  const document: ProblemDocument = {
    type: `urn:ibcf:problem:${rejection.code}`,
    title,
    status,
    detail: rejection.sentence,
    code: rejection.code,
    facts: { ...rejection.facts },
  }
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...(typeof retryAfterSeconds === 'number' ? { 'retry-after': String(retryAfterSeconds) } : {}),
      ...(typeof allow === 'string' ? { allow } : {}),
      ...(typeof contentRange === 'string' ? { 'content-range': contentRange } : {}),
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    },
    body: new TextEncoder().encode(JSON.stringify(document)),
  }
}

/** What was thrown, as a refusal; what is ours to mend tells the far end nothing but that. */
export function refusalOf(error: unknown): { readonly rejection: Rejection; readonly fallback: Problem } {
  if (!isAppError(error) || error.kind === 'Bug') {
    return {
      rejection: { code: 'GATEWAY_FAULT', sentence: 'The master could not deal with this request.', facts: {} },
      fallback: byKind.Bug,
    }
  }
  const facts = error.kind === 'Unavailable' ? { ...error.facts, retryAfterSeconds: retryLaterSeconds } : error.facts
  return { rejection: { code: error.code, sentence: error.message, facts }, fallback: byKind[error.kind] }
}
