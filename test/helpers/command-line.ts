/** Runs the real command line as processes of its own, and ends what it began. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../core/bin/ibcf.ts', import.meta.url))

export type Ran = { readonly status: number; readonly stdout: string; readonly stderr: string }

export type Running = {
  readonly child: ChildProcess
  /** The parsed ready line. */
  readonly ready: Readonly<Record<string, unknown>> & { readonly url?: string; readonly socket?: string; readonly masterId?: string }
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>
}

/** A directory of its own, removed by `dispose`. */
export function temporaryDirectory(name: string): { readonly path: string; readonly dispose: () => void } {
  const path = mkdtempSync(join(tmpdir(), `ibcf-${name}-`))
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) }
}

export function runCommand(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (part) => (stdout += part))
    child.stderr.on('data', (part) => (stderr += part))
    child.on('error', reject)
    child.on('close', (status) => resolve({ status: status ?? -1, stdout, stderr }))
  })
}

/** Starts a command that serves and waits for its ready line; rejects with its words when it ends before that. */
export function startCommand(...args: readonly string[]): Promise<Running> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = new Promise<number | null>((done) => child.on('close', done))
    let stdout = ''
    let stderr = ''
    child.stderr.on('data', (part) => (stderr += part))
    child.stdout.on('data', (part) => {
      stdout += part
      const line = stdout.split('\n').find((candidate) => candidate.startsWith('{"ready":true'))
      if (line === undefined) return
      const stop = (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
        child.kill(signal)
        return ended
      }
      resolve({ child, ready: JSON.parse(line), stop })
    })
    child.on('error', reject)
    void ended.then((status) => reject(new Error(`ended with ${status}: ${stderr}${stdout}`)))
  })
}
