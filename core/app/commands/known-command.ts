/** A command as it is known here: decisions, the node's reports, what this place handed over, and the stage that follows ([CM4]). */
import { isApproved } from '../../fleet/command/approval.ts'
import {
  type Carriage,
  type CommandDecisions,
  type CommandFacts,
  type IssuedCommand,
  noFacts,
  stageOf,
} from '../../fleet/command/command-state.ts'
import { defaultTwoOperatorKinds } from '../../fleet/command/kinds.ts'
import type { CommandStage } from '../../fleet/command/stage-machine.ts'
import type { Reader, SqlValue } from '../../kernel/reader.ts'
import type { ReadModel } from '../read-model.ts'
import { carriageOf } from './carriage.ts'

export type KnownCommand = {
  readonly issued: IssuedCommand
  readonly decisions: CommandDecisions
  readonly facts: CommandFacts
  readonly carriage: Carriage
  readonly isApproved: boolean
  readonly stage: CommandStage
}

export type CommandModel = Pick<ReadModel, 'reader' | 'command' | 'commandReports'>

/** Undefined while only its node has spoken of it, or nobody has. */
export function knownCommand(model: CommandModel, commandId: string): KnownCommand | undefined {
  const decisions = model.command(commandId)
  if (decisions === undefined || decisions.issued === null) return undefined
  const { issued } = decisions
  const facts = model.commandReports(issued.nodeId)?.[commandId] ?? noFacts
  const carriage = carriageOf(model.reader, commandId)
  const hasEverybody = isApproved(decisions, defaultTwoOperatorKinds)
  const stage = stageOf(decisions, facts, carriage, hasEverybody)
  return stage === null ? undefined : { issued, decisions, facts, carriage, isApproved: hasEverybody, stage }
}

/** Of one node, oldest first; those that a master took back only where asked for. */
export function commandsOfNode(
  model: CommandModel,
  nodeId: string,
  { withTakenBack }: { readonly withTakenBack: boolean },
): KnownCommand[] {
  // Asked at every contact of every node. SQLite prepares `node = ?` with an ORDER BY anew each time it is asked, which costs more than
  // the answer; this form it keeps. Ids are ULIDs: their order is that of issuing.
  const ids = commandIds(model.reader, `WHERE node IN (?) ${withTakenBack ? '' : 'AND word IS NULL'}`, nodeId)
  return ids.toSorted((a, b) => (a < b ? -1 : 1)).flatMap((commandId) => knownCommand(model, commandId) ?? [])
}

/** Of the rows of the projection that `rest` chooses; none while projections of an earlier version still serve, which kept no commands. */
export function commandIds(reader: Reader, rest: string, ...values: readonly SqlValue[]): readonly string[] {
  if (!keepsCommands(reader)) return []
  return reader.all<{ subject: string }>(`SELECT subject FROM commands ${rest}`, ...values).map(({ subject }) => subject)
}

/** Once there are commands to read there always are, and looking through the schema costs more than the answer. */
const keeping = new WeakSet<Reader>()

function keepsCommands(reader: Reader): boolean {
  if (keeping.has(reader)) return true
  if (reader.get("SELECT 1 FROM sqlite_schema WHERE type = 'view' AND name = 'commands'") === undefined) return false
  keeping.add(reader)
  return true
}
