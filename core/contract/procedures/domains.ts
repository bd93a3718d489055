/** Layer 1: domains: names, inputs and outputs. */
import { domainAuthority } from '../authority.ts'
import { id, instant, pageOf } from '../common.ts'
import {
  configureDomainRequest,
  createDomainRequest,
  domainDetail,
  domainListRequest,
  domainRow,
  topologyRequest,
  topologyView,
} from '../domains.ts'
import { base, done } from './base.ts'
import { z } from 'zod'

export const domainProcedures = {
  list: base
    .route({ method: 'GET', path: '/domains', summary: 'The tree of domains, in tree order' })
    .input(domainListRequest)
    .output(pageOf(domainRow).extend({ at: instant })),
  get: base
    .route({ method: 'GET', path: '/domains/{domainId}', summary: 'Layer 1: a domain with all below it' })
    .input(z.object({ domainId: id }))
    .output(domainDetail),
  topology: base
    .route({
      method: 'GET',
      path: '/domains/{domainId}/topology',
      summary: 'Relays and nodes of a domain, and through what each is reached',
    })
    .input(topologyRequest)
    .output(topologyView),
  authority: base
    .route({ method: 'GET', path: '/domains/{domainId}/authority', summary: 'Who is master here, by what right, and who disagrees' })
    .input(z.object({ domainId: id }))
    .output(domainAuthority),
  create: base
    .route({ method: 'POST', path: '/domains', summary: 'Make a domain below another' })
    .input(createDomainRequest)
    .output(z.object({ domainId: id })),
  configure: base
    .route({ method: 'POST', path: '/domains/{domainId}/thresholds', summary: 'Set when a silent node counts as late, cached, alone' })
    .input(configureDomainRequest)
    .output(done),
}
