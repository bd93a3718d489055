/** What answers the procedures of contract/procedures/authority.ts. */
import { act, os, queriesOf } from './implementing.ts'

export const authorityHandlers = {
  grant: os.authority.grant.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.grant', input) })),
  delegate: os.authority.delegate.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.delegate', input) })),
  claim: os.authority.claim.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.claim', input) })),
  breakGlass: os.authority.breakGlass.handler(async ({ input, context }) => ({
    eventIds: await act(context, 'authority.breakGlass', input),
  })),
  resolve: os.authority.resolve.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.resolve', input) })),
  release: os.authority.release.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.release', input) })),
  draft: os.authority.draft.handler(({ input, context }) => act(context, 'authority.draft', input)),
  drafts: os.authority.drafts.handler(({ context }) => ({ items: queriesOf(context).authorityDrafts() })),
  sign: os.authority.sign.handler(({ input, context }) => act(context, 'authority.sign', input)),
  countersign: os.authority.countersign.handler(({ input, context }) => act(context, 'authority.countersign', input)),
  finish: os.authority.finish.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.finish', input) })),
  discard: os.authority.discard.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.discard', input) })),
  review: os.authority.review.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.review', input) })),
  reclaim: os.authority.reclaim.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.reclaim', input) })),
}
