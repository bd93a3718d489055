/** Glass that was broken at a node for this master, taken in at the gateway ([AU23]); and what a review shows the node. */
import { takeGlass } from '../../fleet/authority/take-glass.ts'
import { type MendStatement, mendPayloadType } from '../../fleet/authority/mend-statement.ts'
import type { Envelope } from '../../fleet/authority/events.ts'
import { lineOf } from '../../fleet/authority/line.ts'
import { fromBase64 } from '../../kernel/hex.ts'
import type { DomainId } from '../../kernel/ids.ts'
import { accepted, refused, type Result } from '../../kernel/result.ts'
import { keyIdOf } from '../../log/dsse.ts'
import { createCheckSignature } from '../../trust/check-signature.ts'
import type { Decision } from '../../ingest/master-port.ts'
import type { ReadModel } from '../read-model.ts'
import { signEnvelope } from '../sign-envelope.ts'
import { type AuthorityParts, deciderOf } from './record.ts'

/** Nobody here decides it: a person at the node did. Codes: GLASS_MALFORMED, GLASS_MISADDRESSED, GLASS_UNSIGNED, GLASS_MENDED, GLASS_NOT_TAKEN. */
export function recordGlass(parts: AuthorityParts, nodeId: string, statement: Envelope): Result<undefined> {
  const { model, port } = parts
  const { crypto } = port.ports
  const idOf = (publicKey: string): string => keyIdOf(crypto, fromBase64(publicKey))
  const taken = takeGlass(model.book, deciderOf(parts, undefined), nodeId, statement, createCheckSignature(crypto), idOf)
  if (!taken.ok) {
    const { code, sentence, facts } = taken.refusal
    return code.startsWith('GLASS_') ? taken : refused('GLASS_NOT_TAKEN', sentence, { ...facts, because: code })
  }
  if (taken.value.kind === 'known') return accepted(undefined)
  const { domainId, epoch, data } = taken.value
  const domain = domainId as DomainId
  port.commit(({ decide }) => decide({ type: 'ibcf.authority.granted.v1', subject: domain, domain, data, epoch } as Decision))
  return accepted(undefined)
}

/** The domain in whose record the glass lies that is to be reviewed, and what the node is shown of it; undefined where it was not broken at one. */
export function mendingOf(
  { model, port }: Pick<AuthorityParts, 'model' | 'port'>,
  domainId: string,
  eventId: string,
): { readonly domainId: string; readonly statement: Envelope | undefined } {
  for (const id of lineOf(model.book, domainId)) {
    const act = model.book.record(id)?.acts.find((known) => known.eventId === eventId)
    if (act === undefined) continue
    const giving = 'giving' in act.word ? act.word.giving : undefined
    const [nodeId] = giving?.nodeIds ?? []
    if (nodeId === undefined || giving?.glassId === undefined) return { domainId: id, statement: undefined }
    const mend: MendStatement = { v: 1, kind: 'mend', nodeId, glassId: giving.glassId }
    return { domainId: id, statement: signEnvelope(port, mendPayloadType, mend) }
  }
  return { domainId, statement: undefined }
}

/** The node that a decision of this master is about, if it is about one. */
export function nodeConcerned(
  model: Pick<ReadModel, 'command' | 'masterId'>,
  { type, subject, data }: Pick<Decision, 'type' | 'subject' | 'data'>,
): string | undefined {
  if (type === 'ibcf.command.issued.v1') return (data as { readonly nodeId?: string }).nodeId
  if (!type.startsWith('ibcf.command.')) return subject
  const issued = model.command(subject)?.issued
  return issued?.masterId === (model.masterId as string) ? issued.nodeId : undefined
}
