/** The lock that lets one process install while the others wait. It outlives no crash, and believes no clock. */
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'

/** The holder touches its lock this often. */
const HEARTBEAT_MS = 2_000
const WAIT_MS = 250
/** The guard around a takeover is held for microseconds; this is how long one left behind by a crash may stand. */
const STALE_TAKEOVER_MS = 10_000

/**
 * Takes the lock, waiting while another living process holds it, and returns what releases it.
 * The lock is a directory, because making one is atomic everywhere. A holder on this machine whose process is gone is
 * dead. So is any holder that has not touched the lock while we stood and watched for `staleMs`: watched, because after
 * a night with the lid closed every lock looks old, and the clock says nothing about who is alive.
 * @param {string} path of the lock directory
 * @param {{staleMs?: number, onWait?: (holder: string) => void}} [options] onWait is called once, if there is somebody to wait for
 * @returns {Promise<() => void>}
 */
export async function takeLock(path, { staleMs = 60_000, onWait = () => {} } = {}) {
  mkdirSync(dirname(path), { recursive: true })
  /** @type {number | undefined} */
  let touchedAt
  let watchedMs = 0
  let told = false
  while (!makeDirectory(path)) {
    const seen = touchTime(path)
    watchedMs = seen === touchedAt ? watchedMs + WAIT_MS : 0
    touchedAt = seen
    if (isHolderGone(path) || watchedMs >= staleMs) breakLock(path, seen)
    else {
      if (!told) onWait(nameHolder(path))
      told = true
      await new Promise((done) => setTimeout(done, WAIT_MS))
    }
  }
  writeFileSync(join(path, 'holder.json'), JSON.stringify({ pid: process.pid, host: hostname() }))
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS)
  heartbeat.unref()
  return () => {
    clearInterval(heartbeat)
    rmSync(path, { recursive: true, force: true })
  }
}

/**
 * Makes a directory; false if it is there already.
 * @param {string} path
 */
function makeDirectory(path) {
  try {
    mkdirSync(path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/**
 * When a directory was last touched, in milliseconds; undefined when it is gone.
 * @param {string} path
 */
function touchTime(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs
}

/**
 * Who holds a lock; nobody in the moment between making the directory and writing the name into it.
 * @param {string} path
 * @returns {{pid?: number, host?: string}}
 */
function readHolder(path) {
  try {
    return JSON.parse(readFileSync(join(path, 'holder.json'), 'utf8'))
  } catch {
    return {}
  }
}

/** @param {string} path */
function nameHolder(path) {
  const { pid } = readHolder(path)
  return pid === undefined ? 'another process' : `process ${pid}`
}

/**
 * Whether the holder is known to be dead, which can be known of this machine's processes only.
 * @param {string} path
 */
function isHolderGone(path) {
  const { pid, host } = readHolder(path)
  return pid !== undefined && host === hostname() && !isAlive(pid)
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/**
 * Removes a dead holder's lock. Of several that wait, one may do so at a time, and it looks again first: otherwise the
 * second would remove the lock that the first has just taken.
 * @param {string} path
 * @param {number | undefined} judgedAt the touch time that the judgement was made on
 */
function breakLock(path, judgedAt) {
  const guard = `${path}.takeover`
  if (!makeDirectory(guard)) {
    if (Date.now() - (touchTime(guard) ?? Date.now()) > STALE_TAKEOVER_MS) rmSync(guard, { recursive: true, force: true })
    return
  }
  try {
    if (touchTime(path) === judgedAt) rmSync(path, { recursive: true, force: true })
  } finally {
    rmSync(guard, { recursive: true, force: true })
  }
}

/** @param {string} path */
function touch(path) {
  const now = new Date()
  try {
    utimesSync(path, now, now)
  } catch (error) {
    // Someone cleared .cache by hand; the installation goes on, and what npm reports decides about it.
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
