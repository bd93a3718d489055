/** This master itself: names, inputs and outputs. */
import { incarnationView } from '../incarnation.ts'
import { masterView } from '../people.ts'
import { base, done, nothing } from './base.ts'
import { z } from 'zod'

export const masterProcedures = {
  get: base
    .route({ method: 'GET', path: '/master', summary: 'This master: identity, time, what it holds' })
    .input(nothing)
    .output(masterView),
  incarnation: base
    .route({ method: 'GET', path: '/master/incarnation', summary: 'Its present life, and what an earlier one left to it' })
    .input(nothing)
    .output(incarnationView),
  rename: base
    .route({ method: 'POST', path: '/master/name', summary: 'Name this master and its island' })
    .input(z.object({ name: z.string().trim().min(1).max(200), rootDomainName: z.string().trim().min(1).max(200) }))
    .output(done),
  listen: base
    .route({ method: 'POST', path: '/master/listener', summary: 'Let nodes reach this master at an address of this machine, or stop' })
    /** `HOST:PORT`, port 0 for any free one; null stops. Kept over restarts. */
    .input(z.object({ address: z.string().max(200).nullable() }))
    .output(masterView),
}
