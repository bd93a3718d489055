/** The audit: names, inputs and outputs. */
import { auditPage, auditRequest } from '../audit.ts'
import { base } from './base.ts'

export const auditProcedures = {
  list: base
    .route({ method: 'POST', path: '/audit/query', summary: 'Every act of a person, newest first, with what proves it' })
    .input(auditRequest)
    .output(auditPage),
}
