/** Sync debt, ranked: names, inputs and outputs. */
import { debtRanking, debtRequest } from '../debt.ts'
import { base } from './base.ts'

export const debtProcedures = {
  rank: base
    .route({ method: 'GET', path: '/domains/{domainId}/debt/{by}', summary: 'Who is behind, by domain below, tag, policy or relay' })
    .input(debtRequest)
    .output(debtRanking),
}
