/** Sealing under SIGKILL: a real process on real files, killed at many steps and in the midst of them. */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { fingerprintOf } from '../../../core/log/fingerprint.ts'
import { toHex } from '../../../core/kernel/hex.ts'
import { appendEvents } from '../../../core/store/append-events.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { openStore, type Store } from '../../../core/store/open.ts'
import { readEventsAfter } from '../../../core/store/read-events.ts'
import { finishSeals } from '../../../core/store/seal-bulk.ts'
import { signTail } from '../../../core/store/sign-tail.ts'
import { verifyStore } from '../../../core/store/verify-store.ts'
import { crypto, hlcOf, testEvent, testOrigin } from '../../helpers/log/origin.ts'
import { putKeyOf, recordedAt, temporaryDirectory, testPorts } from '../../helpers/store/open.ts'

const bulk = testOrigin(1, 'bulk')
const options = (directory: string) => ({ directory, mode: 'read-write', role: 'master', ports: testPorts }) as const
const perKill = 600

function grow(store: Store, from: number): void {
  for (let start = from; start < from + perKill; start += 100) {
    const events = Array.from({ length: 100 }, (_, at) =>
      testEvent(bulk, start + at, { pad: toHex(crypto.sha256(Buffer.from([at]))).repeat(40) }),
    )
    store.transact((writer) => {
      appendEvents(writer, bulk.log, events, recordedAt)
      signTail(writer, bulk.log, { keyId: bulk.keyId, privateKey: bulk.keyPair.privateKey }, hlcOf(start))
    })
  }
}

/** Killed once it has said so many lines and a little more; how many it said in all. */
async function sealAndKill(directory: string, lines: number, spins: number): Promise<{ readonly said: number; readonly isDone: boolean }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('sealer.ts', import.meta.url)), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  let isKilled = false
  for await (const chunk of child.stdout) {
    text += String(chunk)
    if (isKilled || text.split('\n').length <= lines) continue
    // No two kills at the same place in a step: a different amount of work passes before each.
    for (let spin = 0; spin < spins; spin++) testPorts.crypto.sha256(new Uint8Array(1024))
    isKilled = child.kill('SIGKILL')
  }
  if (child.exitCode === null && child.signalCode === null) await new Promise((ended) => child.once('exit', ended))
  return { said: text.split('\n').length - 1, isDone: text.includes('done') }
}

const contentsOf = ({ reader }: Store): readonly string[] =>
  readEventsAfter(reader, 0, 99_999).map(({ position, bytes }) => `${position} ${toHex(crypto.sha256(bytes))}`)

describe('sealing that is killed', () => {
  it('[ST48] has lost nothing, proves itself, and is ended by the next run, wherever it was', async () => {
    using directory = temporaryDirectory()
    {
      using store = await openStore(options(directory.path))
      putKeyOf(store, bulk)
    }
    const kills = 24
    let cut = 0
    let last: readonly string[] = []
    for (let kill = 0; kill < kills; kill++) {
      {
        using store = await openStore(options(directory.path))
        // Something new to seal, so that no run finds everything done.
        if (kill % 3 === 0) grow(store, last.length + 1)
        last = contentsOf(store)
      }
      const { isDone } = await sealAndKill(directory.path, 1 + ((kill * 5) % 26), (kill * 977) % 4001)
      if (!isDone) cut++
      using store = await openStore(options(directory.path))
      expect(contentsOf(store), `after kill ${kill}`).toEqual(last)
      const { findings, fromSealedPoint } = await verifyStore(store.reader, testPorts)
      expect({ findings, fromSealedPoint }, `after kill ${kill}`).toEqual({ findings: [], fromSealedPoint: 0 })
    }
    expect(cut).toBeGreaterThan(kills / 3)
    const before = (store: Store): string => fingerprintOf(crypto, 'all', readFrontier(store.reader)).hex
    const { isDone } = await sealAndKill(directory.path, 1_000_000, 0)
    expect(isDone).toBe(true)
    using store = await openStore(options(directory.path))
    const words = before(store)
    finishSeals(store)
    expect(before(store)).toBe(words)
    expect(contentsOf(store)).toEqual(last)
    const named = store.reader.all<{ file: string }>('SELECT file FROM seals ORDER BY file').map(({ file }) => file)
    expect(readdirSync(join(directory.path, 'archive')).toSorted()).toEqual(named)
    expect(named.length).toBeGreaterThan(8)
    const kept = store.reader.get('SELECT count(*) AS n FROM runs WHERE length(bytes) > 0')?.['n']
    expect(Number(kept)).toBeLessThan(perKill)
  })
})
