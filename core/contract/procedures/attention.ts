/** The inbox: names, inputs and outputs. */
import { acknowledgeRequest, assignItemRequest, attentionListRequest, resolveRequest, snoozeRequest, weighRequest } from '../attention.ts'
import { attentionPage } from '../domains.ts'
import { base, done } from './base.ts'

export const attentionProcedures = {
  list: base
    .route({ method: 'GET', path: '/attention', summary: 'The inbox: what needs a person, worst first' })
    .input(attentionListRequest)
    .output(attentionPage),
  acknowledge: base
    .route({ method: 'POST', path: '/attention/acknowledge', summary: 'Say that it was seen' })
    .input(acknowledgeRequest)
    .output(done),
  snooze: base
    .route({ method: 'POST', path: '/attention/snooze', summary: 'Put it off until an instant' })
    .input(snoozeRequest)
    .output(done),
  resolve: base.route({ method: 'POST', path: '/attention/resolve', summary: 'Say that it is settled' }).input(resolveRequest).output(done),
  assign: base.route({ method: 'POST', path: '/attention/assign', summary: 'Say whose it is' }).input(assignItemRequest).output(done),
  weigh: base
    .route({ method: 'POST', path: '/attention/weigh', summary: 'Set how much each thing counts in a domain' })
    .input(weighRequest)
    .output(done),
}
