/**
 * The read model as it would be with some more events, which are held in memory and nowhere else ([CU9]): each subject they are about is
 * folded on from what is kept, or again from its first event where they come before what is folded already or change who may decide.
 */
import type { CommandDecisions } from '../../fleet/command/command-state.ts'
import type { Place } from '../../fleet/node/place.ts'
import { projections, readTables } from '../../projections/all.ts'
import type { AuthorityState } from '../../projections/authority.ts'
import type { DomainState } from '../../projections/domains.ts'
import type { LivesState } from '../../projections/lives.ts'
import type { NodesRow } from '../../projections/nodes.ts'
import type { Projection } from '../../projections/projection.ts'
import type { States } from '../../projections/read-table.ts'
import { readSubjectEvents } from '../../store/read-events.ts'
import type { StoredEvent } from '../../store/stored-event.ts'
import { createCheckSignature } from '../../trust/check-signature.ts'
import { createBook } from '../projecting/book.ts'
import { countingOf } from '../projecting/counting.ts'
import { type Effective, effective, isUnknownCritical } from '../projecting/effective.ts'
import { applyOne, fitsBehind, foldAll, knowsNothing, nothingOf, type Subject } from '../projecting/fold.ts'
import { type StateRow, subjectOf } from '../projecting/state-row.ts'
import { createJudge, hasEffect, isBasis } from '../projecting/judge.ts'
import { readFreezers } from '../projecting/read-states.ts'
import { createReadModel, type ReadModel } from '../read-model.ts'

export type Overlay = {
  readonly model: ReadModel
  readonly add: (event: StoredEvent) => void
  /** By subject, in the order in which they came. */
  readonly staged: ReadonlyMap<string, readonly StoredEvent[]>
  /** Whether anything came that who may decide rests on: others than the subjects may then be judged otherwise. */
  readonly changesAuthority: () => boolean
}

const selectState = 'SELECT * FROM projection_states WHERE projection = ? AND subject = ?'
/** Read when a subject is folded again; more than any honest subject has of decisions and reports that are folded. */
const rereadAtMost = 200_000

export function overlay(model: ReadModel): Overlay {
  const { reader } = model
  // What comes behind a fork that is held has no effect yet: the master of record has not accepted it, or nobody has decided for it.
  const { markOf } = countingOf(model)
  const check = createCheckSignature(model.ports.crypto)
  const staged = new Map<string, StoredEvent[]>()
  const known = new Map<string, States | undefined>()
  let isBasisChanged = false

  const judge = createJudge(
    createBook({
      authority: (id) => basisOf('authority', id) as AuthorityState | undefined,
      domain: (id) => basisOf('domains', id) as DomainState | undefined,
      lives: (id) => basisOf('lives', id) as LivesState | undefined,
      place: (id) => placeOf(id) ?? undefined,
      freezers: () => [...readFreezers(reader), ...stagedFreezers()],
    }),
    () => 0,
    issueOf,
  )

  /** Of what is staged, as it says itself: whether it has effect is judged by this, and what is judged must not ask for itself. */
  function issueOf(id: string): { readonly nodeId: string; readonly masterId: string } | undefined {
    const commands = named('commands')
    const before = commands === undefined ? undefined : (kept(commands, id).decisions.state as CommandDecisions | null)?.issued
    if (before !== undefined && before !== null) return before
    const issued = staged.get(id)?.find(({ event }) => event?.type === 'ibcf.command.issued.v1')
    const nodeId = issued?.event?.data['nodeId']
    return issued !== undefined && typeof nodeId === 'string' ? { nodeId, masterId: issued.log.origin } : undefined
  }

  function stagedFreezers(): readonly string[] {
    return [...staged].flatMap(([id, events]) => (events.some(({ event }) => event !== undefined && isUnknownCritical(event)) ? [id] : []))
  }

  function kept(projection: Projection, id: string): Subject {
    const row = reader.get<StateRow>(selectState, projection.name, id)
    return row === undefined ? nothingOf(projection) : subjectOf(row)
  }

  function inputsOf(projection: Projection, events: readonly StoredEvent[], isJudged: boolean, id: string): Effective[] {
    const takes = (input: Effective): boolean =>
      projection.handles.includes(input.event.type) || (projection.name === 'authority' && isUnknownCritical(input.event))
    const place = isJudged && projection.name !== 'places' ? placeOf(id) : null
    return events.flatMap((stored) => {
      const input = effective(stored, undefined, true, markOf(stored))
      if (input === undefined || !takes(input)) return []
      return !isJudged || hasEffect(judge, input, place) ? [input] : []
    })
  }

  function placeOf(id: string): Place | null {
    return (read('places', id)?.decisions ?? null) as Place | null
  }

  /** What authority itself is made of is not judged, so that judging can rest on it. */
  function basisOf(name: string, id: string): unknown {
    const projection = named(name)
    if (projection === undefined) return undefined
    const before = kept(projection, id)
    const events = (staged.get(id) ?? []).filter(({ event }) => isBasis(event))
    const { subject } = foldOn(projection, id, before, inputsOf(projection, events, false, id), false)
    return subject.decisions.state ?? undefined
  }

  function foldOn(
    projection: Projection,
    id: string,
    before: Subject,
    inputs: readonly Effective[],
    isAgain: boolean,
  ): { subject: Subject } {
    const sorted = inputs.toSorted((a, b) => (a.key < b.key ? -1 : 1))
    if (!isAgain && sorted.every((input) => fitsBehind(projection, before[input.stream], input))) {
      let subject = before
      for (const input of sorted) {
        try {
          const half = applyOne(projection, subject[input.stream], input, check)
          subject = input.stream === 'facts' ? { ...subject, facts: half } : { ...subject, decisions: half }
        } catch {
          // It would be parked, and so it is without effect here too.
        }
      }
      return { subject }
    }
    const held = readSubjectEvents(reader, id, { types: projection.handles, limit: rereadAtMost, isMissingSkipped: true })
    const all = [...inputsOf(projection, held, projection.name !== 'authority' && projection.name !== 'lives', id), ...inputs]
    return { subject: foldAll(projection, all, 0, check).subject }
  }

  function read(name: string, id: string): States | undefined {
    const key = `${name}/${id}`
    if (known.has(key)) return known.get(key)
    const projection = named(name)
    const states = projection === undefined ? undefined : fold(projection, id)
    known.set(key, states)
    return states
  }

  function fold(projection: Projection, id: string): States | undefined {
    const events = staged.get(id) ?? []
    const before = kept(projection, id)
    const isAgain = isBasisChanged && before.decisions.count > 0 && isRejudged(id)
    const inputs = events.length === 0 ? [] : inputsOf(projection, events, true, id)
    const subject = inputs.length === 0 && !isAgain ? before : foldOn(projection, id, before, inputs, isAgain).subject
    return knowsNothing(subject) ? undefined : { facts: subject.facts.state, decisions: subject.decisions.state }
  }

  /** Of those that nothing came about, only who has something that had no effect can gain by it. */
  function isRejudged(id: string): boolean {
    return staged.has(id) || reader.get('SELECT 1 FROM powerless_events WHERE subject = ? LIMIT 1', id) !== undefined
  }

  function named(name: string): Projection | undefined {
    return projections.find((projection) => projection.name === name)
  }

  const rows = readTables.find(({ name }) => name === 'nodes')
  const after = createReadModel(
    {
      ...model,
      presence: { of: model.presence.of, follow: () => undefined },
      pastRowOf: (node) => rows?.row(node, (name) => read(name, node)) as NodesRow | undefined,
    },
    {
      read: (_, projection, id) => {
        const states = read(projection, id)
        return states === undefined ? undefined : { ...states, isBeingRejudged: false, hasParkedEvents: false }
      },
    },
  )
  return {
    model: after,
    staged,
    add: (stored) => {
      const { event } = stored
      if (event === undefined) return
      const of = staged.get(event.subject)
      if (of === undefined) staged.set(event.subject, [stored])
      else of.push(stored)
      if (!isBasis(event)) {
        for (const { name } of projections) known.delete(`${name}/${event.subject}`)
        return
      }
      isBasisChanged = true
      judge.forget()
      known.clear()
    },
    changesAuthority: () => isBasisChanged,
  }
}
