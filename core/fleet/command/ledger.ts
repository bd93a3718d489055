/** The ledger of idempotency keys, at node and master, without any window: what was done once is known for ever ([CM6]). */
import { refused, type Result } from '../../kernel/result.ts'

export type LedgerEntry = {
  readonly nodeId: string
  readonly key: string
  readonly commandId: string
  readonly bodyDigest: string
}

export type KeyVerdict =
  | { readonly kind: 'new'; readonly entry: LedgerEntry }
  /** The same thing again: the answer is what came, or comes, of the first. */
  | { readonly kind: 'known'; readonly entry: LedgerEntry }

/** A key is one thing at one node. `held` is what the ledger has under it, however long ago. Code: KEY_REUSED. */
export function judgeKey(held: LedgerEntry | undefined, offered: LedgerEntry): Result<KeyVerdict> {
  if (held === undefined) return { ok: true, value: { kind: 'new', entry: offered } }
  if (held.bodyDigest === offered.bodyDigest) return { ok: true, value: { kind: 'known', entry: held } }
  return refused('KEY_REUSED', 'The key was used for something else already; a different command needs a key of its own.', {
    key: offered.key,
    commandId: held.commandId,
  })
}
