/** What this master handed over, and when: of this place alone, no part of what replicates ([CM16]). */
import type { Carriage } from '../../fleet/command/command-state.ts'
import type { Reader, Writer } from '../../kernel/reader.ts'

export function createCarriageTable(writer: Writer): void {
  writer.run('CREATE TABLE IF NOT EXISTS command_carriage (command_id TEXT PRIMARY KEY, sent_at INTEGER NOT NULL) STRICT, WITHOUT ROWID')
}

export function carriageOf(reader: Reader, commandId: string): Carriage {
  const isSent = reader.get('SELECT 1 FROM command_carriage WHERE command_id = ?', commandId) !== undefined
  return { isExported: false, isSent }
}

/** The first time counts. `atMs` is the wall clock. */
export function noteSent(writer: Writer, commandIds: readonly string[], atMs: number): void {
  for (const commandId of commandIds)
    writer.run('INSERT INTO command_carriage (command_id, sent_at) VALUES (?, ?) ON CONFLICT DO NOTHING', commandId, atMs)
}
