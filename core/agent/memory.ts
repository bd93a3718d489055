/** What the agent must remember beside its log, in the same store, so that a fact and what follows from it are durable together. */
import { z } from 'zod'
import { desiredDocument } from '../contract/gateway/desired.ts'
import { approvalDocument } from '../contract/gateway/enrolment.ts'
import { envelopeSchema } from '../fleet/authority/events.ts'
import { glassSchema, grantStatementSchema } from '../fleet/authority/statement.ts'
import { snapshotPartSchema } from '../fleet/node/node-events.ts'
import { healths } from '../fleet/node/node-record.ts'
import { AppError } from '../kernel/app-error.ts'
import type { Reader, Writer } from '../kernel/reader.ts'

const count = z.number().int().nonnegative()
const instant = z.iso.datetime()

const fence = z.object({ placement: count, epoch: count, masterId: z.string() })
const holder = z.object({ masterId: z.string(), publicKey: z.string(), epoch: count })
const roots = z.object({
  keys: z.array(z.string()),
  grants: z.array(grantStatementSchema),
  passed: z.array(z.object({ domainId: z.string(), epoch: count })).optional(),
})

const shapes = {
  nodeId: z.string(),
  incarnation: z.string(),
  /** High-water mark of the hybrid logical clock: it goes on above this after a restart. */
  clock: z.string().regex(/^[0-9a-f]{12}-[0-9a-f]{4}$/),
  /** The last start ended in an orderly stop. */
  wasStopped: z.boolean(),
  /** When a master last answered, at the precision of the log's own writes. */
  heardAt: instant,
  approval: approvalDocument,
  /** The key that was approved. */
  approvedKey: z.string(),
  fence,
  /** Who holds the domain while the one that it obeys only hands over what that one issued, and at which epoch that is known ([CM27]). */
  holder,
  /**
   * Whom it trusts to say who is master, since it was let in, and the last verified grant of each domain. And up to which epoch it has left
   * a domain: a grant of before then leads nowhere any more.
   */
  roots,
  /** The grants that led to the last of `roots`, as they were signed: for a master that lost some of them ([AU24]). */
  chain: z.array(envelopeSchema),
  /** Set while glass is broken here: for whom, what says so, and what it obeyed before ([AU23]). */
  glass: z.object({
    masterId: z.string(),
    epoch: count,
    glass: glassSchema,
    envelope: envelopeSchema,
    before: z.object({ approval: approvalDocument, fence, roots: roots.optional(), holder: holder.optional() }),
  }),
  desired: desiredDocument,
  /** The bundle, epoch and code of the desired state refused last, so that it is recorded once. */
  refusedDesired: z.string(),
  /** The bundle and version proven last, and whether that was after a start: `<bundle> <version> <true|false>`. */
  proven: z.string(),
  /** What could not be proven last, so that it is recorded once. */
  unproven: z.string(),
  /** Set while no master answers. */
  alone: z.object({ since: instant, isBeyondBudget: z.boolean() }),
  /** The one open return that was countersigned. */
  session: z.object({ sessionId: z.string(), masterId: z.string(), leaseUntil: instant }),
  /** What the master acknowledged, by log. */
  held: z.record(z.string(), count),
  /** Where the master refused a log: it is not offered past there. */
  refusedLogs: z.record(z.string(), z.object({ fromSeq: count, code: z.string(), sentence: z.string(), at: instant })),
  /** Logs of earlier incarnations that an opening event of this node named as continued. */
  continued: z.array(z.string()),
  /** Commands that were taken back before they came: they are not begun when somebody brings them after all. */
  withdrawnAhead: z.array(z.string()),
  isQuarantined: z.boolean(),
  health: z.enum(healths),
  decisions: z.array(z.string()),
  manifest: z.array(snapshotPartSchema),
  /** One observation in so many is recorded. */
  sampling: count,
} as const

export type MemoryName = keyof typeof shapes
export type Remembered<Name extends MemoryName> = z.infer<(typeof shapes)[Name]>

export type Memory = {
  readonly get: <Name extends MemoryName>(name: Name) => Remembered<Name> | undefined
  readonly put: <Name extends MemoryName>(writer: Writer, name: Name, value: Remembered<Name>) => void
  readonly forget: (writer: Writer, name: MemoryName) => void
}

/** Throws Corrupt `AGENT_MEMORY_DAMAGED` on a value that is not what was written. */
export function openMemory(reader: Reader, transact: <T>(act: (writer: Writer) => T) => T): Memory {
  transact((writer) => writer.run('CREATE TABLE IF NOT EXISTS agent_memory (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT'))
  /** Checked once per text, since most is asked for at every event. */
  const checked = new Map<MemoryName, { readonly text: string; readonly value: unknown }>()
  return {
    get: <Name extends MemoryName>(name: Name) => {
      const text = reader.get<{ value: string }>('SELECT value FROM agent_memory WHERE name = ?', name)?.value
      if (text === undefined) return undefined
      const known = checked.get(name)
      if (known?.text === text) return known.value as Remembered<Name>
      const value = readShape(name, text)
      checked.set(name, { text, value })
      return value
    },
    put: (writer, name, value) => {
      writer.run(
        'INSERT INTO agent_memory (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
        name,
        JSON.stringify(value),
      )
    },
    forget: (writer, name) => {
      writer.run('DELETE FROM agent_memory WHERE name = ?', name)
    },
  }
}

function readShape<Name extends MemoryName>(name: Name, text: string): Remembered<Name> {
  const checked = shapes[name].safeParse(JSON.parse(text))
  if (checked.success) return checked.data as Remembered<Name>
  throw new AppError('Corrupt', 'AGENT_MEMORY_DAMAGED', `What the agent remembered as "${name}" is not what it wrote.`, { name })
}
