/** Whether the one at the controls may act, and if not, why: said beside the control, not after it was pressed. The master decides again. */
import type { Answers } from '../../client/rpc.ts'
import type { Role } from '../../i18n/words.ts'

export type Barrier =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'role'; readonly has: Role; readonly needs: Role }
  | { readonly kind: 'read-only'; readonly sentence: string }
  | { readonly kind: 'offline' }

const ranks: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, engineer: 2, authority: 3 }

type Facts = {
  readonly needs: Role
  readonly operators: Answers['operator']['list'] | undefined
  readonly master: Answers['master']['get'] | undefined
  readonly isConnected: boolean
}

export function barrierTo({ needs, operators, master, isConnected }: Facts): Barrier | null {
  if (!isConnected) return { kind: 'offline' }
  if (master?.readOnlyReason != null) return { kind: 'read-only', sentence: master.readOnlyReason.sentence }
  // Until the master has answered nothing is barred: it will say so itself.
  if (operators === undefined) return null
  const current = operators.items.find((operator) => operator.id === operators.currentId)
  if (current === undefined) return { kind: 'nobody' }
  return ranks[current.role] < ranks[needs] ? { kind: 'role', has: current.role, needs } : null
}
