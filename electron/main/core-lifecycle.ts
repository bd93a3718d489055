/**
 * What becomes of the core process: started, serving, ended by itself, refused, started again. Pure: it is told what happened and says
 * what to do; core-keeper.ts does it.
 */

/** What a person is shown instead of the console. */
export type Trouble = {
  /** Stable; what is read over the radio. */
  readonly code: string
  readonly sentence: string
  readonly nextStep: string
  /** Core will be started by itself after this long; absent when a person has to decide. */
  readonly restartsInMs?: number
}

export type CoreState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'starting'; readonly failures: number }
  | { readonly kind: 'serving'; readonly failures: number; readonly since: number }
  | { readonly kind: 'waiting'; readonly failures: number; readonly trouble: Trouble }
  | { readonly kind: 'refused'; readonly trouble: Trouble }
  | { readonly kind: 'closing' }
  | { readonly kind: 'closed' }

export type CoreHappening =
  | { readonly type: 'start-asked' }
  | { readonly type: 'host-refused'; readonly code: string; readonly sentence: string }
  | { readonly type: 'ready'; readonly at: number }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  | { readonly type: 'exited'; readonly exitCode: number | null; readonly signal: string | null; readonly at: number }
  | { readonly type: 'start-overdue' }
  | { readonly type: 'restart-due' }
  | { readonly type: 'close-asked' }
  | { readonly type: 'close-overdue' }

export type CoreDeed =
  | { readonly type: 'spawn' }
  | { readonly type: 'ask-to-stop' }
  | { readonly type: 'kill' }
  | { readonly type: 'restart-later'; readonly ms: number }
  | { readonly type: 'show-console' }
  | { readonly type: 'show-trouble'; readonly trouble: Trouble }
  | { readonly type: 'leave' }

export type Step = { readonly state: CoreState; readonly deeds: readonly CoreDeed[] }

/** The waits before core is started again by itself, in milliseconds; after the last one a person has to. [SH6] */
export const restartWaits = [8_000, 30_000, 120_000] as const
/** Core that served this long, in milliseconds, is taken to have been well: what happens next counts from one again. */
export const wellAfterMs = 600_000
/** Opening a large store, migrating it included, may take this long before it is taken to hang. */
export const startPatienceMs = 600_000
/** What core is given to close its files before it is ended; it loses nothing either way. */
export const closePatienceMs = 10_000

export function decide(state: CoreState, happening: CoreHappening): Step {
  switch (happening.type) {
    case 'start-asked':
    case 'restart-due':
      return start(state, happening.type)
    case 'host-refused':
      return stay({ code: happening.code, sentence: happening.sentence, nextStep: nextStepFor(happening.code) })
    case 'ready':
      if (state.kind !== 'starting') return { state, deeds: [] }
      return { state: { kind: 'serving', failures: state.failures, since: happening.at }, deeds: [{ type: 'show-console' }] }
    case 'failed':
      if (state.kind !== 'starting') return { state, deeds: [] }
      return stay({ code: happening.code, sentence: happening.message, nextStep: nextStepFor(happening.code) })
    case 'exited':
      return exited(state, happening)
    case 'start-overdue':
      return state.kind === 'starting' ? { state, deeds: [{ type: 'kill' }] } : { state, deeds: [] }
    case 'close-asked':
      return close(state)
    case 'close-overdue':
      return state.kind === 'closing' ? { state, deeds: [{ type: 'kill' }] } : { state, deeds: [] }
  }
}

function start(state: CoreState, why: 'start-asked' | 'restart-due'): Step {
  switch (state.kind) {
    case 'idle':
      return { state: { kind: 'starting', failures: 0 }, deeds: [{ type: 'spawn' }] }
    case 'waiting':
      return { state: { kind: 'starting', failures: state.failures }, deeds: [{ type: 'spawn' }] }
    case 'refused':
      return why === 'start-asked' ? { state: { kind: 'starting', failures: 0 }, deeds: [{ type: 'spawn' }] } : { state, deeds: [] }
    case 'starting':
    case 'serving':
    case 'closing':
    case 'closed':
      return { state, deeds: [] }
  }
}

function exited(state: CoreState, exit: { readonly exitCode: number | null; readonly signal: string | null; readonly at: number }): Step {
  switch (state.kind) {
    case 'starting':
    case 'serving': {
      const wasWell = state.kind === 'serving' && exit.at - state.since >= wellAfterMs
      const failures = (wasWell ? 0 : state.failures) + 1
      const wait = restartWaits[failures - 1]
      const trouble = troubleOf(exit, wait)
      if (wait === undefined) return stay(trouble)
      return {
        state: { kind: 'waiting', failures, trouble },
        deeds: [
          { type: 'show-trouble', trouble },
          { type: 'restart-later', ms: wait },
        ],
      }
    }
    case 'closing':
      return { state: { kind: 'closed' }, deeds: [{ type: 'leave' }] }
    case 'idle':
    case 'waiting':
    case 'refused':
    case 'closed':
      return { state, deeds: [] }
  }
}

function close(state: CoreState): Step {
  switch (state.kind) {
    case 'starting':
    case 'serving':
      return { state: { kind: 'closing' }, deeds: [{ type: 'ask-to-stop' }] }
    case 'idle':
    case 'waiting':
    case 'refused':
      return { state: { kind: 'closed' }, deeds: [{ type: 'leave' }] }
    case 'closing':
    case 'closed':
      return { state, deeds: [] }
  }
}

function stay(trouble: Trouble): Step {
  return { state: { kind: 'refused', trouble }, deeds: [{ type: 'show-trouble', trouble }] }
}

function troubleOf(exit: { readonly exitCode: number | null; readonly signal: string | null }, wait: number | undefined): Trouble {
  const how =
    exit.signal === null ? (exit.exitCode === null ? 'without a status' : `with status ${exit.exitCode}`) : `by signal ${exit.signal}`
  return {
    code: 'CORE_EXITED',
    sentence: `The core of the console ended unexpectedly, ${how}. Everything it had acknowledged is on disk.`,
    nextStep:
      wait === undefined
        ? 'It ended several times in a row. Start it again, and if it does not stay, run "ibcf verify" on the data folder.'
        : 'Nothing needs doing: it starts again by itself. You can also start it now.',
    ...(wait === undefined ? {} : { restartsInMs: wait }),
  }
}

/** What to do about a refusal that core or its host gave. Codes not named here have their whole story in their sentence. */
function nextStepFor(code: string): string {
  if (code.startsWith('HOST_')) return 'Install the current version of the console, which carries what it needs.'
  return nextSteps[code] ?? 'Put right what the sentence names, then start again. The data folder is left as it was.'
}

const nextSteps: Readonly<Record<string, string>> = {
  DATA_DIRECTORY_LOCKED: 'Close the other master, or start this console with another data folder (--data).',
  STORE_READ_ONLY: 'Allow this user to write there, or start the console with another data folder (--data). Nothing was changed.',
  STORE_FROM_FUTURE: 'Install the version of the console that wrote this data folder, or a newer one. Nothing was changed.',
  STORE_DAMAGED: 'Copy the data folder somewhere safe, then run "ibcf verify" on it to see what is hurt; a backup can take its place.',
  STORE_FOREIGN: 'Start the console with another data folder (--data). Nothing was changed.',
  KEYS_LOCKED: 'Start as the user, on the computer, that made this master, or restore it from a backup. Nothing was changed.',
  CORE_NOT_STARTED: 'Make room, or put right what the sentence names, then start again.',
  ARGUMENT_INVALID: 'Close this window and start the console with the option put right.',
  KEY_STORE_LOCKED: 'Unlock the key store of this computer (its login keyring), then start again.',
  KEY_SEAL_UNREADABLE: 'Restore the key store of this computer, or restore this master from a backup. Nothing was deleted.',
}
