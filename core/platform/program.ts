/** Runs a program of the machine to its end, with its output bounded and its time too. */
import { execFile } from 'node:child_process'
import type { RunProgram } from '../kernel/ports.ts'

const mostOutputBytes = 64 * 1024

export const runProgram: RunProgram = (path, args, withinMs) => {
  const isScript = path.endsWith('.mjs') || path.endsWith('.js')
  const [file, given] = isScript ? [process.execPath, [path, ...args]] : [path, [...args]]
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'] ?? '', ELECTRON_RUN_AS_NODE: '1' }
    execFile(file, given, { timeout: withinMs, killSignal: 'SIGKILL', maxBuffer: mostOutputBytes, env }, (error, stdout) => {
      if (error === null) return resolve({ kind: 'ended', status: 0, output: stdout })
      if (typeof error.code === 'number') return resolve({ kind: 'ended', status: error.code, output: stdout })
      resolve({ kind: 'failed', reason: error.killed === true ? 'it took too long' : String(error.code ?? error.signal ?? 'unknown') })
    })
  })
}
