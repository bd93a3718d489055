/** Fetches content by its digest, in ranges, into the node's store: what came stays over a broken link or a killed process. */
import { isAppError } from '../../kernel/app-error.ts'
import type { NodeId } from '../../kernel/ids.ts'
import type { Transport, TransportResponse } from '../../kernel/ports.ts'
import { hasBlob } from '../../store/blobs.ts'
import { putBlobFrom } from '../../store/blobs-incoming.ts'
import type { Store } from '../../store/open.ts'
import { dropStaged, stagedOffset, stagedPieces, stagePieceOnly } from '../../store/staged.ts'

export type Wanted = { readonly digest: string; readonly sizeBytes: number }

export type FetchParts = {
  readonly store: Store
  readonly nodeId: NodeId
  readonly transport: Transport
  readonly timeoutMs: number
  /** Called between pieces; false ends it for now. */
  readonly mayGoOn: () => Promise<boolean>
}

export type Fetched = 'here' | 'later' | 'not-the-content'

const rangeBytes = 256 * 1024
/** Of pieces on their way; the pieces of a large artifact are small rows. */
const quotaBytes = 256 * 1024 * 1024

export async function fetchContent(
  { store, nodeId, transport, timeoutMs, mayGoOn }: FetchParts,
  token: string,
  wanted: Wanted,
): Promise<Fetched> {
  const { digest, sizeBytes } = wanted
  const key = `artifact:${digest}`
  if (hasBlob(store.reader, digest)) return 'here'
  for (;;) {
    const offset = stagedOffset(store.reader, nodeId, key)
    if (offset < sizeBytes) {
      const last = Math.min(sizeBytes, offset + rangeBytes) - 1
      const answer = await ask(transport, { path: `/v1/blobs/${digest}`, token, range: `bytes=${offset}-${last}`, timeoutMs })
      if (answer?.status !== 206 || answer.body.length === 0 || !startsAt(answer, offset)) return 'later'
      const staging = store.transact((writer) =>
        stagePieceOnly(writer, { origin: nodeId, key, offset, total: sizeBytes, bytes: answer.body }, quotaBytes),
      )
      if (staging.kind === 'refused') return 'not-the-content'
      if (!(await mayGoOn())) return 'later'
      continue
    }
    return store.transact((writer) => {
      const put = putBlobFrom(writer, stagedPieces(writer, nodeId, key), digest)
      dropStaged(writer, nodeId, key)
      return put.kind === 'put' ? 'here' : 'not-the-content'
    })
  }
}

function startsAt({ headers }: TransportResponse, offset: number): boolean {
  return (headers['content-range'] ?? '').startsWith(`bytes ${offset}-`)
}

async function ask(
  transport: Transport,
  { path, token, range, timeoutMs }: { readonly path: string; readonly token: string; readonly range: string; readonly timeoutMs: number },
): Promise<TransportResponse | undefined> {
  try {
    return await transport.request({ method: 'GET', path, timeoutMs, headers: { authorization: `Bearer ${token}`, range } })
  } catch (error) {
    if (isAppError(error) && error.kind === 'Unavailable') return undefined
    throw error
  }
}
