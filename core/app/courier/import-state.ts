/** What the airlock remembers of one bundle, as a file beside what was read of it: enough to go on after the process was killed. */
import { join } from 'node:path'
import { z } from 'zod'
import { type ImportView, importView } from '../../contract/courier.ts'
import type { Files } from '../../kernel/ports.ts'
import { type Applied, nothingApplied } from './apply.ts'

export type ImportState = {
  readonly view: ImportView
  /** Subjects that the preview rests on, and the last event that it knew. */
  readonly rests: { readonly position: number; readonly subjects: readonly string[] } | null
  readonly applied: Applied
  /** Who decided to take it in. */
  readonly actor: string | null
}

const name = 'import.json'
const count = z.number().int().nonnegative()
const stateSchema = z.object({
  view: importView,
  rests: z.object({ position: count, subjects: z.array(z.string()) }).nullable(),
  applied: z.object({
    segments: count,
    storedEvents: count,
    storedSegments: count,
    knownSegments: count,
    forkedSegments: count,
    waitingPieces: count,
    storedBlobs: count,
    refused: z.array(z.object({ code: z.string(), sentence: z.string(), log: z.string(), count })),
  }),
  actor: z.string().nullable(),
})

export function beginImport(importId: string, files: readonly string[], beganAt: string): ImportState {
  const view: ImportView = {
    importId,
    files: [...files],
    stage: 'inspecting',
    beganAt,
    progress: null,
    inspection: null,
    preview: null,
    result: null,
    problem: null,
    isInterrupted: false,
    isPutAway: false,
  }
  return { view, rests: null, applied: nothingApplied, actor: null }
}

export function writeImport(directory: string, state: ImportState, files: Files): void {
  const kept = { ...state, view: { ...state.view, progress: null } }
  files.writeAtomic(join(directory, name), new TextEncoder().encode(JSON.stringify(kept)))
}

/** Undefined where there is none, or one that another version wrote: it is left as it is, and not shown. */
export function readImport(directory: string, files: Files): ImportState | undefined {
  const bytes = files.read(join(directory, name))
  if (bytes === undefined) return undefined
  const parsed = stateSchema.safeParse(parse(bytes))
  return parsed.success ? parsed.data : undefined
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
