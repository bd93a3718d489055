/** Masters and nodes as the processes they are in the field, and waiting for what they come to. */
import { callProcedure, targetOfDirectory } from '../../core/bin/api-client.ts'
import { createFiles } from '../../core/platform/files.ts'
import { type Running, startCommand } from './command-line.ts'

export type RunningMaster = {
  readonly directory: string
  readonly url: string
  readonly masterId: string
  readonly pid: number
  /** Any procedure of the contract, over the private socket, as the console calls it. */
  readonly call: <Answer>(procedure: string, input?: unknown) => Promise<Answer>
  /** Ends it, SIGTERM unless said otherwise; answers its exit status, null after a signal. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>
}

export async function startMaster(directory: string, ...args: readonly string[]): Promise<RunningMaster> {
  const running = await startCommand('master', '--data', directory, '--listen', '127.0.0.1:0', ...args)
  const { url, masterId, pid } = running.ready as { readonly url: string; readonly masterId: string; readonly pid: number }
  return {
    directory,
    url,
    masterId,
    pid,
    stop: running.stop,
    call: async <Answer>(procedure: string, input: unknown = {}) =>
      (await callProcedure(
        targetOfDirectory(directory, createFiles()),
        'main',
        procedure,
        input,
        undefined,
        new AbortController().signal,
      )) as Answer,
  }
}

export type NodeLine = {
  readonly state: string
  readonly mode: string | null
  readonly phase: string | null
  readonly backlogMessages: number
  readonly heldAtRelay: { readonly relayId: string; readonly events: number } | null
  readonly difficulty: { readonly code: string; readonly sentence: string } | null
}

export type RunningNode = {
  readonly directory: string
  readonly nodeId: string
  readonly keyId: string
  /** Six words, as it shows them to whoever stands at it. */
  readonly keyWords: string
  readonly pid: number
  /** Every state that it told of in this run. */
  readonly lines: readonly NodeLine[]
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>
}

export async function startNode(directory: string, masterUrl: string, ...args: readonly string[]): Promise<RunningNode> {
  const lines: NodeLine[] = []
  const running = await startCommand('node', '--data', directory, '--master', masterUrl, '--json', ...args)
  readLines(running, (line) => {
    if (line.startsWith('{"state"')) lines.push(JSON.parse(line) as NodeLine)
  })
  const { nodeId, keyId, keyWords, pid } = running.ready as Record<'nodeId' | 'keyId' | 'keyWords', string> & { readonly pid: number }
  return { directory, nodeId, keyId, keyWords, pid, lines, stop: running.stop }
}

export type RelayLine = Omit<NodeLine, 'backlogMessages' | 'heldAtRelay'> & {
  readonly held: { readonly items: number; readonly events: number; readonly bytes: number } | null
}

export type RunningRelay = {
  readonly directory: string
  readonly url: string
  readonly relayId: string
  readonly pid: number
  readonly lines: readonly RelayLine[]
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>
}

/** `listen`: an address that it had before, where those behind it look for it again. */
export async function startRelay(
  directory: string,
  upstreamUrls: readonly string[],
  { listen = '127.0.0.1:0', args = [] }: { readonly listen?: string; readonly args?: readonly string[] } = {},
): Promise<RunningRelay> {
  const lines: RelayLine[] = []
  const upstreams = upstreamUrls.flatMap((url) => ['--upstream', url])
  const running = await startCommand('relay', '--data', directory, '--listen', listen, ...upstreams, '--json', ...args)
  readLines(running, (line) => {
    if (line.startsWith('{"state"')) lines.push(JSON.parse(line) as RelayLine)
  })
  const { url, relayId, pid } = running.ready as Record<'url' | 'relayId', string> & { readonly pid: number }
  return { directory, url, relayId, pid, lines, stop: running.stop }
}

/** Calls `hear` with each whole line of the standard output that comes from now on. */
function readLines({ child }: Running, hear: (line: string) => void): void {
  let rest = ''
  child.stdout?.on('data', (part) => {
    const lines = `${rest}${String(part)}`.split('\n')
    rest = lines.pop() ?? ''
    lines.forEach(hear)
  })
}

/** Between two looks at a condition. */
const lookEveryMs = 50

/**
 * Looks until `look` answers something, and answers that. Fails after `withinMs`, naming what it waited for and what it saw last. A look
 * that throws counts as nothing seen: what it asks may be on its way up again.
 */
export async function waitFor<Seen>(
  what: string,
  look: () => Promise<Seen | undefined> | Seen | undefined,
  withinMs = 30_000,
): Promise<Seen> {
  const until = performance.now() + withinMs
  let failure: unknown
  for (;;) {
    try {
      const seen = await look()
      if (seen !== undefined && seen !== false) return seen
      failure = undefined
    } catch (error) {
      failure = error
    }
    if (performance.now() > until)
      throw new Error(`Waited ${withinMs} ms in vain for: ${what}.`, failure === undefined ? undefined : { cause: failure })
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
}
