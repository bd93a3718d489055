/** A real master as a process of its own, asked over its socket, with the steps of a courier as one call each. */
import { join } from 'node:path'
import { callProcedure, targetOfDirectory } from '../../../core/bin/api-client.ts'
import type { BundleRow, ImportView, PackJob, PackRequest } from '../../../core/contract/courier.ts'
import { isAppError } from '../../../core/kernel/app-error.ts'
import { createFiles } from '../../../core/platform/files.ts'
import { type Running, startCommand } from '../command-line.ts'
import { waitFor } from '../processes.ts'

export type Station = {
  readonly directory: string
  readonly masterId: string
  readonly running: Running
  readonly ask: <Answer>(procedure: string, input?: unknown) => Promise<Answer>
  /** The code of the refusal, or `done`. */
  readonly codeOf: (procedure: string, input?: unknown) => Promise<string>
}

export async function startStation(directory: string, name: string, operator: string): Promise<Station> {
  const running = await startCommand('master', '--data', directory, '--name', name, '--level', 'REGION')
  const target = targetOfDirectory(directory, createFiles())
  const ask = async <Answer>(procedure: string, input: unknown = {}): Promise<Answer> =>
    (await callProcedure(target, 'main', procedure, input, isFounded ? operator : undefined, AbortSignal.timeout(60_000))) as Answer
  let isFounded = false
  const operators = await ask<{ readonly items: readonly unknown[] }>('operator.list')
  if (operators.items.length === 0) await ask('operator.create', { name: operator, role: 'authority' })
  isFounded = true
  return {
    directory,
    masterId: running.ready.masterId ?? '',
    running,
    ask,
    codeOf: async (procedure, input) => {
      try {
        await ask(procedure, input)
      } catch (error) {
        if (isAppError(error)) return error.code
        throw error
      }
      return 'done'
    },
  }
}

/** Each accepts the card of the other, as two people do over the radio. */
export async function introduce(a: Station, b: Station): Promise<void> {
  for (const [of, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const { envelope, words } = await of.ask<{ readonly envelope: unknown; readonly words: string }>('sync.card')
    await to.ask('sync.acceptPeer', { envelope, words })
  }
}

export function packRequest(forMasterId: string | null, directory: string, changes: Partial<PackRequest> = {}): PackRequest {
  return {
    forMasterId,
    scopeDomainId: null,
    lanes: ['control', 'fact', 'bulk'],
    isFull: false,
    budgetBytes: null,
    link: null,
    directory,
    carriedBy: 'Kim',
    dueAt: null,
    encryption: forMasterId === null ? 'plain' : 'recipient',
    isPlainConfirmed: forMasterId === null,
    ...changes,
  }
}

/** Packs, and waits for the end of it, however it ends. */
export async function pack(from: Station, request: PackRequest): Promise<PackJob> {
  await from.ask('bundle.pack', request)
  return waitFor('the packing to end', async () => {
    const job = await from.ask<PackJob>('bundle.packing')
    return job.state === 'running' ? undefined : job
  })
}

export async function settled(at: Station, importId: string): Promise<ImportView> {
  return waitFor('the airlock to come to rest', async () => {
    const view = await at.ask<ImportView>('bundle.import', { importId })
    return ['inspecting', 'previewing', 'applying'].includes(view.stage) ? undefined : view
  })
}

export async function inspect(at: Station, file: string): Promise<ImportView> {
  const { importId } = await at.ask<ImportView>('bundle.inspect', { file })
  return settled(at, importId)
}

export async function apply(at: Station, { importId, preview, problem }: ImportView, isPartAccepted = false): Promise<ImportView> {
  if (preview === null && problem !== null) throw new Error(`There is no preview of it to accept: ${problem.code} ${problem.sentence}`)
  await at.ask('bundle.apply', { importId, digest: preview?.digest ?? '', isPartAccepted })
  return settled(at, importId)
}

export async function bundleOf(at: Station, bundleId: string | null): Promise<BundleRow> {
  return at.ask<BundleRow>('bundle.get', { bundleId })
}

export function journalOf({ directory }: Station, importId: string): string {
  return join(directory, 'airlock', importId, 'import.json')
}
