/** Which kinds of commands two people are asked for in a domain, and whose word that is ([CM24]). */
import type { z } from 'zod'
import type { twoOperatorsView } from '../../contract/commands.ts'
import { defaultTwoOperatorKinds } from '../../fleet/command/kinds.ts'
import { AppError } from '../../kernel/app-error.ts'
import type { ReadModel } from '../read-model.ts'
import { lineageOf } from './lineage.ts'

/** Throws NotFound `DOMAIN_UNKNOWN`. */
export function readTwoOperators(model: ReadModel, domainId: string): z.infer<typeof twoOperatorsView> {
  const lineage = lineageOf(model, domainId)
  const [own] = lineage
  if (own === undefined) throw new AppError('NotFound', 'DOMAIN_UNKNOWN', 'No such domain is known here.')
  const setting = lineage.find(({ state }) => state.twoOperatorKinds !== null)
  return {
    always: [...defaultTwoOperatorKinds],
    own: own.state.twoOperatorKinds === null ? null : [...own.state.twoOperatorKinds],
    kinds: [...(setting?.state.twoOperatorKinds ?? [])],
    setBy: setting === undefined ? null : { id: setting.id, name: setting.state.name },
  }
}
