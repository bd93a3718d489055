/** Who may decide: names, inputs and outputs. */
import {
  breakGlassRequest,
  claimRequest,
  delegateRequest,
  grantRequest,
  releaseRequest,
  resolveAuthorityRequest,
  reviewRequest,
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
  review: base
    .route({ method: 'POST', path: '/domains/{domainId}/authority/review', summary: 'Look into broken glass, as another person' })
    .input(reviewRequest)
    .output(done),
  reclaim: base
    .route({ method: 'POST', path: '/authority/reclaim', summary: 'Break-glass: take back what a restored master held' })
    .input(z.object({ reason: z.string().trim().min(1).max(1000) }))
    .output(done),
}
