/** Which system libraries an Electron wants and this machine lacks, and how Debian and its children would install them. */
import { spawnSync } from 'node:child_process'

/** What Debian 12 and Ubuntu 22.04 call the package of each library that Electron asks for beyond the C library's own. */
const packages = {
  'libgtk-3.so.0': 'libgtk-3-0',
  'libgdk-3.so.0': 'libgtk-3-0',
  'libnss3.so': 'libnss3',
  'libnssutil3.so': 'libnss3',
  'libsmime3.so': 'libnss3',
  'libnspr4.so': 'libnspr4',
  'libasound.so.2': 'libasound2',
  'libgbm.so.1': 'libgbm1',
  'libdrm.so.2': 'libdrm2',
  'libatk-1.0.so.0': 'libatk1.0-0',
  'libatk-bridge-2.0.so.0': 'libatk-bridge2.0-0',
  'libatspi.so.0': 'libatspi2.0-0',
  'libcups.so.2': 'libcups2',
  'libdbus-1.so.3': 'libdbus-1-3',
  'libX11.so.6': 'libx11-6',
  'libXcomposite.so.1': 'libxcomposite1',
  'libXdamage.so.1': 'libxdamage1',
  'libXext.so.6': 'libxext6',
  'libXfixes.so.3': 'libxfixes3',
  'libXrandr.so.2': 'libxrandr2',
  'libxcb.so.1': 'libxcb1',
  'libxkbcommon.so.0': 'libxkbcommon0',
  'libpango-1.0.so.0': 'libpango-1.0-0',
  'libcairo.so.2': 'libcairo2',
  'libexpat.so.1': 'libexpat1',
  'libuuid.so.1': 'libuuid1',
  'libglib-2.0.so.0': 'libglib2.0-0',
  'libgobject-2.0.so.0': 'libglib2.0-0',
  'libgio-2.0.so.0': 'libglib2.0-0',
}

/**
 * The names of what `ldd` could not find for this executable; none on systems other than Linux, and none where `ldd` itself is missing,
 * since then nothing can be said.
 *
 * @param {string} executable
 * @returns {readonly string[]}
 */
export function missingLibraries(executable) {
  if (process.platform !== 'linux') return []
  const told = spawnSync('ldd', [executable], { encoding: 'utf8', timeout: 20_000 })
  return told.status === 0 ? readMissing(told.stdout) : []
}

/**
 * Reads what `ldd` printed.
 *
 * @param {string} text
 * @returns {readonly string[]}
 */
export function readMissing(text) {
  const names = [...text.matchAll(/^\s*(\S+) => not found$/gm)].map(([, name]) => name ?? '')
  return [...new Set(names)].sort()
}

/**
 * One sentence that names what is missing and, where it is known, the line that installs it.
 *
 * @param {readonly string[]} names
 */
export function describeMissing(names) {
  const known = [...new Set(names.flatMap((name) => packages[name] ?? []))].sort((a, b) => a.localeCompare(b))
  const line = known.length === 0 ? '' : ` (on Debian: apt-get install ${known.join(' ')})`
  return `this system lacks ${names.join(', ')}, which Electron needs${line}`
}
