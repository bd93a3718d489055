/** Proves a store from its own content: pages, references, chains, signatures, columns, blobs. Reads only. */
import { isAppError } from '../kernel/app-error.ts'
import type { Ports } from '../kernel/ports.ts'
import type { Reader, Row } from '../kernel/reader.ts'
import { keyIdOf } from '../log/dsse.ts'
import { verifyBlobReferences, verifyBlobs } from './blobs-verify.ts'
import { readBranches } from './branches.ts'
import { contextOf } from './context.ts'
import { addFinding, createFindings, type Findings, type StoreFinding } from './findings.ts'
import { logOfNumber } from './identities.ts'
import { checkPositions, verifyIndexes } from './verify-index.ts'
import { verifyLog, type LogTally } from './verify-log.ts'

export type StoreVerification = {
  readonly ok: boolean
  readonly events: number
  readonly origins: number
  readonly logs: number
  /** Events that lie in archives that are not here: proved from the point at which they were sealed, not looked at. */
  readonly fromSealedPoint: number
  /** Events that a signature covers. */
  readonly signed: number
  /** Events of one's own that no signature covers yet. */
  readonly unsignedTail: number
  readonly blobs: number
  /** The first thousand. Empty when `ok`. */
  readonly findings: readonly StoreFinding[]
}

export type VerifyOptions = {
  /** Events checked so far, of how many. */
  readonly onProgress?: (done: number, total: number) => void
}

type Check = {
  readonly reader: Reader
  readonly ports: Pick<Ports, 'crypto' | 'scheduler'>
  readonly findings: Findings
  readonly options: VerifyOptions
}

/**
 * Never throws for what is wrong with the store: that is a finding. Writing may go on meanwhile; what is recorded after the start is
 * not looked at. Codes of findings: PAGE_DAMAGED, TRIGGER_MISSING, REFERENCE_BROKEN, POSITION_GAP, INDEX_DIFFERS, EVENT_MISSING, EVENT_DOUBLED,
 * EVENT_DIFFERS, EVENT_ALTERED, HEAD_DIFFERS, CHAIN_BROKEN, SEAL_DIFFERS, ARCHIVE_DAMAGED, SEGMENT_DIFFERS, SEGMENT_SIGNATURE_WRONG, KEY_DIFFERS, BLOB_DAMAGED, BLOB_COUNT_DIFFERS.
 */
export async function verifyStore(
  reader: Reader,
  ports: Pick<Ports, 'crypto' | 'scheduler'>,
  options: VerifyOptions = {},
): Promise<StoreVerification> {
  const check: Check = { reader, ports, findings: createFindings(), options }
  guarded(check, () => checkPages(check))
  guarded(check, () => checkTriggers(check))
  guarded(check, () => checkReferences(check))
  guarded(check, () => checkPositions(reader, check.findings))
  await drive(check, verifyIndexes(reader, check.findings))
  guarded(check, () => checkKeys(check))
  const { events, sealed } = await checkLogs(check)
  const blobs = await checkBlobs(check)
  const count = (sql: string): number => guarded(check, () => reader.get<{ count: number | null }>(sql)?.count ?? 0) ?? 0
  const signed = count(
    'SELECT sum(signed_to - from_seq + 1) AS count FROM (SELECT h.from_seq, coalesce((SELECT max(to_seq) FROM segments s WHERE s.log = h.log AND s.branch = h.branch), h.from_seq - 1) AS signed_to FROM heads h)',
  )
  return {
    ok: check.findings.count === 0,
    events,
    origins: count('SELECT count(DISTINCT origin) AS count FROM logs'),
    logs: count('SELECT count(*) AS count FROM logs'),
    fromSealedPoint: sealed,
    signed,
    unsignedTail: Math.max(0, events - signed),
    blobs,
    findings: check.findings.list,
  }
}

/** A page that cannot be read ends one check, not the others. */
function guarded<T>(check: Check, act: () => T): T | undefined {
  try {
    return act()
  } catch (error) {
    if (!isAppError(error) || error.kind !== 'Corrupt') throw error
    addFinding(check.findings, { code: 'PAGE_DAMAGED', sentence: error.message })
    return undefined
  }
}

function checkPages({ reader, findings }: Check): void {
  for (const row of reader.all<{ integrity_check: string }>('PRAGMA integrity_check(100)')) {
    if (row.integrity_check !== 'ok')
      addFinding(findings, { code: 'PAGE_DAMAGED', sentence: `The file is damaged: ${row.integrity_check}.` })
  }
}

/** Without them a stray statement could change history. */
function checkTriggers({ reader, findings }: Check): void {
  const expected = [
    'runs_are_not_changed',
    'runs_are_not_removed',
    'seals_are_not_changed',
    'seals_are_not_removed',
    'segments_are_not_changed',
    'segments_are_not_removed',
  ]
  const held = new Set(reader.all<{ name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`).map((row) => row.name))
  for (const name of expected) {
    if (!held.has(name)) addFinding(findings, { code: 'TRIGGER_MISSING', sentence: `The guard "${name}" was taken out of the store.` })
  }
}

function checkReferences({ reader, findings }: Check): void {
  for (const row of reader.all<{ table: string; parent: string }>('PRAGMA foreign_key_check')) {
    addFinding(findings, {
      code: 'REFERENCE_BROKEN',
      sentence: `A row of ${row.table} points to a row of ${row.parent} that is not there.`,
    })
  }
  const strays = reader.all<{ log: number; branch: number }>(
    'SELECT log, branch FROM runs GROUP BY log, branch EXCEPT SELECT log, branch FROM heads',
  )
  for (const stray of strays) {
    addFinding(findings, {
      code: 'REFERENCE_BROKEN',
      sentence: 'Events belong to a branch that is not there.',
      log: nameOf(reader, stray.log),
    })
  }
  const ends = reader.all<{ log: number; seq: number }>(
    `SELECT log, seq FROM heads
      WHERE seq < (SELECT max(from_seq + count - 1) FROM runs WHERE runs.log = heads.log AND runs.branch = heads.branch)`,
  )
  for (const end of ends) {
    addFinding(findings, {
      code: 'HEAD_DIFFERS',
      sentence: 'The log holds events past its recorded end.',
      log: nameOf(reader, end.log),
      seq: end.seq,
    })
  }
}

function nameOf(reader: Reader, log: number): string {
  return reader.get<{ name: string }>('SELECT name FROM logs WHERE number = ?', log)?.name ?? `number ${log}`
}

function checkKeys({ reader, ports, findings }: Check): void {
  for (const row of reader.all<Row & { keyid: string; public_key: Uint8Array }>('SELECT keyid, public_key FROM keys')) {
    if (keyIdOf(ports.crypto, row.public_key) === row.keyid) continue
    addFinding(findings, { code: 'KEY_DIFFERS', sentence: `The public key filed as ${row.keyid} is another one.` })
  }
}

async function checkLogs(check: Check): Promise<LogTally> {
  const { reader, ports, findings, options } = check
  const total = guarded(check, () => reader.get<{ count: number }>('SELECT sum(count) AS count FROM runs')?.count) ?? 0
  const done: LogTally = { events: 0, sealed: 0 }
  for (const { number } of guarded(check, () => reader.all<{ number: number }>('SELECT number FROM logs ORDER BY number')) ?? []) {
    const tree = guarded(check, () => ({
      log: logOfNumber(reader, contextOf(reader).identities, number),
      number,
      branches: readBranches(reader, number),
    }))
    if (tree === undefined) continue
    const steps = verifyLog(reader, ports.crypto, tree, findings)
    for (;;) {
      const step = guarded(check, () => steps.next())
      if (step === undefined || step.done === true) break
      done.events += step.value.events
      done.sealed += step.value.sealed
      options.onProgress?.(done.events, total)
      await ports.scheduler.yield()
    }
  }
  return done
}

async function checkBlobs(check: Check): Promise<number> {
  const { reader, findings } = check
  const count = await drive(check, verifyBlobs(reader, findings))
  await drive(check, verifyBlobReferences(reader, findings))
  return count ?? 0
}

/** To the end, other work in between; undefined when a page of the file stopped it. */
async function drive<Value>(check: Check, steps: Generator<void, Value>): Promise<Value | undefined> {
  for (;;) {
    const step = guarded(check, () => steps.next())
    if (step === undefined) return undefined
    if (step.done === true) return step.value
    await check.ports.scheduler.yield()
  }
}
