/**
 * A node shows the grants that it obeys to a master that it finds behind them ([AU24]). What the master lost with a restore it takes in
 * again, as the event of a witness; what it knows already changes nothing, however often it is shown.
 */
import type { Envelope } from '../../fleet/authority/events.ts'
import { takeWitness } from '../../fleet/authority/take-witness.ts'
import type { Decision } from '../../ingest/master-port.ts'
import { fromBase64 } from '../../kernel/hex.ts'
import type { DomainId } from '../../kernel/ids.ts'
import { accepted, refused, type Result } from '../../kernel/result.ts'
import { keyIdOf } from '../../log/dsse.ts'
import { createCheckSignature } from '../../trust/check-signature.ts'
import { type AuthorityParts, deciderOf } from './record.ts'

/**
 * How many were taken in. Oldest first, and each by itself: what comes before one that is refused stays. Code: CHAIN_NOT_TAKEN, with the code of
 * `takeWitness` as `because`.
 */
export function recordShown(parts: AuthorityParts, chain: readonly Envelope[]): Result<number> {
  const { model, port } = parts
  const { crypto } = port.ports
  const check = createCheckSignature(crypto)
  const idOf = (publicKey: string): string => keyIdOf(crypto, fromBase64(publicKey))
  let taken = 0
  for (const [index, envelope] of chain.entries()) {
    const judged = takeWitness(model.book, deciderOf(parts, undefined), envelope, check, idOf)
    if (!judged.ok) {
      const { code, sentence, facts } = judged.refusal
      return refused('CHAIN_NOT_TAKEN', sentence, { ...facts, because: code, link: index + 1, taken })
    }
    if (judged.value.kind === 'known') continue
    const { domainId, epoch, data } = judged.value
    const domain = domainId as DomainId
    port.commit(({ decide }) => decide({ type: 'ibcf.authority.witnessed.v1', subject: domain, domain, data, epoch } as Decision))
    taken++
  }
  return accepted(taken)
}
