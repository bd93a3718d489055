/** People who act here: each with a role and a key that signs what they do. */
import type { z } from 'zod'
import type { createOperatorRequest } from '../../contract/people.ts'
import { AppError } from '../../kernel/app-error.ts'
import { toBase64 } from '../../kernel/hex.ts'
import { createUlidSource, type OperatorId } from '../../kernel/ids.ts'
import { type Act, type Asking, requireOperator } from './act.ts'

/**
 * The first one makes themself, and can do everything; later ones are made by an operator of role authority. Throws Conflict
 * `OPERATOR_NAME_TAKEN`, Invalid `FIRST_OPERATOR_ROLE`.
 */
export function createOperator(act: Act, { name, role }: z.infer<typeof createOperatorRequest>): OperatorId {
  const { master } = act
  const isFirst = operatorIds(master).length === 0
  if (isFirst && role !== 'authority')
    throw new AppError('Invalid', 'FIRST_OPERATOR_ROLE', 'The first operator has the role authority: nobody else could make another.', {
      role,
    })
  const maker = isFirst ? undefined : requireOperator(act, 'authority')
  if (operatorIds(master).some((known) => master.model.operator(known)?.name.toLowerCase() === name.toLowerCase())) {
    throw new AppError('Conflict', 'OPERATOR_NAME_TAKEN', 'There is an operator of that name; acts could not be told apart.', {})
  }
  const operatorId = createUlidSource(master.config.ports.clock, master.config.ports.random)<OperatorId>()
  const key = master.keys.make(operatorId)
  master.port.commit(({ decide }) =>
    decide({
      type: 'ibcf.operator.created.v1',
      subject: operatorId,
      domain: master.identity.rootDomainId,
      data: { name, role, keyId: key.keyId, publicKey: toBase64(key.publicKey) },
      // The first operator vouches for themself with the new key.
      actor: maker ?? operatorId,
    }),
  )
  return operatorId
}

export function operatorIds(master: Asking['master']): readonly OperatorId[] {
  return master.model.reader
    .all('SELECT subject FROM operators ORDER BY created_at, subject')
    .map((row) => String(row['subject']) as OperatorId)
}
