/** What folding finds out beside the states, until it is written with them: who was judged by what, what had no effect, what threw. */
import { isAppError } from '../../kernel/app-error.ts'
import type { Reader, Row, Writer } from '../../kernel/reader.ts'
import type { Projection } from '../../projections/projection.ts'
import type { Effective } from './effective.ts'
import type { Poisoned } from './fold.ts'
import { type Judge, nameOf, type Powerless, type Question } from './judge.ts'
import { tableName } from './tables.ts'

type Withheld = { readonly projection: Projection; readonly subject: string; readonly position: number; readonly error: unknown }
type Parking = { readonly projection: Projection; readonly input: Effective; readonly error: unknown }

export type Notes = {
  readonly asked: (question: Question, rule: string, subject: string) => void
  readonly powerless: (input: Effective, question: Question, why: Powerless) => void
  readonly poisoned: (projection: Projection, input: Effective, error: unknown) => void
  /** The subject could not be folded again, because events of it are not here; no event is at fault. */
  readonly withheld: (withheld: Withheld) => void
  /** The subject was folded again by this projection: what had thrown and does not any more is not parked. */
  readonly refolded: (projection: Projection, subject: string, poisoned: readonly Poisoned[]) => void
  /** Everything about the subject is about to be folded again. */
  readonly foldingAgain: (subject: string) => void
  /** Something about the subject was held without effect, and noted. */
  readonly isAnyPowerless: (reader: Reader, generation: number, subject: string, isFresh: boolean) => boolean
  readonly basisChanged: (domain: string, cause: string) => void
  readonly queue: (subject: string, cause: string) => void
  /** `latestAt`: wall milliseconds of this store at the last event that was taken. */
  readonly write: (writer: Writer, generation: number, latestAt: number) => void
  /** The domains whose authority or place changed since this was asked last, each with the event that did it. */
  readonly takeBasisChanges: () => ReadonlyMap<string, string>
  readonly hasBasisChanges: () => boolean
  /** Subjects whose answer is another one than when they were folded, of what was not written yet. */
  readonly judgedOtherwise: (judge: Judge) => ReadonlySet<string>
  readonly clear: () => void
}

/** Pairs of a question and a subject that are known to be in the table. */
const rememberedPairs = 50_000

export function createNotes(): Notes {
  let questions = new Map<string, { readonly question: Question; readonly rule: string; readonly subjects: Set<string> }>()
  let powerless: { readonly input: Effective; readonly question: Question; readonly why: Powerless }[] = []
  let parking: Parking[] = []
  let withheld: Withheld[] = []
  let refolds: { readonly projection: string; readonly subject: string }[] = []
  let again = new Set<string>()
  let basis = new Map<string, string>()
  let queued = new Map<string, string>()
  const pairs = new Set<string>()

  function reset(): void {
    questions = new Map()
    powerless = []
    parking = []
    withheld = []
    refolds = []
    again = new Set()
    queued = new Map()
  }

  function write(writer: Writer, generation: number, latestAt: number): void {
    const table = (name: string): string => tableName(name, generation)
    const at = parking.reduce((latest, { input }) => Math.max(latest, input.stored.recordedAt), 0)
    for (const subject of again) {
      writer.run(`DELETE FROM ${table('powerless_events')} WHERE subject = ?`, subject)
      writer.run(`DELETE FROM ${table('projection_rejudged')} WHERE subject = ?`, subject)
    }
    for (const { question, rule, subjects } of questions.values()) {
      const { domain, origin, epoch } = question
      const incarnation = lifeAndNode(question)
      writer.run(`INSERT OR IGNORE INTO ${table('judged_questions')} VALUES (?, ?, ?, ?, ?)`, domain, origin, incarnation, epoch, rule)
      for (const subject of subjects)
        writer.run(`INSERT OR IGNORE INTO ${table('judged_subjects')} VALUES (?, ?, ?, ?, ?)`, domain, origin, incarnation, epoch, subject)
    }
    for (const { input, question, why } of powerless) {
      const { event, stored } = input
      writer.run(
        `INSERT OR REPLACE INTO ${table('powerless_events')} (subject, position, domain, origin, epoch, event_id, type, code, sentence, would_allow)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        event.subject,
        stored.position,
        question.domain,
        question.origin,
        question.epoch,
        event.id,
        event.type,
        why.code,
        why.sentence,
        why.wouldAllow,
      )
    }
    const thrown = new Set(parking.map(({ projection, input }) => `${projection.name}/${input.stored.position}`))
    for (const { projection, subject } of refolds) {
      const rows = writer.all<{ position: number }>(
        `SELECT position FROM ${table('projection_parked')} WHERE subject = ? AND projection = ?`,
        subject,
        projection,
      )
      for (const { position } of rows)
        if (!thrown.has(`${projection}/${position}`))
          writer.run(`DELETE FROM ${table('projection_parked')} WHERE projection = ? AND position = ?`, projection, position)
    }
    for (const { projection, input, error } of parking) {
      const { event, stored } = input
      park(writer, generation, {
        projection: projection.name,
        version: projection.version,
        position: stored.position,
        eventId: event.id,
        subject: event.subject,
        type: event.type,
        error,
        at,
      })
    }
    for (const { projection, subject, position, error } of withheld) {
      const { name, version } = projection
      park(writer, generation, { projection: name, version, position, eventId: '', subject, type: '', error, at: latestAt })
    }
    for (const [subject, cause] of queued) queueSubject(writer, generation, subject, at, cause)
    reset()
  }

  return {
    asked: (question, rule, subject) => {
      const name = nameOf(question)
      const pair = `${name}/${subject}`
      if (pairs.has(pair)) return
      if (pairs.size >= rememberedPairs) pairs.clear()
      pairs.add(pair)
      const entry = questions.get(name) ?? { question, rule, subjects: new Set<string>() }
      entry.subjects.add(subject)
      questions.set(name, entry)
    },
    powerless: (input, question, why) => void powerless.push({ input, question, why }),
    poisoned: (projection, input, error) => void parking.push({ projection, input, error }),
    withheld: (one) => void withheld.push(one),
    refolded: (projection, subject, poisoned) => {
      refolds.push({ projection: projection.name, subject })
      for (const { input, error } of poisoned) parking.push({ projection, input, error })
    },
    foldingAgain: (subject) => {
      // What was noted of it before is found again.
      powerless = powerless.filter(({ input }) => (input.event.subject as string) !== subject)
      again.add(subject)
    },
    isAnyPowerless: (reader, generation, subject, isFresh) =>
      powerless.some(({ input }) => (input.event.subject as string) === subject) ||
      (!isFresh &&
        reader.get(`SELECT 1 AS held FROM ${tableName('powerless_events', generation)} WHERE subject = ? LIMIT 1`, subject) !== undefined),
    basisChanged: (domain, cause) => void basis.set(domain, cause),
    queue: (subject, cause) => void queued.set(subject, cause),
    write,
    takeBasisChanges: () => {
      const changed = basis
      basis = new Map()
      return changed
    },
    hasBasisChanges: () => basis.size > 0,
    judgedOtherwise: (judge) =>
      new Set([...questions.values()].flatMap(({ question, rule, subjects }) => (judge.ruleOf(question) === rule ? [] : [...subjects]))),
    clear: () => {
      pairs.clear()
      basis = new Map()
      reset()
    },
  }
}

export type Parked = {
  readonly projection: string
  readonly version: number
  readonly position: number
  /** Empty, like the type, where it is not an event that could not be folded but a row that could not be made. */
  readonly eventId: string
  readonly subject: string
  readonly type: string
  readonly error: unknown
  readonly at: number
}

/** Kept aside for this projection, counted, and tried again when the subject is folded again ([PJ8]). */
export function park(
  writer: Writer,
  generation: number,
  { projection, version, position, eventId, subject, type, error, at }: Parked,
): void {
  const { code, sentence } = isAppError(error)
    ? { code: error.code, sentence: error.message }
    : {
        code: 'FOLD_FAILED',
        sentence: error instanceof Error ? `${error.name}: ${error.message}` : 'The fold threw something that is no error.',
      }
  writer.run(
    `INSERT INTO ${tableName('projection_parked', generation)}
      (projection, version, position, event_id, subject, type, code, sentence, first_at, last_at, tries) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
      ON CONFLICT DO UPDATE SET version = excluded.version, code = excluded.code, sentence = excluded.sentence, last_at = excluded.last_at, tries = tries + 1`,
    projection,
    version,
    position,
    eventId,
    subject,
    type,
    code,
    sentence.slice(0, 1000),
    at,
    at,
  )
}

export function queueSubject(writer: Writer, generation: number, subject: string, since: number, cause: string): void {
  writer.run(
    `INSERT OR IGNORE INTO ${tableName('projection_rejudged', generation)} (subject, since, cause) VALUES (?, ?, ?)`,
    subject,
    since,
    cause,
  )
}

/** One column holds both: hardly any question is about one node. */
function lifeAndNode({ incarnation, node }: Question): string {
  return node === undefined ? incarnation : `${incarnation}@${node}`
}

function readLifeAndNode(text: string): Pick<Question, 'incarnation' | 'node'> {
  const [incarnation = '', node] = text.split('@', 2)
  return node === undefined ? { incarnation } : { incarnation, node }
}

type QuestionRow = Row & Question & { readonly rule: string }

/** Where a master began another life, which domains that concerns is found out by asking for all. */
export const everyDomain = '*'

/** Queues whoever was judged by an answer that is another one now, in the domains given and all below them. */
export function queueAffected(writer: Writer, generation: number, judge: Judge, changed: ReadonlyMap<string, string>, since: number): void {
  for (const [root, cause] of changed) {
    for (const domain of root === everyDomain ? judgedDomains(writer, generation) : withDescendants(writer, generation, root)) {
      const questions = writer.all<QuestionRow>(`SELECT * FROM ${tableName('judged_questions', generation)} WHERE domain = ?`, domain)
      for (const { origin, incarnation, epoch, rule } of questions) {
        const now = judge.ruleOf({ domain, origin, epoch, ...readLifeAndNode(incarnation) })
        if (now === rule) continue
        writer.run(
          `UPDATE ${tableName('judged_questions', generation)} SET rule = ? WHERE domain = ? AND origin = ? AND incarnation = ? AND epoch = ?`,
          now,
          domain,
          origin,
          incarnation,
          epoch,
        )
        writer.run(
          `INSERT OR IGNORE INTO ${tableName('projection_rejudged', generation)} (subject, since, cause)
            SELECT subject, ?, ? FROM ${tableName('judged_subjects', generation)} WHERE domain = ? AND origin = ? AND incarnation = ? AND epoch = ?`,
          since,
          cause,
          domain,
          origin,
          incarnation,
          epoch,
        )
      }
    }
  }
}

function judgedDomains(reader: Reader, generation: number): readonly string[] {
  return reader
    .all<{ domain: string }>(`SELECT DISTINCT domain FROM ${tableName('judged_questions', generation)}`)
    .map(({ domain }) => domain)
}

/** Two masters that disagree can make a ring of parents: each domain comes once. */
function withDescendants(reader: Reader, generation: number, root: string): ReadonlySet<string> {
  const found = new Set([root])
  for (const domain of found)
    for (const { subject } of reader.all<{ subject: string }>(
      `SELECT subject FROM ${tableName('domains', generation)} WHERE parent = ?`,
      domain,
    ))
      found.add(subject)
  return found
}
