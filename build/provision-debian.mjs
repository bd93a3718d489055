/**
 * What the tests need of a Debian machine, and how it gets there.
 * `node build/provision-debian.mjs` as root installs what is missing for every tier, or for the tiers named.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * The packages, in one list. `names` are the names that one package goes by in Debian's releases, oldest first.
 * Without an optional one the tests run all the same, and their pictures are a little poorer.
 * @type {readonly {names: readonly string[], tiers: readonly string[], reason: string, optional?: boolean}[]}
 */
export const PACKAGES = [
  { names: ['xvfb'], tiers: ['e2e'], reason: 'a display to draw on where there is none' },
  { names: ['libgtk-3-0', 'libgtk-3-0t64'], tiers: ['e2e'], reason: 'Electron opens its windows with it' },
  { names: ['libnss3'], tiers: ['e2e'], reason: "Electron's certificates and keys" },
  {
    names: ['libasound2', 'libasound2t64'],
    tiers: ['e2e'],
    reason: 'Electron does not load without it, though the console makes no sound',
  },
  { names: ['libgbm1'], tiers: ['e2e'], reason: "Electron's drawing buffers" },
  { names: ['chromium'], tiers: ['e2e'], reason: 'the same console in a browser' },
  { names: ['fonts-dejavu-core'], tiers: ['e2e'], reason: 'letters that the fonts of the console do not have', optional: true },
  { names: ['mtools'], tiers: ['integration'], reason: 'bundles go through images of FAT sticks with it', optional: true },
  { names: ['fonts-noto-color-emoji'], tiers: ['e2e'], reason: 'emoji in names', optional: true },
]

/** apt-get itself, quiet, and patient with another one at work. */
const APT = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=120']

/**
 * Of the packages that the tiers need, those of which no name is installed.
 * @param {readonly string[]} tiers
 * @param {ReadonlySet<string>} installed names
 */
export function findMissing(tiers, installed) {
  return PACKAGES.filter((wanted) => wanted.tiers.some((tier) => tiers.includes(tier)) && !wanted.names.some((name) => installed.has(name)))
}

/**
 * The names that dpkg has installed, of its list of lines "ii  name".
 * @param {string} list
 * @returns {Set<string>}
 */
export function readInstalled(list) {
  return new Set(list.split('\n').flatMap((line) => /^.i\s+(\S+)/.exec(line)?.[1] ?? []))
}

/**
 * Sees to it that the machine has what the tiers need, installing it if this may be done here.
 * @param {readonly string[]} tiers
 * @param {(text: string) => void} say
 * @returns {{kind: 'ready'} | {kind: 'missing', reason: string, command: string}} command is what a person would have to run
 */
export function provision(tiers, say) {
  const command = `sudo ${process.execPath} ${fileURLToPath(import.meta.url)} ${tiers.join(' ')}`
  if (process.platform !== 'linux') return { kind: 'ready' }
  if (!existsSync('/usr/bin/dpkg-query')) return withoutDebian(tiers)
  const missing = findMissing(tiers, askDpkg())
  if (missing.length === 0) return { kind: 'ready' }
  const reason = missing.map((wanted) => `${wanted.names[0]} (${wanted.reason})`).join(', ')
  const isBearable = missing.every(({ optional }) => optional === true)
  if (process.getuid?.() !== 0) return isBearable ? { kind: 'ready' } : { kind: 'missing', reason, command }
  say(`Installing from Debian: ${reason} ...`)
  // Another apt-get may be refreshing the lists, and mirrors have their moments: a second try is cheap.
  const failure = install(missing) && install(missing)
  return failure === undefined || isBearable ? { kind: 'ready' } : { kind: 'missing', reason: `${reason}; ${failure}`, command }
}

/**
 * @param {ReturnType<typeof findMissing>} missing
 * @returns {string | undefined} what went wrong
 */
function install(missing) {
  const failure = apt(['update', ...APT])
  if (failure !== undefined) return failure
  return apt(['install', ...APT, '--no-install-recommends', ...missing.map(({ names }) => names.find(hasCandidate) ?? names[0] ?? '')])
}

/**
 * Runs apt-get, letting it speak on stderr.
 * @param {readonly string[]} args
 */
function apt(args) {
  const { status, error } = spawnSync('apt-get', args, {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  return status === 0 ? undefined : `apt-get ${args[0]} ended with ${status ?? error?.message}`
}

/**
 * Whether this release of Debian has a package of that very name; a virtual one has no candidate.
 * @param {string} name
 */
function hasCandidate(name) {
  const { stdout } = spawnSync('apt-cache', ['policy', name], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } })
  return /Candidate: (?!\(none\))/.test(stdout ?? '')
}

function askDpkg() {
  const names = PACKAGES.flatMap((wanted) => wanted.names)
  // It ends with 1 when it does not know one of the names, and lists the others all the same.
  return readInstalled(spawnSync('dpkg-query', ['-W', '-f=${db:Status-Abbrev} ${Package}\n', ...names], { encoding: 'utf8' }).stdout ?? '')
}

/**
 * On another Linux nobody can be asked for packages; the two programs that are started by name can be looked for.
 * @param {readonly string[]} tiers
 * @returns {{kind: 'ready'} | {kind: 'missing', reason: string, command: string}}
 */
function withoutDebian(tiers) {
  const programs = tiers.includes('e2e') ? [...(process.env['DISPLAY'] === undefined ? ['Xvfb'] : []), 'chromium'] : []
  const absent = programs.filter((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error !== undefined)
  if (absent.length === 0) return { kind: 'ready' }
  return { kind: 'missing', reason: absent.join(', '), command: `install ${absent.join(' and ')} with this system's packages` }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const named = process.argv.slice(2)
  const tiers = named.length > 0 ? named : [...new Set(PACKAGES.flatMap((wanted) => wanted.tiers))]
  const result = provision(tiers, (text) => console.error(text))
  console.log(result.kind === 'ready' ? 'Everything is there.' : `Missing: ${result.reason}. As root: ${result.command}`)
  process.exitCode = result.kind === 'ready' ? 0 : 4
}
