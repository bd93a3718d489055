/** Runs another program in the foreground of this one: same terminal, signals passed on, exit code handed back. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { isatty } from 'node:tty'

/** @type {readonly NodeJS.Signals[]} */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Who started this process, and how often it is looked whether they are still there. */
const starter = process.ppid
const LOOK_MS = 250

/**
 * Runs a program and reports how it ended, as an exit code (128 + its number for a signal). Rejects if it cannot start.
 * SIGTERM and SIGHUP are passed on, so that whoever stops this process stops the program. SIGINT is passed on only where
 * there is no terminal: Ctrl-C there already reaches the whole group, and a second one means "at once" to many programs.
 * npm runs a script in a shell and, when it is stopped, stops the shell, which tells nobody: so under npm the program is
 * also stopped when the shell is gone.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<number>}
 */
export function runProgram(program, args, options) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, options)
    // Asked of the descriptors: merely naming process.stdin would open it, and it belongs to the program.
    const onTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor))
    const passOn = (/** @type {NodeJS.Signals} */ signal) => {
      if (signal !== 'SIGINT' || !onTerminal) child.kill(signal)
    }
    for (const signal of PASSED_ON) process.on(signal, passOn)
    const look = setInterval(() => {
      if (process.env['npm_lifecycle_event'] === undefined || process.ppid === starter) return
      clearInterval(look)
      child.kill('SIGTERM')
    }, LOOK_MS)
    const letGo = () => {
      clearInterval(look)
      for (const signal of PASSED_ON) process.off(signal, passOn)
    }
    child.once('error', (error) => {
      letGo()
      fail(error)
    })
    child.once('exit', (code, signal) => {
      letGo()
      done(signal === null ? (code ?? 1) : 128 + constants.signals[signal])
    })
  })
}
