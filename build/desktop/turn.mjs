/** Lets one process at a time build into a folder, so that two commands started together do not undo each other's work. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

const pollMs = 200
const patienceMs = 300_000

/**
 * Runs `act` while holding `lock`, a file that names the holder. A holder that is no longer alive is passed over.
 *
 * @template T
 * @param {string} lock
 * @param {() => Promise<T>} act
 * @returns {Promise<T>}
 */
export async function inTurn(lock, act) {
  mkdirSync(dirname(lock), { recursive: true })
  const deadline = Date.now() + patienceMs
  while (!take(lock)) {
    if (Date.now() > deadline) throw new Error(`another process (${holderOf(lock)}) has been holding ${lock} for ${patienceMs / 1000} s`)
    if (!isAlive(holderOf(lock))) rmSync(lock, { force: true })
    else await wait(pollMs)
  }
  try {
    return await act()
  } finally {
    rmSync(lock, { force: true })
  }
}

function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function holderOf(lock) {
  try {
    return Number.parseInt(readFileSync(lock, 'utf8'), 10)
  } catch (error) {
    if (error.code === 'ENOENT') return Number.NaN
    throw error
  }
}

/** A file just made and not yet written names nobody: its maker is given the benefit of the doubt. */
function isAlive(pid) {
  if (Number.isNaN(pid)) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
