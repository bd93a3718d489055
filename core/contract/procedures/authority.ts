/** Who may decide: names, inputs and outputs. */
import {
  authorityDraft,
  breakGlassRequest,
  claimRequest,
  countersignature,
  countersignRequest,
  delegateRequest,
  drafted,
  draftRequest,
  finishDraftRequest,
  grantRequest,
  releaseRequest,
  resolveAuthorityRequest,
  reviewRequest,
  signDraftRequest,
} from '../authority.ts'
import { base, done } from './base.ts'
import { z } from 'zod'

export const authorityProcedures = {
  grant: base
    .route({ method: 'POST', path: '/domains/{domainId}/authority/grant', summary: 'Give the domain to a master, at the next epoch' })
    .input(grantRequest)
    .output(done),
  delegate: base
    .route({ method: 'POST', path: '/domains/{domainId}/authority/delegate', summary: 'Name who may claim it when its holder is away' })
    .input(delegateRequest)
    .output(done),
  claim: base
    .route({ method: 'POST', path: '/domains/{domainId}/authority/claim', summary: 'Take it over by delegation' })
    .input(claimRequest)
    .output(done),
  breakGlass: base
    .route({ method: 'POST', path: '/domains/{domainId}/authority/break-glass', summary: 'Take it without being asked; reviewed later' })
    .input(breakGlassRequest)
    .output(done),
  resolve: base
    .route({ method: 'POST', path: '/domains/{domainId}/authority/resolve', summary: 'Decide a contest' })
    .input(resolveAuthorityRequest)
    .output(done),
  release: base
    .route({ method: 'POST', path: '/domains/{domainId}/authority/release', summary: 'Give up what this master holds or claims' })
    .input(releaseRequest)
    .output(done),
  draft: base
    .route({ method: 'POST', path: '/domains/{domainId}/authority/drafts', summary: 'Write down what named keys are to sign' })
    .input(draftRequest)
    .output(drafted),
  drafts: base
    .route({ method: 'GET', path: '/authority/drafts', summary: 'What waits for the signatures of named keys' })
    .output(z.object({ items: z.array(authorityDraft) })),
  sign: base
    .route({
      method: 'POST',
      path: '/authority/drafts/{draftId}/sign',
      summary: 'Agree with the own key, or add a signature made elsewhere',
    })
    .input(signDraftRequest)
    .output(countersignature),
  countersign: base
    .route({ method: 'POST', path: '/authority/countersign', summary: 'Sign what was drafted at another station' })
    .input(countersignRequest)
    .output(countersignature),
  finish: base
    .route({ method: 'POST', path: '/authority/drafts/{draftId}/finish', summary: 'Make it an event once enough keys have signed' })
    .input(finishDraftRequest)
    .output(done),
  discard: base
    .route({ method: 'POST', path: '/authority/drafts/{draftId}/discard', summary: 'Give a draft up' })
    .input(finishDraftRequest)
    .output(done),
  review: base
    .route({ method: 'POST', path: '/domains/{domainId}/authority/review', summary: 'Look into broken glass, as another person' })
    .input(reviewRequest)
    .output(done),
  reclaim: base
    .route({ method: 'POST', path: '/authority/reclaim', summary: 'Break-glass: take back what a restored master held' })
    .input(z.object({ reason: z.string().trim().min(1).max(1000) }))
    .output(done),
}
