/** Starts the core process in one of its two ways and gives both the same face. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { utilityProcess } from 'electron'
import { type FromCore, parseFromCore, type ToCore } from './messages.ts'

export type CoreExit = { readonly exitCode: number | null; readonly signal: string | null }

export type CoreProcess = {
  readonly pid: () => number | undefined
  readonly send: (message: ToCore) => void
  /** Ends it at once; core survives that, but prefers `stop`. */
  readonly kill: () => void
}

export type CoreListener = {
  readonly onMessage: (message: FromCore) => void
  /** Once, whatever the reason; also when it could not be started at all. */
  readonly onExit: (exit: CoreExit) => void
  /** A line that core wrote to its standard output or error. */
  readonly onLine: (line: string) => void
}

export type RunnableWay = { readonly kind: 'utility-process' } | { readonly kind: 'node-child'; readonly path: string }

/** `entry` is the absolute path of core's bundle, outside any asar: a plain Node cannot read inside one. */
export function startCore(way: RunnableWay, entry: string, listener: CoreListener): CoreProcess {
  return way.kind === 'utility-process' ? inUtilityProcess(entry, listener) : inNodeChild(way.path, entry, listener)
}

/** What core inherits: nothing that would steer its Node or its Electron from outside. */
export function coreEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(NODE_|ELECTRON_|IBCF_NODE$)/i.test(name)))
}

function inUtilityProcess(entry: string, listener: CoreListener): CoreProcess {
  const child = utilityProcess.fork(entry, [], { serviceName: 'IBCF core', stdio: 'pipe', env: coreEnvironment(process.env) })
  child.on('message', (value: unknown) => deliver(value, listener))
  child.once('exit', (exitCode) => listener.onExit({ exitCode, signal: null }))
  readLines(child.stdout, listener)
  readLines(child.stderr, listener)
  return {
    pid: () => child.pid,
    send: (message) => child.postMessage(message),
    kill: () => killNow(child.pid),
  }
}

function inNodeChild(path: string, entry: string, listener: CoreListener): CoreProcess {
  const child = spawn(path, [entry], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env: coreEnvironment(process.env), windowsHide: true })
  let hasEnded = false
  const end = (exit: CoreExit): void => {
    if (hasEnded) return
    hasEnded = true
    listener.onExit(exit)
  }
  child.on('message', (value: unknown) => deliver(value, listener))
  child.once('exit', (exitCode, signal) => end({ exitCode, signal }))
  child.once('error', (error) => {
    listener.onLine(`could not be started: ${error.message}`)
    end({ exitCode: null, signal: null })
  })
  readLines(child.stdout, listener)
  readLines(child.stderr, listener)
  return {
    pid: () => child.pid,
    send: (message) => {
      // A channel that has just closed is reported by `exit`; there is nobody left to tell.
      if (child.connected) child.send(message, () => undefined)
    },
    kill: () => killNow(child.pid),
  }
}

function killNow(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // It ended by itself in this very moment, which is what was wanted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function deliver(value: unknown, listener: CoreListener): void {
  const message = parseFromCore(value)
  if (message === undefined) listener.onLine('sent a message that is not one of ours; it was left out')
  else listener.onMessage(message)
}

function readLines(stream: Readable | NodeJS.ReadableStream | null, listener: CoreListener): void {
  if (stream === null) return
  createInterface({ input: stream }).on('line', listener.onLine)
}
