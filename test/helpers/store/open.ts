/** Stores for tests: in memory, or on a directory of their own that goes with them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { acceptSegment, type Acceptance } from '../../../core/store/accept-segment.ts'
import { putKey } from '../../../core/store/keys.ts'
import { inMemory, openStore, type Store, type StoreOptions } from '../../../core/store/open.ts'
import { createPorts } from '../../../core/platform/ports.ts'
import type { Ports } from '../../../core/kernel/ports.ts'
import type { TestOrigin } from '../log/origin.ts'
import { verified } from '../log/origin.ts'

export const testPorts: Ports = createPorts('test', 'error')

/** Wall milliseconds at which tests record; any will do, since it is local. */
export const recordedAt = Date.UTC(2026, 5, 1)

export type StoreKind = 'memory' | 'file'
export const storeKinds = ['memory', 'file'] as const satisfies readonly StoreKind[]

export function temporaryDirectory(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'ibcf-store-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

export async function openTestStore(kind: StoreKind, options: Partial<StoreOptions> = {}): Promise<Store> {
  if (kind === 'memory') return openStore({ directory: inMemory, mode: 'read-write', role: 'master', ports: testPorts, ...options })
  const directory = temporaryDirectory()
  const store = await openStore({ directory: directory.path, mode: 'read-write', role: 'master', ports: testPorts, ...options })
  return {
    ...store,
    [Symbol.dispose]: () => {
      store[Symbol.dispose]()
      directory[Symbol.dispose]()
    },
  }
}

export function putKeyOf(store: Store, of: TestOrigin): void {
  store.transact((writer) => putKey(writer, { keyId: of.keyId, origin: of.origin, publicKey: of.keyPair.publicKey }, recordedAt))
}

/** Verifies and takes in a segment's bytes, as a session does. */
export function take(store: Store, of: TestOrigin, bytes: Uint8Array): Acceptance {
  const segment = verified(bytes, of.keyPair.publicKey)
  return store.transact((writer) => acceptSegment(writer, segment, recordedAt))
}
