/** What the procedures of every area are handed by: who calls, their acts, their queries. */
import { implement } from '@orpc/server'
import { masterContract } from '../../../contract/contract.ts'
import { AppError } from '../../../kernel/app-error.ts'
import type { OperatorId } from '../../../kernel/ids.ts'
import type { ActInput, ActName, ActOutput } from '../../acts/acts.ts'
import type { Queries } from '../../queries/queries.ts'
import type { Served } from '../../workspaces.ts'
import type { ConsoleSession } from '../sessions.ts'

/** Who calls, and which workspace they look at. */
export type MasterContext = { readonly served: Served; readonly session: ConsoleSession }

export const os = implement(masterContract).$context<MasterContext>()

export function actorOf({ served, session }: MasterContext): OperatorId | undefined {
  return session.operatorOf(served) as OperatorId | undefined
}

export function act<Name extends ActName>(context: MasterContext, name: Name, input: ActInput<Name>): Promise<ActOutput<Name>> {
  return context.served.master.act(name, input, actorOf(context))
}

export function found<Value>(value: Value | undefined, code: string, sentence: string): Value {
  if (value === undefined) throw new AppError('NotFound', code, sentence)
  return value
}

export function queriesOf(context: MasterContext): Queries {
  return context.served.master.queries
}
