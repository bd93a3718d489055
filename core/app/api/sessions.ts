/** Which operator acts, per console that is connected. Every act names its operator; the one signed in is always visible. */
import { operatorIds } from '../acts/operators.ts'
import type { Served } from '../workspaces.ts'

export type ConsoleSession = {
  /** The operator signed in for this workspace; the only one there is, when nobody chose. */
  readonly operatorOf: (served: Served) => string | undefined
  readonly signIn: (served: Served, operatorId: string) => void
}

export type ConsoleSessions = {
  /** The session of a console; `operator` (id or name) given with a single call overrides it. */
  readonly of: (key: string, operator: string | undefined) => ConsoleSession
}

export function createConsoleSessions(): ConsoleSessions {
  /** `<console key>/<workspace>` -> operator. */
  const signedIn = new Map<string, string>()
  return {
    of: (key, operator) => ({
      operatorOf: ({ name, master }) =>
        master.moment(() => {
          const all = operatorIds(master)
          if (operator !== undefined)
            return all.find((id) => id === operator || master.model.operator(id)?.name.toLowerCase() === operator.toLowerCase()) ?? operator
          return signedIn.get(`${key}/${name}`) ?? (all.length === 1 ? all[0] : undefined)
        }),
      signIn: (served, operatorId) => void signedIn.set(`${key}/${served.name}`, operatorId),
    }),
  }
}
