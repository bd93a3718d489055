/** What answers the procedures of contract/procedures/authority.ts. */
import { act, os } from './implementing.ts'

export const authorityHandlers = {
  grant: os.authority.grant.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.grant', input) })),
  delegate: os.authority.delegate.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.delegate', input) })),
  claim: os.authority.claim.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.claim', input) })),
  breakGlass: os.authority.breakGlass.handler(async ({ input, context }) => ({
    eventIds: await act(context, 'authority.breakGlass', input),
  })),
  resolve: os.authority.resolve.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.resolve', input) })),
  release: os.authority.release.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.release', input) })),
  review: os.authority.review.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.review', input) })),
  reclaim: os.authority.reclaim.handler(async ({ input, context }) => ({ eventIds: await act(context, 'authority.reclaim', input) })),
}
