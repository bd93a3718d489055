/** What answers the procedures of contract/procedures/enrolments.ts. */
import type { DomainId, RequestId } from '../../../kernel/ids.ts'
import { act, os, queriesOf } from './implementing.ts'

export const enrolmentHandlers = {
  list: os.enrolment.list.handler(({ input, context }) => queriesOf(context).enrolments(input)),
  approve: os.enrolment.approve.handler(async ({ input, context }) => ({
    nodeId: await act(context, 'enrolment.approve', {
      requestId: input.requestId as RequestId,
      domainId: input.domainId as DomainId | undefined,
      activate: input.activate,
      contactSchedule: input.contactSchedule,
    }),
  })),
  refuse: os.enrolment.refuse.handler(async ({ input, context }) => ({
    eventIds: await act(context, 'enrolment.refuse', { ...input, requestId: input.requestId as RequestId }),
  })),
}
