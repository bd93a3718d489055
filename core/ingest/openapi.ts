/** The gateway's part of the OpenAPI 3.1 document, made from the schemas that it checks by, so that the two cannot differ. */
import { z } from 'zod'
import { attachAnswer, challengeAnswer, challengeRequest, proofDocument } from '../contract/gateway/attach.ts'
import { authorityAnswer, authorityShown, authorityTaken } from '../contract/gateway/authority.ts'
import { commandsDocument, commandsQuery } from '../contract/gateway/commands.ts'
import { desiredDocument } from '../contract/gateway/desired.ts'
import { enrolmentAnswer, enrolmentDocument } from '../contract/gateway/enrolment.ts'
import { glassAnswer, glassRequest } from '../contract/gateway/glass.ts'
import { gatewayGreeting } from '../contract/gateway/greeting.ts'
import { heartbeatAnswer, heartbeatRequest } from '../contract/gateway/heartbeat.ts'
import { blobAnswer, blobQuery, segmentAnswer, segmentQuery } from '../contract/gateway/pieces.ts'
import { completeAnswer, completeRequest, countersignRequest, lockDocument, returnAnswer } from '../contract/gateway/return.ts'
import { signedStatement } from '../contract/gateway/statement.ts'
import { problemDocument } from '../contract/gateway/wire.ts'
import { depositAnswer, leftAnswer, leftRequest } from '../contract/relay-link.ts'
import type { Route } from './route.ts'
import { routes } from './router.ts'

type Schema = Readonly<Record<string, unknown>>

export type OpenApiPart = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>>; readonly securitySchemes: Readonly<Record<string, Schema>> }
}

type Description = {
  readonly summary: string
  readonly query?: z.ZodObject
  readonly request?: Content
  readonly answers: Readonly<Record<number, Content | undefined>>
}

type Content = { readonly mediaType: string; readonly schema: string | undefined }

const json = (schema: string): Content => ({ mediaType: 'application/json', schema })
const bytes = (mediaType: string): Content => ({ mediaType, schema: undefined })
const binary = bytes('application/octet-stream')

const named = {
  GatewayGreeting: gatewayGreeting,
  SignedStatement: signedStatement,
  EnrolmentDocument: enrolmentDocument,
  EnrolmentAnswer: enrolmentAnswer,
  ChallengeRequest: challengeRequest,
  ChallengeAnswer: challengeAnswer,
  ProofDocument: proofDocument,
  AttachAnswer: attachAnswer,
  LockDocument: lockDocument,
  ReturnAnswer: returnAnswer,
  CountersignRequest: countersignRequest,
  CompleteRequest: completeRequest,
  CompleteAnswer: completeAnswer,
  SegmentAnswer: segmentAnswer,
  AuthorityAnswer: authorityAnswer,
  AuthorityShown: authorityShown,
  AuthorityTaken: authorityTaken,
  GlassRequest: glassRequest,
  GlassAnswer: glassAnswer,
  HeartbeatRequest: heartbeatRequest,
  HeartbeatAnswer: heartbeatAnswer,
  DesiredDocument: desiredDocument,
  CommandsDocument: commandsDocument,
  BlobAnswer: blobAnswer,
  DepositAnswer: depositAnswer,
  LeftRequest: leftRequest,
  LeftAnswer: leftAnswer,
  Problem: problemDocument,
} as const satisfies Readonly<Record<string, z.ZodType>>

/** By method and path; every route has one. */
const descriptions: Readonly<Record<string, Description>> = {
  'GET /v1': { summary: 'Who answers here', answers: { 200: json('GatewayGreeting') } },
  'GET /v1/authority': { summary: 'The grants behind the master of a domain', answers: { 200: json('AuthorityAnswer') } },
  'POST /v1/authority': {
    summary: 'The grants that a node obeys, for a master that may have lost some with a restore',
    request: json('AuthorityShown'),
    answers: { 200: json('AuthorityTaken') },
  },
  'POST /v1/glass': {
    summary: 'Glass was broken at a node for this master (a grant that the node signed)',
    request: json('GlassRequest'),
    answers: { 200: json('GlassAnswer') },
  },
  'POST /v1/enrol': {
    summary: 'Ask to join (a signed EnrolmentDocument), and ask again how that stands',
    request: json('SignedStatement'),
    answers: { 200: json('EnrolmentAnswer') },
  },
  'POST /v1/challenge': {
    summary: 'A nonce to prove an identity over',
    request: json('ChallengeRequest'),
    answers: { 200: json('ChallengeAnswer') },
  },
  'POST /v1/attach': {
    summary: 'Open a channel (a signed ProofDocument)',
    request: json('SignedStatement'),
    answers: { 200: json('AttachAnswer') },
  },
  'POST /v1/return': {
    summary: 'Begin a return, or go on with the open one (a signed ProofDocument)',
    request: json('SignedStatement'),
    answers: { 200: json('ReturnAnswer') },
  },
  'POST /v1/return/{sessionId}/countersign': {
    summary: 'Sign the lock of the return',
    request: json('CountersignRequest'),
    answers: { 200: undefined },
  },
  'POST /v1/return/{sessionId}/complete': {
    summary: 'Everything was sent: ask for the verdict',
    request: json('CompleteRequest'),
    answers: { 200: json('CompleteAnswer') },
  },
  'PUT /v1/segments': {
    summary: 'A piece of a segment, stored before it is answered',
    query: segmentQuery,
    request: bytes('application/vnd.ibcf.segment+zstd'),
    answers: { 200: json('SegmentAnswer') },
  },
  'POST /v1/heartbeat': { summary: 'Presence', request: json('HeartbeatRequest'), answers: { 200: json('HeartbeatAnswer') } },
  'GET /v1/desired': {
    summary: 'What the node is to be (a signed DesiredDocument)',
    answers: { 200: json('SignedStatement'), 204: undefined },
  },
  'GET /v1/commands': {
    summary: 'What the node is told to do (a signed CommandsDocument), held open for as long as it asks to wait',
    query: commandsQuery,
    answers: { 200: json('SignedStatement'), 204: undefined },
  },
  'GET /v1/blobs/{sha256}': { summary: 'Content by its digest, whole or in a range', answers: { 200: binary, 206: binary } },
  'HEAD /v1/blobs/{sha256}': { summary: 'Whether content is held', answers: { 200: undefined } },
  'PUT /v1/blobs/{sha256}': {
    summary: 'A piece of content',
    query: blobQuery,
    request: binary,
    answers: { 201: json('BlobAnswer'), 202: json('BlobAnswer') },
  },
  'PUT /v1/relay/segments': {
    summary: 'A piece of a segment that was left with a relay, handed on and signed by that relay',
    query: segmentQuery,
    request: bytes('application/vnd.ibcf.segment+zstd'),
    answers: { 200: json('DepositAnswer'), 202: json('DepositAnswer') },
  },
  'PUT /v1/relay/blobs/{sha256}': {
    summary: 'A piece of content that was left with a relay',
    query: blobQuery,
    request: binary,
    answers: { 200: json('DepositAnswer'), 202: json('DepositAnswer') },
  },
  'POST /v1/relay/left': {
    summary: 'What this master leaves with a relay for nodes behind it, each document signed for its node',
    request: json('LeftRequest'),
    answers: { 200: json('LeftAnswer') },
  },
}

export function gatewayOpenApi(): OpenApiPart {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) }
  return {
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, z.toJSONSchema(schema, { io: 'input' }) as Schema])),
      securitySchemes: { channel: { type: 'http', scheme: 'bearer', description: 'The token of an attachment, or of an open return.' } },
    },
  }
}

function operationOf(route: Route): Readonly<Record<string, unknown>> {
  const described = descriptions[`${route.method} ${route.path}`]
  const answers = Object.entries(described?.answers ?? {}).map(([status, content]) => [status, responseOf(content)] as const)
  return {
    summary: described?.summary ?? route.path,
    ...(route.access === 'bearer' ? { security: [{ channel: [] }] } : {}),
    parameters: [...pathParameters(route.path), ...queryParameters(described?.query)],
    ...(described?.request === undefined ? {} : { requestBody: { required: true, content: contentOf(described.request) } }),
    responses: {
      ...Object.fromEntries(answers),
      default: {
        description: 'Refused; `code` says why',
        content: contentOf({ mediaType: 'application/problem+json', schema: 'Problem' }),
      },
    },
  }
}

function responseOf(content: Content | undefined): Schema {
  return content === undefined ? { description: 'Done' } : { description: 'Done', content: contentOf(content) }
}

/** Without a schema it is bytes, which OpenAPI 3.1 says by leaving the schema out. */
function contentOf({ mediaType, schema }: Content): Schema {
  return { [mediaType]: schema === undefined ? {} : { schema: { $ref: `#/components/schemas/${schema}` } } }
}

function pathParameters(path: string): readonly Schema[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
}

function queryParameters(query: z.ZodObject | undefined): readonly Schema[] {
  if (query === undefined) return []
  // As it is after reading: in the query itself everything is text.
  return Object.entries(query.shape).map(([name, schema]) => ({
    name,
    in: 'query',
    required: !(schema as z.ZodType).safeParse(undefined).success,
    schema: z.toJSONSchema(schema as z.ZodType),
  }))
}
