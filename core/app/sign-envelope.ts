/** A statement of this master as a DSSE envelope, as it lies in events. */
import type { Envelope } from '../fleet/authority/events.ts'
import type { MasterPort } from '../ingest/master-port.ts'

export function signEnvelope({ signStatement }: Pick<MasterPort, 'signStatement'>, payloadType: string, statement: unknown): Envelope {
  const { document, keyid, signature } = signStatement(payloadType, statement)
  return { payloadType, payload: document, signatures: [{ keyid, sig: signature }] }
}
