/**
 * A chain of grants as a node checks it: from a key it trusts to the master that speaks to it, each link signed by who could give it.
 * Epochs rise one by one, so that a forged huge one locks nobody out ([AU15]).
 */
import { accepted, refused, type Result } from '../../kernel/result.ts'
import type { Envelope, Quorum } from './events.ts'
import { type CheckSignature, type DelegationStatement, type GrantStatement, openStatement, signersOf } from './statement.ts'

export type GrantRoots = {
  /** Base64: keys that the node was told to trust when it was let in. */
  readonly keys: readonly string[]
  /** The last verified grant of each domain; a chain may begin after it. */
  readonly remembered: readonly GrantStatement[]
}

export type ChainAsk = {
  /** The node's domain and those above it: what the last link has to be about. */
  readonly domainIds: readonly string[]
  /** The latest instant that is believed (command/expiry.ts), milliseconds. */
  readonly nowMs: number
}

/** A hostile chain costs no more than this many signatures' worth of work. */
export const maxChainLinks = 256

/**
 * The grant that the chain ends with. Codes: CHAIN_EMPTY, CHAIN_TOO_LONG, CHAIN_ENDS_ELSEWHERE, GRANT_TYPE_WRONG, GRANT_MALFORMED,
 * GRANT_UNSIGNED, EPOCH_NOT_NEXT, GRANT_RUN_OUT.
 */
export function verifyGrantChain(
  chain: readonly Envelope[],
  roots: GrantRoots,
  check: CheckSignature,
  ask: ChainAsk,
): Result<GrantStatement> {
  if (chain.length > maxChainLinks) {
    return refused('CHAIN_TOO_LONG', `The chain has ${chain.length} grants; at most ${maxChainLinks} are looked at.`, {
      links: chain.length,
    })
  }
  const held = new Map(roots.remembered.map((grant) => [grant.domainId, grant]))
  const delegations: DelegationStatement[] = []
  const begin = beginningOf(chain, roots)
  let last: GrantStatement | undefined
  for (const [index, envelope] of chain.entries()) {
    if (index < begin) continue
    const opened = openStatement(envelope)
    if (!opened.ok) return opened
    const statement = opened.value
    const isSigned = (keys: readonly string[]): boolean => signersOf(envelope, keys, check).length > 0
    if (statement.kind === 'delegation') {
      const giver = [held.get(statement.domainId), above(held, statement)].find(
        (grant) => grant !== undefined && grant.epoch === statement.epoch && isSigned([grant.master.publicKey]),
      )
      if (giver === undefined) return unsigned(index)
      delegations.push(statement)
      continue
    }
    const known = roots.remembered.find(({ domainId }) => domainId === statement.domainId)
    if (known !== undefined && isSameGrant(known, statement)) {
      // As it was verified: a link of this form is not looked at again, so nothing else that it says is believed.
      held.set(known.domainId, known)
      last = known
      continue
    }
    const allowed = nextEpochs(statement, envelope, held, delegations, roots, check)
    if (allowed.length === 0) return unsigned(index)
    if (!allowed.includes(statement.epoch)) {
      return refused('EPOCH_NOT_NEXT', `Epoch ${statement.epoch} does not follow one that was held.`, {
        epoch: statement.epoch,
        expected: Math.max(...allowed),
      })
    }
    held.set(statement.domainId, statement)
    last = statement
  }
  if (last === undefined) return refused('CHAIN_EMPTY', 'There is no grant in the chain.')
  if (!ask.domainIds.includes(last.domainId)) {
    return refused('CHAIN_ENDS_ELSEWHERE', 'The chain ends with a grant for a domain that the node is not in.', { domainId: last.domainId })
  }
  if (last.until !== null && ask.nowMs > Date.parse(last.until)) {
    return refused('GRANT_RUN_OUT', `The grant ended on ${last.until}.`, { until: last.until })
  }
  return accepted(last)
}

/** The epochs that those who signed this grant could give; none when nobody who could signed it. */
function nextEpochs(
  grant: GrantStatement,
  envelope: Envelope,
  held: ReadonlyMap<string, GrantStatement>,
  delegations: readonly DelegationStatement[],
  roots: GrantRoots,
  check: CheckSignature,
): readonly number[] {
  const isSigned = (key: string): boolean => signersOf(envelope, [key], check).length > 0
  const own = held.get(grant.domainId)
  const over = above(held, grant)
  const epochs: number[] = []
  // A key that is trusted by itself says at which epoch things stand, as long as nothing is known of the domain nor of the one above.
  if ((own !== undefined || over === undefined) && roots.keys.some(isSigned)) {
    epochs.push(own === undefined ? grant.epoch : roots.remembered.includes(own) ? Math.min(grant.epoch, own.epoch + 1) : own.epoch + 1)
  }
  if (own !== undefined && own.master.masterId !== grant.master.masterId && isSigned(own.master.publicKey)) epochs.push(own.epoch + 1)
  if (over !== undefined && isSigned(over.master.publicKey)) epochs.push(over.epoch + 1, ...(own === undefined ? [] : [own.epoch + 1]))
  const quorum = own?.quorum ?? over?.quorum ?? null
  if (quorum !== null && agrees(quorum, envelope, check)) epochs.push(((own ?? over)?.epoch ?? 0) + 1)
  for (const { domainId, master, epoch, until } of delegations) {
    const isForIt = domainId === grant.domainId || domainId === grant.parentId
    const isTheOne = master.masterId === grant.master.masterId && master.publicKey === grant.master.publicKey
    const isWithin = until === null || (grant.until !== null && Date.parse(grant.until) <= Date.parse(until))
    if (grant.right === 'claim' && isForIt && isTheOne && isWithin && isSigned(master.publicKey)) epochs.push(epoch + 1)
  }
  return epochs
}

/**
 * What leads up to where the node was told to begin is none of its business, and nobody whom it trusts signed that: the first grant that it
 * remembers, or what follows the one by which a master that it trusts from the start was given its own.
 */
function beginningOf(chain: readonly Envelope[], { keys, remembered }: GrantRoots): number {
  for (const [index, envelope] of chain.entries()) {
    const opened = openStatement(envelope)
    if (!opened.ok || opened.value.kind !== 'grant') continue
    const grant = opened.value
    if (keys.length === 0 && remembered.some((known) => known.domainId === grant.domainId && isSameGrant(known, grant))) return index
    // Nothing leads up to a founding: what stands before one is looked at, and found out of order.
    if (keys.includes(grant.master.publicKey)) return grant.right === 'root' ? 0 : index + 1
  }
  return 0
}

function isSameGrant(a: GrantStatement, b: GrantStatement): boolean {
  return a.epoch === b.epoch && a.right === b.right && a.master.masterId === b.master.masterId && a.master.publicKey === b.master.publicKey
}

function agrees({ threshold, keys }: Quorum, envelope: Envelope, check: CheckSignature): boolean {
  return (
    signersOf(
      envelope,
      keys.map(({ publicKey }) => publicKey),
      check,
    ).length >= threshold
  )
}

function above(held: ReadonlyMap<string, GrantStatement>, { parentId }: { readonly parentId: string | null }): GrantStatement | undefined {
  return parentId === null ? undefined : held.get(parentId)
}

function unsigned(index: number): Result<never> {
  return refused('GRANT_UNSIGNED', `Link ${index + 1} of the chain is not signed by anyone who could give it.`, { link: index + 1 })
}
