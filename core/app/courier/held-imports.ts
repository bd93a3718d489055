/** What lies in the airlock, written down at every step, and the one thing that runs in it. */
import { join } from 'node:path'
import type { ImportView } from '../../contract/courier.ts'
import { AppError, isAppError } from '../../kernel/app-error.ts'
import type { Ports } from '../../kernel/ports.ts'
import { type ImportState, readImport, writeImport } from './import-state.ts'
import { problemOf } from './refusing.ts'

export type HeldImports = {
  readonly all: () => readonly ImportState[]
  /** As they were written down by a run before this one. */
  readonly readAll: () => readonly ImportState[]
  readonly placeOf: (importId: string) => string
  /** `isKept` false: only shown, for what changes too often to be written down. */
  readonly put: (state: ImportState, isKept?: boolean) => ImportState
  /** Throws NotFound `IMPORT_UNKNOWN`, as `need` does. */
  readonly show: (importId: string, change: Partial<ImportView>, isKept?: boolean) => ImportState
  readonly need: (importId: string) => ImportState
  /** What was read is not needed any more; what was found out stays. */
  readonly clear: (importId: string) => void
  /** Throws Rejected `AIRLOCK_BUSY`. */
  readonly requireIdle: () => void
  /** One at a time: two stages of two bundles would preview what the other changes. */
  readonly run: (
    importId: string,
    work: (signal: AbortSignal) => Promise<void>,
    onFailure: (problem: NonNullable<ImportView['problem']>, error: unknown) => void,
  ) => void
  readonly isRunning: (importId: string) => boolean
  readonly stop: () => void
  readonly ended: () => Promise<void>
}

type Parts = { readonly directory: string; readonly ports: Pick<Ports, 'files' | 'diagnostics'>; readonly changed: () => void }

export function createHeldImports({ directory, ports: { files, diagnostics }, changed }: Parts): HeldImports {
  const states = new Map<string, ImportState>()
  let running: { readonly importId: string; readonly stop: AbortController; readonly ended: Promise<void> } | undefined

  const placeOf = (importId: string): string => join(directory, importId)

  function put(state: ImportState, isKept = true): ImportState {
    states.set(state.view.importId, state)
    if (isKept) writeImport(placeOf(state.view.importId), state, files)
    changed()
    return state
  }

  function need(importId: string): ImportState {
    const state = states.get(importId)
    if (state === undefined) throw new AppError('NotFound', 'IMPORT_UNKNOWN', 'Nothing of that id is in the airlock.', { importId })
    return state
  }

  return {
    all: () => [...states.values()],
    readAll: () => {
      for (const importId of files.list(directory)) {
        const state = readImport(placeOf(importId), files)
        if (state !== undefined) states.set(importId, state)
      }
      return [...states.values()]
    },
    placeOf,
    put,
    show: (importId, change, isKept = true) => {
      const state = need(importId)
      return put({ ...state, view: { ...state.view, ...change } }, isKept)
    },
    need,
    clear: (importId) => {
      for (const name of ['segments.spool', 'segments.spool.part', 'blobs', 'statements.json', 'manifest.json'])
        files.remove(join(placeOf(importId), name))
    },
    requireIdle: () => {
      if (running !== undefined)
        throw new AppError('Rejected', 'AIRLOCK_BUSY', 'Another bundle is in the airlock; wait for it, or stop it.', {
          importId: running.importId,
        })
    },
    run: (importId, work, onFailure) => {
      const stop = new AbortController()
      const ended = work(stop.signal)
        .catch((error: unknown) => {
          if (!isAppError(error))
            diagnostics.error('the airlock failed', { reason: error instanceof Error ? (error.stack ?? error.message) : String(error) })
          onFailure(problemOf(error), error)
        })
        .finally(() => {
          running = undefined
          changed()
        })
      running = { importId, stop, ended }
    },
    isRunning: (importId) => running?.importId === importId,
    stop: () => running?.stop.abort(),
    ended: async () => running?.ended,
  }
}
