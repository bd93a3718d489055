/** The one file of the renderer that knows oRPC: how a workspace is called, and what a failure of a call means. */
import { createORPCClient, ORPCError } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type { ContractRouterClient, InferContractRouterInputs, InferContractRouterOutputs } from '@orpc/contract'
import type { HostContract, MasterContract } from '../../core/contract/contract.ts'
import type { Problem } from './problem.ts'

export type WorkspaceName = 'main' | 'demo'
export type MasterClient = ContractRouterClient<MasterContract>
export type HostClient = ContractRouterClient<HostContract>
export type Answers = InferContractRouterOutputs<MasterContract>
export type Requests = InferContractRouterInputs<MasterContract>
export type HostAnswers = InferContractRouterOutputs<HostContract>

/** Calls the master of a workspace on the origin the page came from; it makes no difference whether Electron or a browser shows it. */
export function connectMaster(workspace: WorkspaceName): MasterClient {
  return createORPCClient<MasterClient>(new RPCLink({ url: addressOf(workspace) }))
}

/** Calls the process that holds the workspaces. */
export function connectHost(): HostClient {
  return createORPCClient<HostClient>(new RPCLink({ url: addressOf('host') }))
}

/** What a failed call means. A failure that brings no code of ours is the connection's, not the master's. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ORPCError) {
    const told: unknown = error.data
    if (isTold(told)) return { kind: kindOf(error.code), code: told.code, sentence: error.message, facts: told.facts }
    return { kind: kindOf(error.code), code: error.code, sentence: error.message, facts: { status: error.status } }
  }
  if (error instanceof Error && error.name === 'AbortError') return { kind: 'OFFLINE', code: 'CALL_ABANDONED', sentence: '', facts: {} }
  return { kind: 'OFFLINE', code: 'MASTER_UNREACHABLE', sentence: '', facts: {} }
}

function addressOf(path: string): string {
  return new URL(`/rpc/${path}`, window.location.href).href
}

function isTold(value: unknown): value is Pick<Problem, 'code' | 'facts'> {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string' && 'facts' in value
}

const kinds: readonly string[] = [
  'REJECTED',
  'INVALID',
  'CONFLICT',
  'UNAUTHORISED',
  'INCOMPATIBLE',
  'NOT_FOUND',
  'UNAVAILABLE',
  'CORRUPT',
  'BUG',
]

function kindOf(code: string): Problem['kind'] {
  if (kinds.includes(code)) return code as Problem['kind']
  return code === 'UNAUTHORIZED' || code === 'FORBIDDEN' ? 'UNAUTHORISED' : code === 'BAD_REQUEST' ? 'INVALID' : 'UNAVAILABLE'
}
