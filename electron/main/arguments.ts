/** Reads the words the console was started with. Chromium's own switches pass by unread. */
import { resolve } from 'node:path'

export type Wish = {
  /** Absolute. */
  readonly dataDir: string
  /** Which workspace to open first. */
  readonly workspace: 'main' | 'demo'
}

export type WishOrRefusal =
  | { readonly ok: true; readonly wish: Wish }
  | { readonly ok: false; readonly code: 'ARGUMENT_INVALID'; readonly sentence: string }

export type Surroundings = {
  /** Where the data is when nobody says otherwise; absolute. */
  readonly defaultDataDir: string
  readonly workingDir: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** `--data DIR` before IBCF_DATA before the default; `--workspace main|demo`. Both take `--name value` and `--name=value`. [SH9] */
export function parseArguments(words: readonly string[], around: Surroundings): WishOrRefusal {
  const data = valueOf(words, '--data')
  if (data === '') return refuse('--data needs the path of a folder, as in --data=/srv/ibcf.')
  const workspace = valueOf(words, '--workspace') ?? 'main'
  if (workspace !== 'main' && workspace !== 'demo') return refuse(`--workspace is main or demo, not "${workspace}".`)
  const named = data ?? around.environment['IBCF_DATA']
  const dataDir = named === undefined || named === '' ? around.defaultDataDir : resolve(around.workingDir, named)
  return { ok: true, wish: { dataDir, workspace } }
}

/** Undefined when the option is not there, empty when it is there without a value. */
function valueOf(words: readonly string[], name: string): string | undefined {
  const joined = words.find((word) => word.startsWith(`${name}=`))
  if (joined !== undefined) return joined.slice(name.length + 1)
  const at = words.indexOf(name)
  if (at === -1) return undefined
  const next = words[at + 1]
  return next === undefined || next.startsWith('--') ? '' : next
}

function refuse(sentence: string): WishOrRefusal {
  return { ok: false, code: 'ARGUMENT_INVALID', sentence }
}
