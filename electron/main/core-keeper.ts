/** Keeps one core process running: does what core-lifecycle.ts decides, and tells where core can be reached. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Way } from '../core-host/choose-way.ts'
import type { StartMessage } from '../core-host/messages.ts'
import { type CoreProcess, startCore } from '../core-host/start-core.ts'
import {
  closePatienceMs,
  type CoreDeed,
  type CoreHappening,
  type CoreState,
  decide,
  startPatienceMs,
  type Trouble,
} from './core-lifecycle.ts'
import type { CoreAddress } from './core-pipe.ts'
import type { ShellDiagnostics } from './diagnostics.ts'

export type CoreKeeper = {
  readonly startAgain: () => void
  /** Resolves once core serves, to undefined when it stopped and will not serve before a person or a wait has passed. */
  readonly whereCoreIs: () => Promise<CoreAddress | undefined>
  /** What is wrong now, if anything. */
  readonly trouble: () => Trouble | undefined
  /** Asks core to close; `onClosed` of the wishes follows, at the latest once patience has ended. */
  readonly close: () => void
}

export type KeeperWishes = {
  readonly entry: string
  readonly way: () => Promise<Way>
  /** What core is told to begin with; the socket and the token are the keeper's. A refusal is shown like one of core's. */
  readonly begin: () =>
    | Omit<StartMessage, 'kind' | 'socketPath' | 'token'>
    | { readonly refused: { readonly code: string; readonly sentence: string } }
  readonly onConsole: () => void
  readonly onTrouble: (trouble: Trouble) => void
  readonly onClosed: () => void
  readonly diagnostics: ShellDiagnostics
}

export function keepCore(wishes: KeeperWishes): CoreKeeper {
  let state: CoreState = { kind: 'idle' }
  let current: Run | undefined
  let timer: NodeJS.Timeout | undefined
  let waiting: ((address: CoreAddress | undefined) => void)[] = []

  function happen(happening: CoreHappening): void {
    const step = decide(state, happening)
    if (step.state.kind !== state.kind) wishes.diagnostics.note('core is now', { state: step.state.kind, because: happening.type })
    state = step.state
    for (const deed of step.deeds) act(deed)
    if (state.kind !== 'starting') answerWaiting()
  }

  function act(deed: CoreDeed): void {
    switch (deed.type) {
      case 'spawn':
        clearTimeout(timer)
        spawnRun().catch((error: unknown) => {
          // The machine, not core: no room for a socket, a key file that cannot be written.
          const reason = error instanceof Error ? error.message : String(error)
          happen({ type: 'host-refused', code: 'CORE_NOT_STARTED', sentence: `The core of the console could not be started: ${reason}.` })
        })
        break
      case 'ask-to-stop':
        timer = setTimeout(() => happen({ type: 'close-overdue' }), closePatienceMs)
        if (current?.process === undefined) happen(endedUnstarted())
        else current.process.send({ kind: 'stop' })
        break
      case 'kill':
        wishes.diagnostics.note('core takes too long and is ended', { state: state.kind })
        current?.process?.kill()
        break
      case 'restart-later':
        timer = setTimeout(() => happen({ type: 'restart-due' }), deed.ms)
        break
      case 'show-console':
        clearTimeout(timer)
        wishes.onConsole()
        break
      case 'show-trouble':
        wishes.diagnostics.note('trouble', { code: deed.trouble.code, sentence: deed.trouble.sentence })
        wishes.onTrouble(deed.trouble)
        break
      case 'leave':
        clearTimeout(timer)
        current?.forget()
        wishes.onClosed()
        break
    }
  }

  async function spawnRun(): Promise<void> {
    const before = current
    const run: Run = { address: makeAddress(), process: undefined, ended: Promise.resolve(), forget: () => undefined }
    run.forget = () => removeSocketFolder(run.address)
    current = run
    // The one before may have refused and still be closing; two at once would fight over the data folder.
    before?.process?.kill()
    await before?.ended
    before?.forget()
    const way = await wishes.way()
    const begin = wishes.begin()
    if (current !== run || state.kind !== 'starting') return
    if (way.kind === 'refused') return happen({ type: 'host-refused', code: way.code, sentence: way.sentence })
    if ('refused' in begin) return happen({ type: 'host-refused', ...begin.refused })
    timer = setTimeout(() => happen({ type: 'start-overdue' }), startPatienceMs)
    let onEnded = (): void => undefined
    run.ended = new Promise((resolve) => {
      onEnded = resolve
    })
    const child = startCore(way, wishes.entry, {
      onMessage: (message) => {
        if (current !== run) return
        if (message.kind === 'ready') happen({ type: 'ready', at: Date.now() })
        if (message.kind === 'failed') happen({ type: 'failed', code: message.code, message: message.message })
      },
      onExit: (exit) => {
        run.process = undefined
        onEnded()
        if (current === run) happen({ type: 'exited', ...exit, at: Date.now() })
      },
      onLine: (line) => wishes.diagnostics.coreLine(line),
    })
    run.process = child
    child.send({ kind: 'start', ...begin, ...run.address })
  }

  function answerWaiting(): void {
    const address = state.kind === 'serving' ? current?.address : undefined
    const answered = waiting
    waiting = []
    for (const answer of answered) answer(address)
  }

  happen({ type: 'start-asked' })
  return {
    startAgain: () => happen({ type: 'start-asked' }),
    whereCoreIs: () => {
      if (state.kind === 'starting') return new Promise((resolve) => waiting.push(resolve))
      return Promise.resolve(state.kind === 'serving' ? current?.address : undefined)
    },
    trouble: () => (state.kind === 'waiting' || state.kind === 'refused' ? state.trouble : undefined),
    close: () => happen({ type: 'close-asked' }),
  }
}

type Run = {
  readonly address: CoreAddress
  process: CoreProcess | undefined
  ended: Promise<void>
  forget: () => void
}

/** Core had not been spawned yet when it was asked to close; there is nothing to wait for. */
function endedUnstarted(): CoreHappening {
  return { type: 'exited', exitCode: 0, signal: null, at: Date.now() }
}

/** A socket in a folder that only this user may enter, or a pipe whose name cannot be guessed; the name is short, as 104 bytes is all it may be. */
function makeAddress(): CoreAddress {
  const token = randomBytes(32).toString('hex')
  if (process.platform === 'win32') return { socketPath: `\\\\.\\pipe\\ibcf-${randomBytes(16).toString('hex')}`, token }
  return { socketPath: join(makePrivateFolder(), 'core.sock'), token }
}

function makePrivateFolder(): string {
  const own = process.env['XDG_RUNTIME_DIR']
  try {
    if (own !== undefined && own !== '') return mkdtempSync(join(own, 'ibcf-'))
  } catch {
    // Sessions without a login (sudo, containers) may name one that is not there; the system's temporary folder does as well.
  }
  return mkdtempSync(join(tmpdir(), 'ibcf-'))
}

function removeSocketFolder(address: CoreAddress): void {
  if (process.platform !== 'win32') rmSync(dirname(address.socketPath), { recursive: true, force: true })
}
