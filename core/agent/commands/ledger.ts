/**
 * What the node was ever told to do and how far that came, without any window of time ([CM6], [CM21]): in the node's store, written in
 * the transaction of the fact that says the same.
 */
import type { CommandOnWire } from '../../contract/gateway/commands.ts'
import { commandOnWire } from '../../contract/gateway/commands.ts'
import type { LedgerEntry } from '../../fleet/command/ledger.ts'
import { compareIssue } from '../../fleet/command/supersession.ts'
import type { IssuedCommand } from '../../fleet/command/command-state.ts'
import type { Hlc } from '../../kernel/hlc.ts'
import { AppError } from '../../kernel/app-error.ts'
import type { Reader, Row, Writer } from '../../kernel/reader.ts'

export type Progress = 'received' | 'started' | 'ended'
export type Withdrawal = 'cancelled' | 'superseded'

export type Entry = {
  readonly issued: IssuedCommand
  readonly progress: Progress
  /** Which one was begun last, from 1; 0 before the first. */
  readonly attempt: number
  /** The run of the agent in which that was. */
  readonly run: number
  /** A new start was asked for, and is what the command is about. */
  readonly isAwaitingStart: boolean
  readonly withdrawn: Withdrawal | null
  /** The fact that ended it: its type, and its data but for the command's id. */
  readonly end: { readonly type: string; readonly data: Readonly<Record<string, unknown>> } | null
}

export type CommandLedger = {
  /** This run of the agent, counted over its whole life. */
  readonly run: number
  readonly entry: (commandId: string) => Entry | undefined
  /** The first that came under the key. */
  readonly underKey: (key: string) => (LedgerEntry & { readonly progress: Progress }) | undefined
  /** Not ended, in the order in which they were issued. */
  readonly open: () => readonly Entry[]
  readonly receive: (writer: Writer, command: CommandOnWire) => void
  readonly start: (writer: Writer, commandId: string, attempt: number) => void
  readonly awaitStart: (writer: Writer, commandId: string) => void
  readonly withdraw: (writer: Writer, commandId: string, why: Withdrawal) => void
  readonly end: (writer: Writer, commandId: string, end: NonNullable<Entry['end']>) => void
  /** The highest clock that the master signed; undefined before the first. */
  readonly seenClock: () => Hlc | undefined
  readonly noteClock: (writer: Writer, hlc: Hlc) => void
}

type EntryRow = Row & {
  readonly issued: string
  readonly progress: string
  readonly attempt: number
  readonly run: number
  readonly awaits_start: number
  readonly withdrawn: string | null
  readonly ended: string | null
}

const tables = [
  `CREATE TABLE IF NOT EXISTS agent_commands (number INTEGER PRIMARY KEY, command_id TEXT NOT NULL UNIQUE, idempotency_key TEXT NOT NULL,
    body_digest TEXT NOT NULL, issued TEXT NOT NULL, progress TEXT NOT NULL, attempt INTEGER NOT NULL, run INTEGER NOT NULL,
    awaits_start INTEGER NOT NULL, withdrawn TEXT, ended TEXT) STRICT`,
  'CREATE INDEX IF NOT EXISTS agent_commands_by_key ON agent_commands (idempotency_key, number)',
  "CREATE INDEX IF NOT EXISTS agent_commands_open ON agent_commands (number) WHERE progress <> 'ended'",
  'CREATE TABLE IF NOT EXISTS agent_runs (id INTEGER PRIMARY KEY CHECK (id = 1), run INTEGER NOT NULL, seen_clock TEXT) STRICT',
]

/** Counts this run. */
export function openCommandLedger(reader: Reader, transact: <T>(act: (writer: Writer) => T) => T): CommandLedger {
  transact((writer) => {
    for (const table of tables) writer.run(table)
    writer.run('INSERT INTO agent_runs (id, run) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET run = run + 1')
  })
  const run = reader.get<{ run: number }>('SELECT run FROM agent_runs')?.run ?? 1
  const columns = 'issued, progress, attempt, run, awaits_start, withdrawn, ended'
  return {
    run,
    entry: (commandId) => {
      const row = reader.get<EntryRow>(`SELECT ${columns} FROM agent_commands WHERE command_id = ?`, commandId)
      return row === undefined ? undefined : entryOf(row)
    },
    underKey: (key) => {
      const row = reader.get<EntryRow>(`SELECT ${columns} FROM agent_commands WHERE idempotency_key = ? ORDER BY number LIMIT 1`, key)
      if (row === undefined) return undefined
      const { issued, progress } = entryOf(row)
      const { nodeId, commandId, bodyDigest } = issued
      return { nodeId, key, commandId, bodyDigest, progress }
    },
    open: () =>
      reader
        .all<EntryRow>(`SELECT ${columns} FROM agent_commands WHERE progress <> 'ended'`)
        .map(entryOf)
        .toSorted((a, b) => compareIssue(a.issued, b.issued)),
    receive: (writer, command) => {
      writer.run(
        `INSERT INTO agent_commands (command_id, idempotency_key, body_digest, issued, progress, attempt, run, awaits_start)
          VALUES (?, ?, ?, ?, 'received', 0, 0, 0)`,
        command.commandId,
        command.idempotencyKey,
        command.bodyDigest,
        JSON.stringify(command),
      )
    },
    start: (writer, commandId, attempt) => {
      writer.run(
        "UPDATE agent_commands SET progress = 'started', attempt = ?, run = ?, awaits_start = 0 WHERE command_id = ?",
        attempt,
        run,
        commandId,
      )
    },
    awaitStart: (writer, commandId) => {
      writer.run('UPDATE agent_commands SET awaits_start = 1 WHERE command_id = ?', commandId)
    },
    withdraw: (writer, commandId, why) => {
      writer.run('UPDATE agent_commands SET withdrawn = ? WHERE command_id = ?', why, commandId)
    },
    end: (writer, commandId, end) => {
      writer.run("UPDATE agent_commands SET progress = 'ended', ended = ? WHERE command_id = ?", JSON.stringify(end), commandId)
    },
    seenClock: () =>
      (reader.get<{ seen_clock: string | null }>('SELECT seen_clock FROM agent_runs')?.seen_clock ?? undefined) as Hlc | undefined,
    noteClock: (writer, hlc) => {
      writer.run("UPDATE agent_runs SET seen_clock = ? WHERE coalesce(seen_clock, '') < ?", hlc, hlc)
    },
  }
}

function entryOf(row: EntryRow): Entry {
  const issued = commandOnWire.safeParse(JSON.parse(row.issued))
  if (!issued.success) throw new AppError('Corrupt', 'AGENT_MEMORY_DAMAGED', 'A command in the ledger of the node is not what was written.')
  return {
    issued: issued.data,
    progress: row.progress as Progress,
    attempt: row.attempt,
    run: row.run,
    isAwaitingStart: row.awaits_start === 1,
    withdrawn: row.withdrawn as Withdrawal | null,
    end: row.ended === null ? null : (JSON.parse(row.ended) as Entry['end']),
  }
}
