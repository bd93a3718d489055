/** A real core process over a made fleet: started, timed and weighed from outside, as whoever starts the program meets it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createInterface } from 'node:readline'

const root = fileURLToPath(new URL('../../', import.meta.url))
const command = fileURLToPath(new URL('../../out/core/ibcf.mjs', import.meta.url))
const engine = fileURLToPath(new URL('../../core/store/engine.ts', import.meta.url))

export type CoreProcess = { readonly pid: number; readonly readyMs: number; readonly stop: () => Promise<void> }

/** What is shipped is one bundle of core, not its sources. Throws when it cannot be made. */
export function bundleCore(): void {
  const made = spawnSync(process.execPath, ['build/bundle.mjs', '--only', 'core'], { cwd: root, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`core could not be bundled: ${made.stderr}`)
}

/** Resolves when it says that it serves; rejects with what it wrote when it ends before. */
export async function startCore(directory: string): Promise<CoreProcess> {
  const began = performance.now()
  const child = spawn(process.execPath, [command, 'master', '--data', directory, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let words = ''
  child.stderr.on('data', (part: Buffer) => (words += part.toString()))
  const ended = once(child, 'exit')
  const ready = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('"ready":true')) resolve()
    })
    void ended.then(() => reject(new Error(`core ended before it served: ${words}`)))
  })
  await ready
  const readyMs = performance.now() - began
  return {
    pid: child.pid ?? 0,
    readyMs,
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** What nothing that keeps its data in this file can be quicker than: a process of the same Node that opens it and reads one row. */
export async function openAndRead(directory: string): Promise<number> {
  const script = `const { loadEngine } = await import(${JSON.stringify(engine)}); const open = await loadEngine()
    const database = open(${JSON.stringify(`${directory}/store.sqlite`)}, { readonly: true }); database.prepare('SELECT max(number) FROM logs').get(); database.close()`
  const began = performance.now()
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'ignore', 'inherit'] })
  await finished(child)
  return performance.now() - began
}

/** Megabytes that Node takes by itself, doing nothing. */
export async function weighNode(): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'console.log("up"); setInterval(() => {}, 1000)'], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  const size = residentMb(child.pid ?? 0)
  child.kill()
  await once(child, 'exit')
  return size
}

/** Resident memory, megabytes (10^6). */
export function residentMb(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return (Number(line?.[1] ?? Number.NaN) * 1024) / 1e6
}

async function finished(child: ChildProcess): Promise<void> {
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`it ended with ${String(code)}`)
}
