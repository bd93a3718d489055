/** Which commands a later one makes pointless: to the same node, in the same slot, not started yet ([CM10]). */
import type { IssuedCommand } from './command-state.ts'
import { commandKinds, isCommandKind } from './kinds.ts'
import { type CommandStage, isBeforeStart } from './stage-machine.ts'

export type StandingCommand = { readonly issued: IssuedCommand; readonly stage: CommandStage }

export type Supersession = { readonly commandId: string; readonly byCommandId: string }

/** Of one node's commands; the latest of each slot stands. A sealed body hides its slot, so sealed commands stand for themselves. */
export function supersededAmong(commands: readonly StandingCommand[]): readonly Supersession[] {
  const slots = new Map<string, StandingCommand[]>()
  for (const command of commands) {
    const slot = slotOf(command.issued)
    if (slot !== null) slots.set(slot, [...(slots.get(slot) ?? []), command])
  }
  return [...slots.values()].flatMap((rivals) => {
    const sorted = rivals.toSorted((a, b) => compareIssue(a.issued, b.issued))
    // One that was taken back, or that ran out, takes nobody's place.
    const latest = sorted.findLast(
      ({ stage }) => stage !== 'cancelled' && stage !== 'expired' && stage !== 'superseded' && stage !== 'rejected',
    )
    if (latest === undefined) return []
    const byCommandId = latest.issued.commandId
    return sorted
      .filter(({ issued, stage }) => isBeforeStart(stage) && compareIssue(issued, latest.issued) < 0)
      .map(({ issued }) => ({ commandId: issued.commandId, byCommandId }))
  })
}

/** As decisions fold: (placement, epoch, clock), then the master and the command. */
export function compareIssue(a: IssuedCommand, b: IssuedCommand): number {
  if (a.placement !== b.placement) return a.placement - b.placement
  if (a.epoch !== b.epoch) return a.epoch - b.epoch
  if (a.hlc !== b.hlc) return a.hlc < b.hlc ? -1 : 1
  if (a.masterId !== b.masterId) return a.masterId < b.masterId ? -1 : 1
  if (a.commandId === b.commandId) return 0
  return a.commandId < b.commandId ? -1 : 1
}

function slotOf({ kind, nodeId, body }: IssuedCommand): string | null {
  if (body.sealed !== null || !isCommandKind(kind)) return null
  const slot = commandKinds[kind].slot(body.data)
  return slot === null ? null : `${nodeId} ${slot}`
}
