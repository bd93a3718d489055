/** Looks at a node's store after each of its transactions, for what the witness writes down: whom it obeyed, and what it began. */
import type { Clock } from '../../kernel/ports.ts'
import type { Store } from '../../store/open.ts'
import type { Begun, Witness } from './witness.ts'

type Parts = { readonly name: string; readonly store: Store; readonly clock: Clock; readonly witness: Witness }
type Fence = NonNullable<Begun['fence']>

export function watchObedience({ name, store, clock, witness }: Parts): Store {
  const { reader } = store
  const hasTables = (): boolean =>
    reader.get<{ n: number }>("SELECT count(*) AS n FROM sqlite_schema WHERE name IN ('agent_memory', 'agent_commands')")?.n === 2
  let isReady = false
  let fence = ''
  const begun = new Set<string>()

  function startedNow(): readonly { readonly issued: string; readonly attempt: number; readonly progress: string }[] {
    return reader.all<{ issued: string; attempt: number; progress: string }>(
      "SELECT issued, attempt, progress FROM agent_commands WHERE progress <> 'received' AND attempt > 0",
    )
  }

  function look(isFirst: boolean): void {
    isReady ||= hasTables()
    if (!isReady) return
    const before = fence === '' || fence === 'null' ? undefined : (JSON.parse(fence) as Fence)
    const now = reader.get<{ value: string }>("SELECT value FROM agent_memory WHERE name = 'fence'")?.value ?? 'null'
    if (now !== fence) {
      fence = now
      const obeyed = JSON.parse(now) as Fence | null
      if (obeyed !== null && !isFirst) witness.obeyed.push({ node: name, ...obeyed })
    }
    for (const { issued, attempt } of startedNow()) {
      const command = JSON.parse(issued) as {
        readonly commandId: string
        readonly idempotencyKey: string
        readonly semantics: string
        readonly placement: number
        readonly epoch: number
        readonly masterId: string
        readonly expiresAt: string | null
      }
      const mark = `${command.commandId} ${attempt}`
      if (begun.has(mark)) continue
      begun.add(mark)
      // What an earlier run of the agent began was written down then.
      if (isFirst) continue
      witness.begun.push({
        node: name,
        commandId: command.commandId,
        key: command.idempotencyKey,
        semantics: command.semantics,
        attempt,
        placement: command.placement,
        epoch: command.epoch,
        masterId: command.masterId,
        fence: before,
        nodeClockMs: clock.now(),
        expiresAtMs: command.expiresAt === null ? null : Date.parse(command.expiresAt),
      })
    }
  }

  look(true)
  return {
    ...store,
    transact: (act) => {
      const value = store.transact(act)
      look(false)
      return value
    },
  }
}
