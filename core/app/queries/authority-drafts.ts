/** What waits for the signatures of named keys ([AU22]). */
import type { z } from 'zod'
import type { authorityDraft } from '../../contract/authority.ts'
import { quorumOver } from '../../fleet/authority/decide.ts'
import { grantPayloadType, openStatement } from '../../fleet/authority/statement.ts'
import { listDrafts } from '../authority/drafts.ts'
import type { ReadModel } from '../read-model.ts'

export function readAuthorityDrafts(model: ReadModel): z.infer<typeof authorityDraft>[] {
  return listDrafts(model.reader).map(({ draftId, request, payload, signatures, draftedAt, draftedBy }) => {
    const quorum = quorumOver(model.book, request.domainId)
    const opened = openStatement({ payloadType: grantPayloadType, payload, signatures: [] })
    const epoch = opened.ok ? opened.value.epoch : 0
    const toMasterId = request.kind === 'break-glass' ? model.masterId : request.to.masterId
    return {
      draftId,
      kind: request.kind,
      domainId: request.domainId,
      domainName: model.domain(request.domainId)?.name ?? request.domainId,
      toMasterId,
      toMasterName: model.master(toMasterId)?.name ?? null,
      epoch,
      reason: request.reason ?? null,
      payloadType: grantPayloadType,
      payload,
      threshold: quorum?.threshold ?? 0,
      keys: (quorum?.keys ?? []).map(({ keyId, publicKey, name }) => ({
        keyId,
        publicKey,
        name,
        hasSigned: signatures.some((signature) => signature.publicKey === publicKey),
      })),
      draftedAt,
      draftedBy,
    }
  })
}
