/** A stick that goes while it is read: a real file system whose disk is gone under it, so that reading fails as it does in the field. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { servedHere } from '../../../core/app/served-master.ts'
import { findBundleFile } from '../../../core/app/sync/bundle-files.ts'
import { importBundle } from '../../../core/app/sync/import-bundle.ts'
import { createPorts } from '../../../core/platform/ports.ts'
import { readFrontier } from '../../../core/store/frontier.ts'
import { putBlob } from '../../../core/store/blobs.ts'
import { act, makeNode, openSeat, type Seat } from '../../helpers/authority/masters.ts'
import { temporaryDirectory } from '../../helpers/command-line.ts'
import { canMount } from '../../helpers/media.ts'
import { exchangeCards, idOf, pack } from '../../helpers/sync/bundles.ts'

const ports = createPorts('test', 'error')

describe.skipIf(!canMount())('a stick that is pulled out while it is read', () => {
  let home = temporaryDirectory('pulled')
  let hq: Seat
  let north: Seat
  let isMounted = false
  const at = (name: string): string => join(home.path, name)
  const run = (...command: readonly [string, ...string[]]): void => void execFileSync(command[0], command.slice(1), { stdio: 'ignore' })
  const putIn = (): void => {
    run('mount', '-o', 'loop,ro', at('image'), at('stick'))
    isMounted = true
  }
  const takeOut = (): void => {
    if (isMounted) run('umount', '-l', at('stick'))
    isMounted = false
  }

  beforeEach(async () => {
    home = temporaryDirectory('pulled')
    mkdirSync(at('stick'))
    hq = await openSeat('Headquarters', 'GLOBAL')
    north = await openSeat('North', 'REGION')
    await exchangeCards(hq, north)
  })
  afterEach(() => {
    takeOut()
    for (const { master } of [hq, north]) master.close()
    home.dispose()
  })

  it('[CU11] [SB28] says so, keeps what was taken in, and goes on with the rest when it is put in again', async () => {
    const site = act(hq, 'domain.create', { name: 'Site', parentId: hq.master.identity.rootDomainId, level: 'LOCAL' })
    const node = makeNode(hq, site, 'pump')
    // It cannot be packed smaller, so that the bundle is longer than what is read at once.
    const content = ports.random.bytes(4 * 1024 * 1024)
    const digest = hq.master.store.transact((writer) => String(putBlob(writer, content)))
    act(hq, 'command.issue', {
      nodeId: node,
      kind: 'install-artifact',
      data: {
        artifactId: node,
        name: 'firmware',
        version: '1.0.0',
        digest,
        sizeBytes: content.length,
        keyId: 'ed25519:0',
        signature: 'none',
        rollBackAt: 'FAILED',
      },
      expiresAt: null,
      reason: 'A test.',
    })
    const { bytes } = await pack(hq, { to: [idOf(north)], isPlain: true })
    run('truncate', '-s', '12M', at('image'))
    run('mkfs.ext4', '-q', '-F', at('image'))
    run('mount', '-o', 'loop', at('image'), at('stick'))
    isMounted = true
    writeFileSync(join(at('stick'), 'b.ibcf'), bytes)
    takeOut()
    copyFileSync(at('image'), at('whole'))

    let times = 0
    const pulling = async function* (): AsyncGenerator<Uint8Array> {
      times++
      // Put in afresh, so that nothing of it is remembered: what is read next comes from the disk.
      takeOut()
      putIn()
      let isFirst = true
      for (const chunk of findBundleFile(join(at('stick'), 'b.ibcf'), ports).read()) {
        yield chunk
        // The second look is the one that writes.
        if (times === 2 && isFirst) truncateSync(at('image'), 0)
        isFirst = false
      }
    }
    await expect(importBundle(servedHere(north.master), pulling, north.ada)).rejects.toMatchObject({
      kind: 'Unavailable',
      code: 'VOLUME_GONE',
    })
    takeOut()
    const held = readFrontier(hq.master.store.reader)
    const kept = readFrontier(north.master.store.reader).filter(({ log }) => held.some((other) => other.log === log))
    expect(kept.length).toBeGreaterThan(0)

    copyFileSync(at('whole'), at('image'))
    putIn()
    const again = await importBundle(servedHere(north.master), () => findBundleFile(join(at('stick'), 'b.ibcf'), ports).read(), north.ada)
    expect(again).toMatchObject({ gaps: [], forks: [], refused: [], storedBlobs: 1 })
    expect(readFrontier(north.master.store.reader)).toEqual(expect.arrayContaining([...held]))
  })
})
