/** Who may act here: names, inputs and outputs. */
import { id } from '../common.ts'
import { createOperatorRequest, operatorView } from '../people.ts'
import { base, nothing } from './base.ts'
import { z } from 'zod'

export const operatorProcedures = {
  list: base
    .route({ method: 'GET', path: '/operators', summary: 'Who may act here' })
    .input(nothing)
    .output(z.object({ items: z.array(operatorView), currentId: id.nullable() })),
  create: base
    .route({ method: 'POST', path: '/operators', summary: 'Make an operator with a key of their own' })
    .input(createOperatorRequest)
    .output(operatorView),
  signIn: base
    .route({ method: 'POST', path: '/operators/current', summary: 'Act as this operator from now on, in this console' })
    .input(z.object({ operatorId: id }))
    .output(operatorView),
}
