/** The walk along one branch of a log that is being checked: what was seen so far, and what is still to be held against it. */
import type { Ports } from '../kernel/ports.ts'
import type { Reader } from '../kernel/reader.ts'
import type { Branch, LogTree } from './branches.ts'
import type { Findings } from './findings.ts'

export type Walk = {
  readonly reader: Reader
  readonly crypto: Ports['crypto']
  readonly findings: Findings
  readonly tree: LogTree
  readonly branch: Branch
  readonly name: string
  readonly names: Names
  /** Where other branches leave this one, with the head there once the walk has come by. */
  readonly forks: Map<number, Uint8Array | undefined>
  /** Heads before signed points that are still to come, by seq. */
  readonly heads: Map<number, Uint8Array>
  /** Events since the last signed point whose bytes are not the ones that were filed. */
  suspects: Suspect[]
  head: Uint8Array
  /** The last seq that lies in an archive that is not here. */
  unknownTo: number
  /** The head where the branch is said to end, once the walk has come by. */
  end: Uint8Array | undefined
}

export type Suspect = { readonly seq: number; readonly event: string | undefined }

/** What the small numbers stand for; kept, since every event asks. */
export type Names = { readonly subjects: Map<number, string>; readonly types: Map<number, string> }

export function createNames(): Names {
  return { subjects: new Map(), types: new Map() }
}

/** More than a segment spans. */
const keptSpan = 8192

/** Branches that leave here, and points that are to be checked when their end is reached, begin at this head. */
export function pass(walk: Walk, seq: number): void {
  if (walk.forks.has(seq)) walk.forks.set(seq, walk.head)
  if (seq === walk.branch.seq) walk.end = walk.head
  walk.heads.set(seq, walk.head)
  for (const old of walk.heads.keys()) {
    if (old >= seq - keptSpan) break
    walk.heads.delete(old)
  }
}
