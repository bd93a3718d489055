/** Takes up what a master desires of the node: signature, fence and sense first, then the configuration, then the record of it. */
import { desiredDocument, type DesiredDocument } from '../contract/gateway/desired.ts'
import type { ApprovalDocument } from '../contract/gateway/enrolment.ts'
import { type SignedStatement, statementTypes } from '../contract/gateway/statement.ts'
import { fromBase64, toBase64 } from '../kernel/hex.ts'
import type { Crypto } from '../kernel/ports.ts'
import { policyPayload, policyPayloadType, policyTermsOf, verifyPolicy } from '../fleet/policy/policy-bundle.ts'
import { accepted, refused, type Rejection, type Result } from '../kernel/result.ts'
import { keyIdOf, preAuthenticationEncoding } from '../log/dsse.ts'
import type { Fence } from '../fleet/authority/fence.ts'
import { judgeOffer } from './authority.ts'
import type { Journal } from './journal.ts'
import { configurationOf } from './local-changes.ts'
import { readLocalPolicy } from './local-policy.ts'
import type { Memory } from './memory.ts'
import { openStatement } from './statement.ts'
import type { Workload } from './workload.ts'

export type DesiredParts = { readonly crypto: Crypto; readonly journal: Journal; readonly memory: Memory; readonly workload: Workload }

/**
 * Answers whether the configuration changed. What is refused is recorded once, with its reason, and is without effect. Applied
 * before recorded: a crash in between applies the same configuration again, and records it then ([AG8]).
 */
export function takeUpDesired(parts: DesiredParts, approval: ApprovalDocument, statement: SignedStatement): boolean {
  const { crypto, journal, memory, workload } = parts
  const opened = openStatement(crypto, fromBase64(approval.masterPublicKey), statementTypes.desired, desiredDocument, statement)
  // Not a word of it is to be believed, so nothing of it is recorded but that it came.
  if (!opened.ok) {
    noteRefusal(parts, '', '', opened.refusal)
    return false
  }
  const desired = opened.value
  const held = memory.get('desired')
  if (held !== undefined && isSame(held, desired)) return false
  if (held !== undefined && isOlder(desired, held)) {
    noteRefusal(parts, desired.policyBundleId, `${desired.hlc}`, {
      code: 'DESIRED_OLDER',
      sentence: 'The master signed this before what the node adopted last; somebody handed over an old document.',
      facts: {},
    })
    return false
  }
  const signed = verifyBundle(crypto, approval, desired)
  const judged = signed.ok ? judgeDesired(desired, approval, memory.get('fence'), workload.batteryPct()) : signed
  if (!judged.ok) {
    noteRefusal(parts, desired.policyBundleId, `${desired.placement}/${desired.epoch}/${desired.masterId}`, judged.refusal)
    return false
  }
  workload.applyConfiguration(configurationOf(desired, memory.get('decisions') ?? []))
  const { policyBundleId, policyVersion, placement, epoch, masterId } = desired
  journal.record([{ type: 'ibcf.desired.adopted.v1', data: { policyBundleId, policyVersion, placement, epoch, masterId } }], (writer) => {
    memory.put(writer, 'desired', desired)
    memory.put(writer, 'fence', judged.value)
    memory.forget(writer, 'refusedDesired')
    memory.forget(writer, 'proven')
    memory.forget(writer, 'unproven')
  })
  return true
}

/** Codes: DESIRED_MISADDRESSED, EPOCH_STALE, EPOCH_CONTESTED, GRANT_UNVERIFIED, LOCAL_POLICY_MALFORMED, BATTERY_LOW. */
export function judgeDesired(
  desired: DesiredDocument,
  approval: ApprovalDocument,
  held: Fence | undefined,
  batteryPct: number | undefined,
): Result<Fence> {
  if (desired.nodeId !== approval.nodeId || desired.masterId !== approval.masterId) {
    return refused('DESIRED_MISADDRESSED', 'The desired state is meant for another node, or comes from another master.')
  }
  const fence = judgeOffer(held, { placement: desired.placement, epoch: desired.epoch, masterId: desired.masterId })
  if (!fence.ok) return fence
  const policy = readLocalPolicy(desired.configuration)
  if (!policy.ok) return policy
  const leastPct = desired.constraints.min_battery_pct
  if (batteryPct !== undefined && batteryPct < leastPct) {
    return refused('BATTERY_LOW', `The battery holds ${Math.round(batteryPct)} %; this change asks for ${leastPct} %.`, {
      batteryPct,
      leastPct,
    })
  }
  return fence
}

/**
 * Whether the policy bundle in it is what its signers signed. A bundle is checked by itself because a master may hand on what another
 * one published; that master's key is vouched for by our own, which signed the document around it. Codes: those of `verifyPolicy`.
 */
export function verifyBundle(crypto: Crypto, approval: ApprovalDocument, desired: DesiredDocument): Result<undefined> {
  const { bundle, policyBundleId, policyName: name, policyVersion: version, targetVersion, configuration, constraints, terms } = desired
  // Published before bundles were signed: as good as the signature of the document itself.
  if (bundle === undefined) return accepted(undefined)
  const content = { name, version, targetVersion, configuration, constraints, ...policyTermsOf(terms ?? {}) }
  const keys = [approval.masterPublicKey, ...bundle.keys.map(({ publicKey }) => publicKey)].map(fromBase64)
  const payload = toBase64(policyPayload(policyBundleId, content))
  const verified = verifyPolicy(
    policyBundleId,
    content,
    { payloadType: policyPayloadType, payload, signatures: bundle.signatures },
    (payloadType, bytes, keyid, signature) =>
      keys.some(
        (key) =>
          key.length === 32 &&
          keyIdOf(crypto, key) === keyid &&
          crypto.verify(key, preAuthenticationEncoding(payloadType, bytes), signature),
      ),
  )
  return verified.ok ? accepted(undefined) : verified
}

/** By the clock of the master that signed both ([RY17]); one of before that clock was told has no order. */
function isOlder(desired: DesiredDocument, held: DesiredDocument): boolean {
  return desired.masterId === held.masterId && desired.hlc !== undefined && held.hlc !== undefined && desired.hlc < held.hlc
}

function isSame(held: DesiredDocument, desired: DesiredDocument): boolean {
  const named = ({ policyBundleId, placement, epoch, masterId }: DesiredDocument): string =>
    `${policyBundleId} ${placement} ${epoch} ${masterId}`
  return named(held) === named(desired)
}

function noteRefusal({ journal, memory }: DesiredParts, policyBundleId: string, authority: string, refusal: Rejection): void {
  const name = `${policyBundleId} ${authority} ${refusal.code}`
  if (memory.get('refusedDesired') === name) return
  const { code, sentence } = refusal
  journal.record([{ type: 'ibcf.desired.refused.v1', data: { policyBundleId, code, sentence } }], (writer) =>
    memory.put(writer, 'refusedDesired', name),
  )
}
