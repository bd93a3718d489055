/**
 * Does what the node is told, one command after another in the order they were issued: judged by the rules of fleet/command/at-node.ts,
 * written down before any effect, and after a crash found out about before anything is done again ([CM8], [CM11], [CM21]).
 */
import type { CommandOnWire } from '../../contract/gateway/commands.ts'
import type { SignedStatement } from '../../contract/gateway/statement.ts'
import { commandsDocument } from '../../contract/gateway/commands.ts'
import { statementTypes } from '../../contract/gateway/statement.ts'
import { afterCrash, type Probe } from '../../fleet/command/after-crash.ts'
import { judgeAtNode, type NodeFacts } from '../../fleet/command/at-node.ts'
import { digestOf } from '../../fleet/command/body-digest.ts'
import { believedNow } from '../../fleet/command/expiry.ts'
import { type CommandKindName, readCommand } from '../../fleet/command/kinds.ts'
import type { ConnectivityMode, Phase } from '../../fleet/node/node-record.ts'
import type { Fence } from '../../fleet/authority/fence.ts'
import { fenceForCommands, judgeOffer, rememberHolder } from '../authority.ts'
import { assertNever } from '../../kernel/assert-never.ts'
import { fromBase64 } from '../../kernel/hex.ts'
import { tickHlc } from '../../kernel/hlc.ts'
import type { Ports } from '../../kernel/ports.ts'
import { accepted, refused, type Result } from '../../kernel/result.ts'
import type { Fact, Journal } from '../journal.ts'
import type { Memory } from '../memory.ts'
import type { Regard } from '../regard.ts'
import type { Solitude } from '../solitude.ts'
import { openStatement } from '../statement.ts'
import type { Workload } from '../workload.ts'
import type { CommandAct, Outcome } from './act.ts'
import { alarmOf, judgeCarried } from './carried.ts'
import type { Wanted } from './fetch-content.ts'
import type { CommandLedger, Entry } from './ledger.ts'

export type Executor = {
  /** Takes in what the master handed over, and says whether any of it was new; the refusal is why not a word of it is believed. */
  readonly take: (statement: SignedStatement) => Result<{ readonly isNew: boolean }>
  /** Does everything that can be done now; one at a time, however often it is asked. */
  readonly work: () => Promise<void>
  /** Content that is needed before the next command can begin. */
  readonly wanted: () => readonly Wanted[]
  /** The content came and is not what its digest says. */
  readonly contentIsWrong: (digest: string) => void
  /** Begins nothing more; resolves when what is being done is done. */
  readonly stop: () => Promise<void>
}

export type ExecutorParts = {
  readonly ports: Pick<Ports, 'clock' | 'crypto'>
  readonly nodeId: string
  readonly ledger: CommandLedger
  readonly journal: Journal
  readonly memory: Memory
  readonly regard: Pick<Regard, 'phase' | 'mode' | 'isQuarantined'>
  readonly solitude: Pick<Solitude, 'since'>
  readonly workload: Pick<Workload, 'batteryPct' | 'version'>
  readonly acts: { readonly [Name in CommandKindName]: CommandAct }
  readonly holdsContent: (digest: string) => boolean
  /** Something of the node changed: its next snapshot says what. */
  readonly changed: () => void
  /** Look again in so many milliseconds. */
  readonly later: (ms: number) => void
  /** A new start of the agent was asked for by a command, and noted. */
  readonly restartAgent: (() => void) | undefined
}

/** Remembered of what was taken back before it came ([RY17]). */
const mostWithdrawnAhead = 2000
/** How soon a command under an epoch whose grant was not seen yet is looked at again. */
const unverifiedPauseMs = 10_000

type Ended = Extract<Fact, { type: `ibcf.command.${'applied' | 'rejected' | 'expired' | 'withdrawn' | 'unsure'}.v1` }>

export function createExecutor(parts: ExecutorParts): Executor {
  const { ports, nodeId, ledger, journal, memory, regard, solitude, workload, acts, holdsContent, changed, later, restartAgent } = parts
  let working: Promise<void> = Promise.resolve()
  let isLeaving = false
  /** Told of once in a run, however often they are handed over. */
  const disbelieved = new Set<string>()
  /** What came with the commands, until a heartbeat says something else than it did before. */
  let told: { readonly phase: Phase; readonly mode: ConnectivityMode | null; readonly before: string } | undefined
  const heardOf = (): string => `${regard.phase()} ${regard.mode()} ${regard.isQuarantined()}`

  const take: Executor['take'] = (statement) => {
    const approval = memory.get('approval')
    if (approval === undefined) return refused('NOT_APPROVED', 'The node obeys nobody yet.')
    const opened = openStatement(ports.crypto, fromBase64(approval.masterPublicKey), statementTypes.commands, commandsDocument, statement)
    if (!opened.ok) return opened
    const { commands, withdrawn, at, masterId } = opened.value
    if (opened.value.nodeId !== nodeId || masterId !== approval.masterId)
      return refused('COMMANDS_MISADDRESSED', 'The commands are meant for another node, or come from another master.')
    told = { phase: opened.value.phase, mode: opened.value.mode, before: heardOf() }
    const ahead = memory.get('withdrawnAhead') ?? []
    const unseen = commands.filter(({ commandId }) => !ahead.includes(commandId) && ledger.entry(commandId) === undefined)
    const carried = judgeCarried(
      { crypto: ports.crypto, memory, nowMs: () => ports.clock.now() },
      opened.value.chain ?? [],
      unseen.filter(({ masterId: issuer }) => issuer !== masterId),
    )
    const fresh = unseen.filter((command) => command.masterId === masterId || carried.believed.includes(command))
    const doubts = carried.doubts.filter(({ commandId }) => !disbelieved.has(commandId))
    for (const { commandId } of doubts) disbelieved.add(commandId)
    const takenBack = withdrawn.filter(({ commandId }) => {
      const entry = ledger.entry(commandId)
      return entry?.progress === 'received' && entry.withdrawn === null
    })
    const received = fresh.map(
      ({ commandId, idempotencyKey, bodyDigest }): Fact => ({
        type: 'ibcf.command.received.v1',
        data: { commandId, idempotencyKey, bodyDigest },
      }),
    )
    // What was taken back before it ever came is answered for as well, or it would be told again and again.
    const unknown = withdrawn.filter(({ commandId }) => ledger.entry(commandId) === undefined && !ahead.includes(commandId))
    const never = unknown.map(({ commandId, why }): Fact => ({ type: 'ibcf.command.withdrawn.v1', data: { commandId, why } }))
    journal.record([...received, ...never, ...doubts.map(alarmOf)], (writer) => {
      if (carried.holding !== undefined) rememberHolder(memory, writer, carried.holding)
      ledger.noteClock(writer, tickHlc(undefined, Date.parse(at)))
      for (const command of fresh) ledger.receive(writer, command)
      for (const { commandId, why } of takenBack) ledger.withdraw(writer, commandId, why)
      if (unknown.length > 0)
        memory.put(writer, 'withdrawnAhead', [...ahead, ...unknown.map(({ commandId }) => commandId)].slice(-mostWithdrawnAhead))
    })
    return accepted({ isNew: fresh.length + takenBack.length + never.length > 0 })
  }

  const standing = (): Pick<NodeFacts, 'phase' | 'mode'> =>
    told !== undefined && told.before === heardOf()
      ? { phase: told.phase, mode: told.mode }
      : { phase: regard.phase() ?? (regard.isQuarantined() ? 'QUARANTINED' : 'ACTIVE'), mode: regard.mode() ?? null }

  const factsFor = ({ issued, withdrawn }: Entry): NodeFacts => {
    const held = ledger.underKey(issued.idempotencyKey)
    const seen = ledger.seenClock()
    return {
      nodeId,
      incarnation: memory.get('incarnation') ?? '',
      ...standing(),
      fence: fenceForCommands(memory),
      // What it signs is the master's own clock, not one that others could have driven ahead.
      time: believedNow(ports.clock.now(), seen === undefined ? [] : [{ hlc: seen, isFarFuture: false }]),
      ledger: held,
      progress: held?.progress ?? null,
      isCancelled: withdrawn === 'cancelled',
      isSuperseded: withdrawn === 'superseded',
      isOnline: solitude.since() === undefined,
      batteryPct: workload.batteryPct() ?? null,
      runningVersion: workload.version(),
    }
  }

  const end = (fact: Ended, outcome?: Extract<Outcome, { kind: 'applied' }>): void => {
    const { commandId, ...data } = fact.data
    journal.record([...(outcome?.facts ?? []), fact], (writer) => {
      outcome?.also?.(writer)
      ledger.end(writer, commandId, { type: fact.type, data })
    })
    journal.sign()
  }
  const reject = (commandId: string, code: string, sentence: string): void =>
    end({ type: 'ibcf.command.rejected.v1', data: { commandId, code, sentence } })

  /** The first under the key is the one that was done: what is said of this one is what came of that. */
  const answerAgain = (commandId: string, firstId: string): void => {
    const first = ledger.entry(firstId)
    if (first?.end === null || first === undefined) return
    end({ type: first.end.type, data: { ...first.end.data, commandId } } as Ended)
  }

  const begin = async (entry: Entry, data: Readonly<Record<string, unknown>>, attempt: number, fence?: Fence): Promise<void> => {
    const { commandId } = entry.issued
    journal.record([{ type: 'ibcf.command.started.v1', data: { commandId, attempt } }], (writer) => {
      ledger.start(writer, commandId, attempt)
      // A carried command raises the fence of the master that the node obeys, under which it came.
      if (fence !== undefined) memory.put(writer, 'fence', { ...fence, masterId: memory.get('approval')?.masterId ?? fence.masterId })
    })
    journal.sign()
    const outcome = await acts[entry.issued.kind as CommandKindName].perform(entry, data)
    switch (outcome.kind) {
      case 'applied':
        end({ type: 'ibcf.command.applied.v1', data: { commandId, proof: outcome.proof, wasProbed: false } }, outcome)
        changed()
        return
      case 'failed':
        return reject(commandId, outcome.code, outcome.sentence)
      case 'awaits-start':
        journal.record([], (writer) => ledger.awaitStart(writer, commandId))
        isLeaving = true
        restartAgent?.()
        return
      default:
        return assertNever(outcome)
    }
  }

  /** Begun by an earlier run, or by this one before the disk refused a write. */
  const recover = async (entry: Entry): Promise<void> => {
    const { commandId, kind, semantics } = entry.issued
    const read = readCommand(kind, dataOf(entry))
    if (!read.ok) return reject(commandId, read.refusal.code, read.refusal.sentence)
    const act = acts[read.value.kind.name]
    const hasStarted = entry.isAwaitingStart && ledger.run > entry.run
    if (entry.isAwaitingStart && !hasStarted) return
    const looks = hasStarted || semantics === 'AT_LEAST_ONCE'
    const found = looks ? await act.probe(entry, read.value.data) : { probe: 'cannot-tell' as Probe, proof: '' }
    // A start that the command itself asked for is no crash.
    const next =
      hasStarted && found.probe === 'took-effect'
        ? ({ act: 'record-applied' } as const)
        : afterCrash({ semantics, attempt: entry.attempt }, found.probe)
    switch (next.act) {
      case 'record-applied':
        end({ type: 'ibcf.command.applied.v1', data: { commandId, proof: found.proof, wasProbed: !hasStarted } })
        changed()
        return
      case 'record-unsure':
        return end({ type: 'ibcf.command.unsure.v1', data: { commandId, sentence: next.sentence } })
      case 'run-again':
        return begin(entry, read.value.data, next.attempt)
      default:
        return assertNever(next)
    }
  }

  const look = async (entry: Entry): Promise<void> => {
    const { issued } = entry
    const { commandId } = issued
    const data = dataOf(entry)
    if (data !== undefined && digestOf(ports.crypto, data) !== issued.bodyDigest)
      return reject(commandId, 'BODY_DIGEST_WRONG', 'What it says is not what its digest names.')
    // Its grant is asked for with the next heartbeat; until then the command waits.
    const offered = judgeOffer(fenceForCommands(memory), issued)
    if (!offered.ok && offered.refusal.code === 'GRANT_UNVERIFIED') return later(unverifiedPauseMs)
    const answer = judgeAtNode(issued, data, factsFor(entry))
    switch (answer.act) {
      case 'start': {
        const needed = contentOf(issued, answer.data)
        if (needed !== undefined && !holdsContent(needed.digest)) return
        return begin(entry, answer.data, 1, answer.fence)
      }
      case 'wait':
        if (answer.retryAtMs !== null) later(Math.max(0, answer.retryAtMs - ports.clock.now()))
        return
      case 'answer-again':
        return answerAgain(commandId, answer.commandId)
      case 'reject':
        return reject(commandId, answer.code, answer.sentence)
      case 'expire':
        return end({ type: 'ibcf.command.expired.v1', data: { commandId, judgedBy: answer.judgedBy } })
      case 'withdraw':
        return end({ type: 'ibcf.command.withdrawn.v1', data: { commandId, why: answer.why } })
      default:
        return assertNever(answer)
    }
  }

  const workOnce = async (): Promise<void> => {
    for (const { issued } of ledger.open()) {
      if (isLeaving) return
      // Read anew: what was done before it may have been the same key.
      const entry = ledger.entry(issued.commandId)
      if (entry === undefined || entry.progress === 'ended') continue
      await (entry.progress === 'started' ? recover(entry) : look(entry))
    }
  }

  return {
    take,
    stop: () => {
      isLeaving = true
      return working
    },
    work: () => {
      const next = working.then(workOnce)
      working = next.catch(() => undefined)
      return next
    },
    wanted: () =>
      ledger.open().flatMap((entry) => {
        const needed = entry.progress === 'received' && entry.withdrawn === null ? contentOf(entry.issued, dataOf(entry) ?? {}) : undefined
        return needed === undefined || holdsContent(needed.digest) ? [] : [needed]
      }),
    contentIsWrong: (digest) => {
      for (const { issued, progress } of ledger.open()) {
        if (progress === 'received' && contentOf(issued, dataOf({ issued }) ?? {})?.digest === digest)
          reject(issued.commandId, 'CONTENT_DIGEST_WRONG', 'What was fetched is not what its digest says.')
      }
    },
  }
}

/** Undefined for a sealed body: this agent holds no key that one could be sealed to. */
function dataOf({ issued }: Pick<Entry, 'issued'>): Readonly<Record<string, unknown>> | undefined {
  return issued.body.sealed === null ? issued.body.data : undefined
}

function contentOf({ kind }: Pick<CommandOnWire, 'kind'>, data: Readonly<Record<string, unknown>>): Wanted | undefined {
  const { digest, sizeBytes } = data
  return kind === 'install-artifact' && typeof digest === 'string' && typeof sizeBytes === 'number' ? { digest, sizeBytes } : undefined
}
