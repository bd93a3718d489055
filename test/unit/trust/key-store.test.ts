import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createPorts } from '../../../core/platform/ports.ts'
import { type KeyProtection, openKeyStore } from '../../../core/trust/key-store.ts'

const ports = createPorts('test', 'silent')
let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ibcf-keys-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const protections: readonly KeyProtection[] = [
  { kind: 'file-permissions' },
  { kind: 'passphrase', passphrase: 'nine tall ships' },
  { kind: 'os-key-store', key: new Uint8Array(32).fill(7) },
]

it.each(protections)('[OP4] keeps keys over a restart under $kind, readable by its user only', (protection) => {
  const made = openKeyStore(directory, protection, ports).make('someone')
  const again = openKeyStore(directory, protection, ports)
  expect(again.of('someone')).toEqual(made)
  expect(again.of('nobody')).toBeUndefined()
  expect(statSync(join(directory, 'keys.json')).mode & 0o777).toBe(0o600)
  const text = readFileSync(join(directory, 'keys.json'), 'utf8')
  expect(text.includes(Buffer.from(made.privateKey).toString('base64'))).toBe(protection.kind === 'file-permissions')
})

it('[OP4] refuses what does not unseal them, and a file that is no longer one', () => {
  openKeyStore(directory, { kind: 'passphrase', passphrase: 'right' }, ports).make('someone')
  expect(() => openKeyStore(directory, { kind: 'passphrase', passphrase: 'wrong' }, ports)).toThrow(
    expect.objectContaining({ code: 'KEYS_LOCKED' }),
  )
  expect(() => openKeyStore(directory, { kind: 'file-permissions' }, ports)).toThrow(expect.objectContaining({ code: 'KEYS_LOCKED' }))
  writeFileSync(join(directory, 'keys.json'), '{"v":1')
  expect(() => openKeyStore(directory, { kind: 'file-permissions' }, ports)).toThrow(expect.objectContaining({ code: 'KEYS_DAMAGED' }))
})

it('[OP4] seals keys that nothing sealed so far, and never opens them by less again', () => {
  const made = openKeyStore(directory, { kind: 'file-permissions' }, ports).make('someone')
  const sealing: KeyProtection = { kind: 'os-key-store', key: new Uint8Array(32).fill(7) }
  expect(openKeyStore(directory, sealing, ports).of('someone')).toEqual(made)
  expect(readFileSync(join(directory, 'keys.json'), 'utf8')).not.toContain(Buffer.from(made.privateKey).toString('base64'))
  expect(openKeyStore(directory, sealing, ports).of('someone')).toEqual(made)
  expect(() => openKeyStore(directory, { kind: 'file-permissions' }, ports)).toThrow(expect.objectContaining({ code: 'KEYS_LOCKED' }))
  const short: KeyProtection = { kind: 'os-key-store', key: new Uint8Array(31) }
  expect(() => openKeyStore(directory, short, ports)).toThrow(expect.objectContaining({ code: 'KEYS_LOCKED' }))
})
