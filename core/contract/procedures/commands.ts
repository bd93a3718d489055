/** Commands: names, inputs and outputs. */
import {
  approveCommandRequest,
  cancelCommandRequest,
  commandDetail,
  commandListRequest,
  commandPage,
  commandPreview,
  issueBatchRequest,
  issueCommandRequest,
  issuedBatch,
  issuedCommand,
  previewCommandRequest,
  settleCommandRequest,
  twoOperatorsView,
} from '../commands.ts'
import { id } from '../common.ts'
import { base, done } from './base.ts'
import { z } from 'zod'

export const commandProcedures = {
  list: base
    .route({ method: 'POST', path: '/commands/query', summary: 'Commands by filter, newest first, a page at a time' })
    .input(commandListRequest)
    .output(commandPage),
  get: base
    .route({ method: 'GET', path: '/commands/{commandId}', summary: 'One command: what was decided, what its node reported' })
    .input(z.object({ commandId: id }))
    .output(commandDetail),
  twoOperators: base
    .route({ method: 'GET', path: '/domains/{domainId}/two-operators', summary: 'Which kinds of commands take two people there' })
    .input(z.object({ domainId: id }))
    .output(twoOperatorsView),
  preview: base
    .route({ method: 'POST', path: '/commands/preview', summary: 'Who a batch would hit, and who is left out and why' })
    .input(previewCommandRequest)
    .output(commandPreview),
  issue: base
    .route({ method: 'POST', path: '/commands', summary: 'Tell one node to do something' })
    .input(issueCommandRequest)
    .output(issuedCommand),
  issueBatch: base
    .route({ method: 'POST', path: '/commands/batch', summary: 'Tell every node that the preview hit' })
    .input(issueBatchRequest)
    .output(issuedBatch),
  approve: base
    .route({ method: 'POST', path: '/commands/{commandId}/approve', summary: 'Agree, as the second person, to this very body' })
    .input(approveCommandRequest)
    .output(done),
  cancel: base
    .route({ method: 'POST', path: '/commands/{commandId}/cancel', summary: 'Take it back, where the node has not begun' })
    .input(cancelCommandRequest)
    .output(done),
  settle: base
    .route({ method: 'POST', path: '/commands/{commandId}/settle', summary: 'Say what came of one whose outcome is unknown' })
    .input(settleCommandRequest)
    .output(done),
}
