/** Large content through real processes: what it costs in memory, and what a kill leaves of it. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../../core/kernel/hex.ts'
import { appendEvents } from '../../../core/store/append-events.ts'
import { collectBlobs } from '../../../core/store/blobs-collect.ts'
import { openStore } from '../../../core/store/open.ts'
import { verifyStore } from '../../../core/store/verify-store.ts'
import { runCommand } from '../../helpers/command-line.ts'
import { testEvent, testOrigin } from '../../helpers/log/origin.ts'
import { recordedAt, temporaryDirectory, testPorts } from '../../helpers/store/open.ts'

const script = fileURLToPath(new URL('blob-streamer.ts', import.meta.url))

/** Runs it to its end, or to its death at the chunk told; answers its last line. */
async function stream(directory: string, megabytes: number, killAt?: number): Promise<string> {
  const mode = killAt === undefined ? 'both' : 'put'
  const child = spawn(process.execPath, [script, directory, String(megabytes), mode], { stdio: ['ignore', 'pipe', 'inherit'] })
  let told = ''
  child.stdout.on('data', (chunk: Buffer) => {
    told += String(chunk)
    if (killAt !== undefined && told.includes(`put ${killAt}\n`)) child.kill('SIGKILL')
  })
  await new Promise((done) => child.once('close', done))
  return told.trimEnd().split('\n').at(-1) ?? ''
}

describe('content that is required and not here', () => {
  it('[ST32] is listed by ibcf verify, and is no damage', async () => {
    using directory = temporaryDirectory()
    const digest = toHex(testPorts.crypto.sha256(new TextEncoder().encode('absent')))
    const node = testOrigin(1, 'bulk')
    {
      using store = await openStore({ directory: directory.path, mode: 'read-write', role: 'node', ports: testPorts })
      const data = { parts: [{ name: 'software', digest, sizeBytes: 6 }], isAutonomous: false }
      store.transact((writer) =>
        appendEvents(writer, node.log, [{ ...testEvent(node, 1), type: 'ibcf.snapshot.taken.v1', data }], recordedAt),
      )
    }
    expect(await runCommand('verify', '--data', directory.path)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`not here: ${digest}`),
    })
    const { stdout } = await runCommand('verify', '--data', directory.path, '--json')
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ ok: true, missingBlobs: [digest] })
  })
})

describe('large content', () => {
  it('[ST31] goes in and out in memory that does not grow with it', async () => {
    const needed: number[] = []
    for (const megabytes of [100, 200]) {
      using directory = temporaryDirectory()
      const { readBytes, rssBytes } = JSON.parse(await stream(directory.path, megabytes)) as { readBytes: number; rssBytes: number }
      expect(readBytes).toBe(megabytes * 1024 * 1024)
      needed.push(rssBytes)
    }
    const [half = 0, whole = Number.NaN] = needed
    expect(whole / half).toBeLessThan(1.3)
  })

  it('[ST31] whose process is killed on the way leaves nothing that anyone could take for content', async () => {
    using directory = temporaryDirectory()
    for (const killAt of [1, 5, 9, 14]) await stream(directory.path, 20, killAt)
    using store = await openStore({ directory: directory.path, mode: 'read-write', role: 'master', ports: testPorts })
    expect(store.reader.get('SELECT count(*) AS found FROM blobs WHERE sha256 IS NOT NULL')).toEqual({ found: 0 })
    expect((await verifyStore(store.reader, testPorts)).findings).toEqual([])
    for (let steps = 0; steps < 100; steps++) store.transact((writer) => collectBlobs(writer, -1000))
    expect(store.reader.get('SELECT count(*) AS left FROM blob_pieces')).toEqual({ left: 0 })
  })
})
