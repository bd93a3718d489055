/**
 * Folds events into one generation: what they change is held in memory as entries (as it is kept, as it is now) and written by subject,
 * each row once however many events touched it. The same steps serve a single decision and a rebuild of millions; they differ in when
 * a late event is folded again (at once, or once at the end) and in how much is held before it is written.
 */
import { isAppError } from '../../kernel/app-error.ts'
import type { Crypto } from '../../kernel/ports.ts'
import type { Reader } from '../../kernel/reader.ts'
import type { AuthorityState } from '../../projections/authority.ts'
import type { DomainState } from '../../projections/domains.ts'
import type { LivesState } from '../../projections/lives.ts'
import type { Projection } from '../../projections/projection.ts'
import type { CommandDecisions } from '../../fleet/command/command-state.ts'
import type { Place } from '../../fleet/node/place.ts'
import { formatLogId, isLogId, type LogId, parseLogId } from '../../log/log-id.ts'
import { readLogTree } from '../../store/branches.ts'
import { readSubjectEvents } from '../../store/read-events.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import { createCheckSignature } from '../../trust/check-signature.ts'
import { createBook } from './book.ts'
import { type Effective, effective, isUnknownCritical, projectionsByType } from './effective.ts'
import { applyOne, fitsBehind, foldAll, nothingOf, type Subject } from './fold.ts'
import type { Entry, Folding } from './entry.ts'
import { forksConcerned } from './concerned-forks.ts'
import { createForks, forkedLogs, subjectsBehindFork } from './forks.ts'
import { writeEntries } from './flush.ts'
import { createJudge, isBasis, isPlaced, isPlaceType } from './judge.ts'
import { createNotes, everyDomain } from './notes.ts'
import { type StateRow, subjectOf } from './state-row.ts'
import { type Kept, tableName } from './tables.ts'

export type FoldingOptions = {
  /** Late events are noted and folded again when the rest is done; otherwise at once. */
  readonly isBulk: boolean
  /** The generation is empty and new: what is not in memory is nowhere. */
  readonly isFresh: boolean
  /** What is not wanted is passed over, but for what authority is made of. All by default. */
  readonly isWanted?: (subject: string) => boolean
}

/** Subjects times projections that are remembered where every commit is written at once. */
const rememberedEntries = 20_000

export function createFolding(generation: number, kept: Kept, crypto: Crypto, options: FoldingOptions): Folding {
  const byType = projectionsByType(kept.projections)
  const entries = new Map<string, Map<string, Entry>>(kept.projections.map(({ name }) => [name, new Map<string, Entry>()]))
  const changed = new Set<string>()
  const select = `SELECT * FROM ${tableName('projection_states', generation)} WHERE projection = ? AND subject = ?`
  let isFresh = options.isFresh
  let held = 0
  let latestAt = 0
  /** Who asks now: the judge looks up what authority is made of while events are taken. */
  let asking: Reader | undefined
  const named = (name: string): Projection | undefined => kept.projections.find((projection) => projection.name === name)
  const authority = named('authority')
  const domains = named('domains')
  const lives = named('lives')
  const places = named('places')
  const commands = named('commands')
  const check = createCheckSignature(crypto)
  /** Subjects with events marked critical that nobody here knows; read once. */
  let freezers: Set<string> | undefined
  const decided = (projection: Projection | undefined, id: string): unknown =>
    projection === undefined || asking === undefined ? undefined : (entryOf(asking, projection, id).now.decisions.state ?? undefined)
  const judge = createJudge(
    createBook({
      authority: (id) => decided(authority, id) as AuthorityState | undefined,
      domain: (id) => decided(domains, id) as DomainState | undefined,
      lives: (id) => decided(lives, id) as LivesState | undefined,
      place: (id) => placeForKeys(id) ?? undefined,
      freezers: () => freezersHeld(),
    }),
    (log) => (asking === undefined ? 0 : headOfLog(asking, log)),
    (id) => (decided(commands, id) as CommandDecisions | undefined)?.issued ?? undefined,
  )
  const isJudging = authority !== undefined
  const notes = createNotes()
  /** Names of logs that were told in two ways; read once. */
  let forked: Set<string> | undefined
  /** By name: what counted of a forked log when its subjects were folded last. */
  const standings = new Map<string, string>()
  const forks = createForks({
    crypto,
    reader: () => asking as Reader,
    isForked: (log) => forked !== undefined && forked.size > 0 && forked.has(formatLogId(log)),
    judge: isJudging ? judge : undefined,
    asked: notes.asked,
  })
  /** Bulk only: their further events are folded when everything is. */
  const late = new Set<string>()

  function freezersHeld(): Set<string> {
    if (freezers !== undefined || asking === undefined || authority === undefined) return freezers ?? new Set()
    // A generation of an older version does not know of them.
    const isKept = !isFresh && 'is_freezing' in authority.table.columns
    const table = tableName(authority.table.name, generation)
    const rows = isKept ? asking.all<{ subject: string }>(`SELECT subject FROM ${table} WHERE is_freezing = 1`) : []
    freezers = new Set(rows.map(({ subject }) => subject))
    return freezers
  }

  function handlersOf({ event }: Effective): readonly Projection[] {
    return byType.get(event.type) ?? (authority !== undefined && isUnknownCritical(event) ? [authority] : [])
  }

  function entryOf(reader: Reader, projection: Projection, id: string): Entry {
    const of = entries.get(projection.name) as Map<string, Entry>
    const known = of.get(id)
    if (known !== undefined) return known
    const row = isFresh ? undefined : reader.get<StateRow>(select, projection.name, id)
    const subject = row === undefined ? nothingOf(projection) : subjectOf(row)
    const entry: Entry = { projection, id, kept: subject, now: subject, savedCut: {} }
    of.set(id, entry)
    held++
    return entry
  }

  function change(entry: Entry, now: Subject): void {
    entry.now = now
    changed.add(entry.id)
  }

  /** False when it has no effect; notes who asked, so that the subject is found when the answer changes. */
  function isJudgedEffective(input: Effective): boolean {
    const question = isJudging ? judge.questionFor(input) : undefined
    if (question === undefined) return true
    notes.asked(question, judge.ruleOf(question), input.event.subject)
    const effect = judge.effectOf(question, input, isPlaced(input) ? placeOf(input.event.subject) : null)
    if (effect.effect === 'yes') return true
    notes.powerless(input, question, effect)
    return false
  }

  function placeOf(id: string): Place | null {
    return (decided(places, id) ?? null) as Place | null
  }

  /** Of a node that is not wanted for itself it is found by its own events alone. */
  function placeForKeys(id: string): Place | null {
    if (asking === undefined || places === undefined || options.isWanted?.(id) !== false) return placeOf(id)
    const entry = entryOf(asking, places, id)
    if (entry.now.position === 0) foldEntryAgain(asking, [entry], Number.MAX_SAFE_INTEGER - 1)
    return placeOf(id)
  }

  function take(reader: Reader, stored: readonly StoredEvent[]): void {
    asking = reader
    const last = stored.at(-1)?.position ?? 0
    latestAt = stored.at(-1)?.recordedAt ?? latestAt
    forked ??= forkedLogs(reader)
    const toldOf = forksConcerned(stored, forked)
    if (options.isBulk) for (const { domain, origin } of toldOf.values()) if (domain === '-') late.add(origin)
    if (forked.size > 0) forks.forget()
    for (const item of stored) {
      const isOfBasis = isBasis(item.event)
      // Of a forked log of a node everything is folded at the end, when it is known what counts.
      if (toldOf.size > 0 && options.isBulk && late.has(item.log.origin) && item.log.domain === '-') continue
      if (!isOfBasis && options.isWanted?.(item.event?.subject ?? '') === false) continue
      const input = effective(item, byType, isJudging, forks.markOf(item))
      if (input === undefined || !isJudgedEffective(input)) continue
      const id: string = input.event.subject
      if (isUnknownCritical(input.event)) freezersHeld().add(id)
      for (const projection of handlersOf(input)) {
        const entry = entryOf(reader, projection, id)
        if (item.position <= entry.now.position) continue
        if (fitsBehind(projection, entry.now[input.stream], input)) add(entry, input)
        else if (options.isBulk && !isOfBasis) late.add(id)
        else foldEntryAgain(reader, [entry], last)
      }
      if (isPlaceType(input.event.type)) placeChanged(reader, id, last)
      if (isPlaceType(input.event.type) || input.event.type === 'ibcf.key.replaced.v1') keysChanged(id)
      if (isOfBasis) {
        judge.forget()
        notes.basisChanged(frameOf(input), input.event.id)
        // Where glass was broken the node is judged by itself from now on.
        for (const node of nodesNamedBy(input)) {
          if (options.isBulk) late.add(node)
          else foldAgain(reader, node, last)
        }
      }
    }
    // What masters say comes first: what counts of a node's log is found in it.
    for (const log of toldOf.values()) if (log.domain !== '-') standingChanged(reader, log, last)
    for (const log of toldOf.values()) if (log.domain === '-') standingChanged(reader, log, last)
    asking = undefined
  }

  /** What counts of a node's log is about the node alone; what a master says, about anybody. */
  function standingChanged(reader: Reader, log: LogId, upTo: number): void {
    if (log.domain === '-' && options.isBulk) return
    const name = formatLogId(log)
    forks.forget()
    const standing = forks.standingOf(log)
    if (standings.get(name) === standing) return
    standings.set(name, standing)
    if (log.domain === '-') {
      foldAgain(reader, log.origin, upTo)
      return
    }
    const { all, some } = subjectsBehindFork(reader, log, ({ event }) => isBasis(event))
    // Authority first: everything else is judged by it.
    for (const id of some) foldAgain(reader, id, upTo)
    judge.forget()
    if (some.size > 0) notes.basisChanged(everyDomain, name)
    for (const id of all) {
      if (some.has(id)) continue
      if (options.isBulk) late.add(id)
      else foldAgain(reader, id, upTo)
    }
  }

  /** What is about the node is judged by where it is known to have been: one that is let in for the first time was nowhere before. */
  function placeChanged(reader: Reader, id: string, upTo: number): void {
    const place = placeOf(id)
    if (place?.stays.length === 1 && place.releases.length === 0 && !notes.isAnyPowerless(reader, generation, id, isFresh)) return
    if (options.isBulk) late.add(id)
    else foldAgain(reader, id, upTo)
  }

  /** Whether glass was broken at the node counts by its keys ([AU23]). */
  function keysChanged(id: string): void {
    const stays = placeOf(id)?.stays ?? []
    if (!stays.some(({ domainId }) => judge.isNamed(domainId, id))) return
    judge.forget()
    for (const { domainId } of stays) notes.basisChanged(domainId, id)
  }

  function add(entry: Entry, input: Effective): void {
    // With which keys a node is has to be known while the rest is judged: broken glass rests on it.
    if (late.has(entry.id) && !isBasis(input.event) && entry.projection !== places) return
    const { stream, key, stored } = input
    const before = entry.now[stream]
    if (key < before.key) entry.savedCut[stream] = lower(entry.savedCut[stream], key)
    try {
      const half = applyOne(entry.projection, before, input, check)
      const { facts, decisions } = entry.now
      const { position } = stored
      change(entry, stream === 'facts' ? { facts: half, decisions, position } : { facts, decisions: half, position })
    } catch (error) {
      notes.poisoned(entry.projection, input, error)
      change(entry, { ...entry.now, position: stored.position })
    }
  }

  function foldAgain(reader: Reader, id: string, upTo: number): void {
    const isOuter = asking === undefined
    asking = reader
    notes.foldingAgain(id)
    late.delete(id)
    forked ??= forkedLogs(reader)
    if (forked.size > 0) forks.forget()
    // Where the node is comes first: the rest is judged by it.
    const keys = placeOf(id)?.keys ?? []
    if (places !== undefined) foldEntryAgain(reader, [entryOf(reader, places, id)], upTo)
    if ((placeOf(id)?.keys ?? []).join() !== keys.join()) keysChanged(id)
    const rest = kept.projections.filter((projection) => projection !== places)
    foldEntryAgain(
      reader,
      rest.map((projection) => entryOf(reader, projection, id)),
      upTo,
    )
    if (isOuter) asking = undefined
  }

  function foldEntryAgain(reader: Reader, again: readonly Entry[], upTo: number): void {
    const [first] = again
    if (first === undefined) return
    // Types that nobody knows cannot be asked for by name.
    const isFreezing = freezersHeld().has(first.id)
    const types = isFreezing ? {} : { types: [...new Set(again.flatMap(({ projection }) => projection.handles))] }
    let inputs: readonly Effective[]
    try {
      const events = readSubjectEvents(reader, first.id, { ...types, beforePosition: upTo + 1, limit: Number.MAX_SAFE_INTEGER })
      inputs = events.flatMap((stored) => {
        const input = effective(stored, byType, isJudging, forks.markOf(stored))
        return input === undefined || !isJudgedEffective(input) ? [] : [input]
      })
    } catch (error) {
      // A generation that is built waits for the archive; one that serves must not hold up the commit.
      if (options.isBulk || !isAppError(error) || error.code !== 'ARCHIVE_MISSING') throw error
      if (again.length === 1) withhold(first, upTo, error)
      else for (const entry of again) foldEntryAgain(reader, [entry], upTo)
      return
    }
    for (const entry of again) {
      const handled = inputs.filter((input) => handlersOf(input).includes(entry.projection))
      if (handled.length === 0 && entry.now.position === 0) continue
      const { subject, poisoned } = foldAll(entry.projection, handled, upTo, check)
      notes.refolded(entry.projection, entry.id, poisoned)
      entry.savedCut = { facts: '', decisions: '' }
      change(entry, subject)
    }
  }

  /** What the sealed events gave is kept as it is, marked, and folded again once the archive is back. */
  function withhold({ projection, id, now }: Entry, upTo: number, error: unknown): void {
    notes.withheld({ projection, subject: id, position: now.position === 0 ? upTo : now.position, error })
  }

  const folding: Folding = {
    generation,
    isBulk: options.isBulk,
    kept,
    crypto,
    judge,
    notes,
    changed,
    entryOf,
    take,
    foldAgain,
    flush: (writer, atMost = Number.MAX_SAFE_INTEGER) => {
      asking = writer
      for (const id of late) notes.queue(id, 'late')
      const isDone = writeEntries(folding, writer, atMost, entries)
      asking = undefined
      if (isDone && !options.isBulk && held > rememberedEntries) drop()
      return isDone
    },
    forget: () => {
      drop()
      late.clear()
      notes.clear()
    },
    held: () => held,
    latestAt: () => latestAt,
    late,
    judgedOtherwise: (reader) => {
      asking = reader
      const subjects = notes.judgedOtherwise(judge)
      asking = undefined
      return subjects
    },
  }

  function drop(): void {
    for (const of of entries.values()) of.clear()
    changed.clear()
    judge.forget()
    forks.forget()
    standings.clear()
    held = 0
    isFresh = false
  }
  return folding
}

function headOfLog(reader: Reader, log: string): number {
  if (!isLogId(log)) return 0
  return Math.max(0, ...(readLogTree(reader, parseLogId(log))?.branches.map(({ seq }) => seq) ?? []))
}

/** The domain, with all below it, in which somebody may be judged otherwise from now on. */
function frameOf({ event, stored }: Effective): string {
  if (event.type === 'ibcf.incarnation.opened.v1') return everyDomain
  return isUnknownCritical(event) ? (event.domain ?? stored.log.domain) : event.subject
}

function nodesNamedBy({ event }: Effective): readonly string[] {
  return event.type === 'ibcf.authority.granted.v1' ? ((event.data['nodeIds'] as readonly string[] | undefined) ?? []) : []
}

function lower(known: string | undefined, key: string): string {
  return known === undefined || key < known ? key : known
}
