import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { loadIdentity } from '../../../core/agent/identity.ts'
import type { NodeId } from '../../../core/kernel/ids.ts'
import { createFiles } from '../../../core/platform/files.ts'
import { createVirtualPorts } from '../../helpers/agent/virtual-ports.ts'

const directories: string[] = []
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
})

const text = new TextEncoder()

describe('identity of a node', () => {
  it('[AG1] is made once and is the same at every later start', () => {
    const ports = createVirtualPorts()
    const first = loadIdentity(ports, 'node')
    expect(first.keyId).toMatch(/^ed25519:[0-9a-f]{32}$/)
    expect(loadIdentity(ports, 'node', first.nodeId)).toEqual(first)
    expect(loadIdentity(ports, 'elsewhere').nodeId).not.toBe(first.nodeId)
  })

  it('[AG1] can be read by its owner alone', () => {
    const directory = mkdtempSync(join(tmpdir(), 'ibcf-identity-'))
    directories.push(directory)
    loadIdentity({ ...createVirtualPorts(), files: createFiles() }, directory)
    expect(statSync(join(directory, 'identity.json')).mode & 0o777).toBe(0o600)
  })

  it('[AG1] is not made anew when its file is gone from beside its log', () => {
    const ports = createVirtualPorts()
    const { nodeId } = loadIdentity(ports, 'node')
    ports.files.remove('node/identity.json')
    expect(() => loadIdentity(ports, 'node', nodeId)).toThrow(expect.objectContaining({ code: 'IDENTITY_DAMAGED', kind: 'Corrupt' }))
    expect(ports.files.read('node/identity.json')).toBeUndefined()
  })

  it('[AG1] of another node than the log beside it is refused', () => {
    const ports = createVirtualPorts()
    loadIdentity(ports, 'node')
    expect(() => loadIdentity(ports, 'node', '01K0000000000000000000000A' as NodeId)).toThrow(
      expect.objectContaining({ code: 'IDENTITY_DAMAGED' }),
    )
  })

  it('[AG1] is refused when any byte of it was lost, and the file is left as it is', () => {
    const ports = createVirtualPorts()
    loadIdentity(ports, 'node')
    const whole = ports.files.read('node/identity.json') ?? new Uint8Array()
    // Without its last newline it still says the same.
    for (let length = 0; length < whole.length - 1; length++) {
      ports.files.writeAtomic('node/identity.json', whole.subarray(0, length))
      expect(() => loadIdentity(ports, 'node')).toThrow(expect.objectContaining({ code: 'IDENTITY_DAMAGED' }))
      expect(ports.files.read('node/identity.json')).toHaveLength(length)
    }
  })

  it('[AG1] is refused when its two keys do not belong together', () => {
    const ports = createVirtualPorts()
    loadIdentity(ports, 'node')
    loadIdentity(ports, 'other')
    const read = (name: string): Record<string, unknown> =>
      JSON.parse(new TextDecoder().decode(ports.files.read(`${name}/identity.json`))) as Record<string, unknown>
    ports.files.writeAtomic('node/identity.json', text.encode(JSON.stringify({ ...read('node'), privateKey: read('other')['privateKey'] })))
    expect(() => loadIdentity(ports, 'node')).toThrow(expect.objectContaining({ code: 'IDENTITY_DAMAGED' }))
  })
})
