/** Whether Electron can open a window here, and if not, why, in words that follow "Electron cannot run here:". */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describeMissing, missingLibraries } from './shared-libraries.mjs'

/**
 * The reason why this Electron cannot run, a display aside; undefined when nothing is known to stop it.
 *
 * @param {string} executable
 * @returns {string | undefined}
 */
export function whyNotRunnable(executable) {
  const missing = missingLibraries(executable)
  if (missing.length > 0) return describeMissing(missing)
  return whyNoSandbox(dirname(executable))
}

/** Root has no sandbox in Chromium, and is told so rather than refused: on a field laptop nobody is root by accident. */
export function isRoot() {
  return process.getuid?.() === 0
}

/**
 * Chromium confines its pages with user namespaces, or with a helper that is set-uid root. Where there is neither it ends at once, and
 * running it unconfined behind the user's back is not ours to decide.
 */
function whyNoSandbox(folder) {
  if (process.platform !== 'linux' || isRoot() || hasSetuidHelper(folder)) return undefined
  if (readNumber('/proc/sys/kernel/unprivileged_userns_clone') === 0) {
    return 'this system allows no user namespaces, which its sandbox needs (sysctl kernel.unprivileged_userns_clone=1)'
  }
  if (readNumber('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === 1) {
    return 'this system keeps user namespaces, which its sandbox needs, from programs it does not know (sysctl kernel.apparmor_restrict_unprivileged_userns=0)'
  }
  return undefined
}

function hasSetuidHelper(folder) {
  const helper = join(folder, 'chrome-sandbox')
  if (!existsSync(helper)) return false
  const { mode, uid } = statSync(helper)
  return uid === 0 && (mode & 0o4000) !== 0
}

function readNumber(path) {
  return existsSync(path) ? Number.parseInt(readFileSync(path, 'utf8'), 10) : undefined
}
