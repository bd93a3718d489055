/** A master under SIGKILL, hundreds of times and at any moment: nothing it answered is lost, nothing is there twice, and all of it proves itself. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { checkProjections } from '../../../core/app/projecting/check.ts'
import { readState } from '../../../core/app/projecting/read-states.ts'
import { projections } from '../../../core/projections/all.ts'
import { hasBlob } from '../../../core/store/blobs.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { openStore, type Store } from '../../../core/store/open.ts'
import { lastPosition, readEventsAfter } from '../../../core/store/read-events.ts'
import { verifyStore } from '../../../core/store/verify-store.ts'
import { temporaryDirectory, testPorts } from '../../helpers/store/open.ts'
import type { Acknowledged } from './worker.ts'

/** Over so many directories, so that each is young and old once. */
const directories = 10
const killsEach = 21

const worker = fileURLToPath(new URL('worker.ts', import.meta.url))

async function* acknowledgementsOf(child: ChildProcess): AsyncGenerator<Acknowledged> {
  let rest = ''
  for await (const chunk of child.stdout ?? []) {
    const lines = `${rest}${chunk}`.split('\n')
    // The last one may be cut short by the kill: then it was not said.
    rest = lines.pop() ?? ''
    for (const line of lines) yield JSON.parse(line) as Acknowledged
  }
}

/** Runs a master until it has answered so often and a little longer; answers what it had answered by then. */
async function runAndKill(directory: string, run: number): Promise<readonly Acknowledged[]> {
  const child = spawn(process.execPath, [worker, directory, String(run)], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<NodeJS.Signals | null>((done) => child.once('exit', (_code, signal) => done(signal)))
  let complaint = ''
  child.stderr?.on('data', (chunk) => (complaint += chunk))
  const enough = (run * 17) % 41
  const heard: Acknowledged[] = []
  for await (const acknowledged of acknowledgementsOf(child)) {
    heard.push(acknowledged)
    if (heard.length !== enough + 1) continue
    // No two kills at the same place in a transaction: a different amount of work passes before each.
    for (let spin = 0; spin < (run * 613) % 9973; spin++) createHash('sha256').update('spin').digest()
    child.kill('SIGKILL')
  }
  expect([await ended, complaint]).toEqual(['SIGKILL', ''])
  return heard
}

/** What was answered and is not there. */
function lost(store: Store, answered: readonly Acknowledged[]): readonly Acknowledged[] {
  const heads = new Map(readFrontier(store.reader).map(({ log, seq }) => [log, seq]))
  return answered.filter((one) => {
    switch (one.kind) {
      case 'ready':
        return false
      case 'domain':
        return readState(store.reader, 'domains', one.id) === undefined
      case 'segment':
        return (heads.get(one.log) ?? 0) < one.to
      case 'session':
        return store.reader.get('SELECT 1 FROM return_sessions WHERE session_id = ? AND closed_at IS NOT NULL', one.id) === undefined
      case 'blob':
        return !hasBlob(store.reader, one.digest)
    }
  })
}

/** Ids of events that are there more than once. */
function doubled(store: Store): readonly string[] {
  const seen = new Set<string>()
  return readEventsAfter(store.reader, 0, lastPosition(store.reader))
    .map(({ event }) => String(event?.id))
    .filter((id) => seen.size === seen.add(id).size)
}

async function lane(first: number, every: number): Promise<{ readonly kills: number; readonly answers: number }> {
  let kills = 0
  let answers = 0
  for (let which = first; which < directories; which += every) {
    using directory = temporaryDirectory()
    const answered: Acknowledged[] = []
    for (let run = which * killsEach; run < (which + 1) * killsEach; run++) {
      answered.push(...(await runAndKill(directory.path, run)))
      using store = await openStore({ directory: directory.path, mode: 'read-only', role: 'master', ports: testPorts })
      const found = {
        lost: lost(store, answered),
        findings: (await verifyStore(store.reader, testPorts)).findings,
        differing: checkProjections(store.reader, projections, testPorts.crypto).differing,
        doubled: doubled(store),
      }
      expect(found, `after kill ${run}`).toEqual({ lost: [], findings: [], differing: [], doubled: [] })
      kills++
    }
    answers += answered.length
  }
  return { kills, answers }
}

describe('a master whose process is killed', () => {
  it('[ST1] [MA2] [GW9] loses nothing it answered, doubles nothing and proves itself, at least two hundred times', async () => {
    const lanes = await Promise.all([lane(0, 2), lane(1, 2)])
    const kills = lanes.reduce((sum, each) => sum + each.kills, 0)
    const answers = lanes.reduce((sum, each) => sum + each.answers, 0)
    expect(kills).toBeGreaterThanOrEqual(200)
    expect(answers).toBeGreaterThan(10 * kills)
  }, 900_000)
})
