/** What the replay bench uses of its peers, which come without types of their own. */

declare module 'hypercore' {
  import type { Duplex } from 'node:stream'

  export default class Hypercore {
    constructor(directory: string, key?: Uint8Array)
    readonly key: Uint8Array
    readonly contiguousLength: number
    ready(): Promise<void>
    append(blocks: readonly Uint8Array[]): Promise<unknown>
    get(index: number): Promise<Uint8Array>
    replicate(isInitiator: boolean): Duplex
    download(range: { readonly start: number; readonly end: number }): { done(): Promise<unknown> }
    close(): Promise<void>
  }
}

declare module 'pouchdb-core' {
  type Row = { readonly ok?: true; readonly error?: unknown }

  export default class PouchDB {
    static plugin(plugin: (pouch: typeof PouchDB) => void): typeof PouchDB
    static adapter(name: string, adapter: object, isPreferred: boolean): void
    static replicate(source: PouchDB, target: PouchDB, options: { readonly batch_size: number }): Promise<{ readonly docs_written: number }>
    constructor(directory: string, options: { readonly adapter: 'leveldb' })
    bulkDocs(documents: readonly object[]): Promise<readonly Row[]>
    info(): Promise<{ readonly doc_count: number }>
    close(): Promise<void>
  }
}

declare module 'pouchdb-adapter-leveldb-core' {
  export type LevelAdapterOptions = { readonly name: string; readonly db?: unknown }
  export default function LevelAdapter(this: unknown, options: LevelAdapterOptions, opened: () => void): void
}

declare module 'leveldown' {
  const leveldown: unknown
  export default leveldown
}

declare module 'pouchdb-replication' {
  import type PouchDB from 'pouchdb-core'

  const plugin: (pouch: typeof PouchDB) => void
  export default plugin
}
