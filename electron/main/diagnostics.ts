/** What the shell tells whoever looks after the machine: lines of JSON on the standard error and in logs/shell.jsonl. Never a secret. */
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

export type ShellFacts = Readonly<Record<string, string | number | boolean | null>>

export type ShellDiagnostics = {
  readonly note: (message: string, facts?: ShellFacts) => void
  /** A line that core wrote, passed on as it is. */
  readonly coreLine: (line: string) => void
}

/** One older file is kept beside the one being written; together they never take more than twice this. */
const maxFileBytes = 1_000_000

export function openDiagnostics(folder: string): ShellDiagnostics {
  const path = join(folder, 'shell.jsonl')
  let sizeBytes = prepare(path)
  let isWritable = sizeBytes >= 0

  function write(line: string): void {
    process.stderr.write(`${line}\n`)
    if (!isWritable) return
    try {
      if (sizeBytes > maxFileBytes) {
        renameSync(path, `${path}.old`)
        sizeBytes = 0
      }
      appendFileSync(path, `${line}\n`)
      sizeBytes += line.length + 1
    } catch (error) {
      // A full or read-only disk must not take the console down with it; the standard error goes on.
      isWritable = false
      process.stderr.write(
        `${JSON.stringify({ part: 'shell', message: 'diagnostics are no longer written to disk', reason: String(error) })}\n`,
      )
    }
  }

  return {
    note: (message, facts = {}) => write(JSON.stringify({ at: new Date().toISOString(), part: 'shell', message, ...facts })),
    coreLine: (line) => write(line.startsWith('{') ? line : JSON.stringify({ at: new Date().toISOString(), part: 'core', message: line })),
  }
}

/** The size of what is there already, or -1 when nothing can be written. */
function prepare(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true })
    appendFileSync(path, '')
    return statSync(path).size
  } catch {
    // Said by the first write that fails; until then the standard error is enough.
    return -1
  }
}
