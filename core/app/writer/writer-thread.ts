/**
 * The side that writes: the one master, its gateway, and the group commit that all who ask go through. It answers over a line and
 * tells of what changed, so that whoever serves browsers never waits for the disk.
 */
import { createGateway, type Gateway } from '../../ingest/gateway.ts'
import type { CheckedSegment } from '../../ingest/segment-check.ts'
import type { NodePresence } from '../../ingest/presence.ts'
import { AppError } from '../../kernel/app-error.ts'
import { assertNever } from '../../kernel/assert-never.ts'
import type { NodeId, OperatorId } from '../../kernel/ids.ts'
import type { Ports } from '../../kernel/ports.ts'
import { type ActInput, type ActName, acts, perform } from '../acts/acts.ts'
import type { Change } from '../change-feed.ts'
import { watchLeases } from '../leases.ts'
import { type Master, openMaster, type ReadOnlyReason } from '../master.ts'
import { factsOf } from '../served-master.ts'
import { createGroupCommit } from './group-commit.ts'
import { apart, type Asked, failureOf, type Judged, type Line, type Told, type WriterSettings } from './messages.ts'

export type WriterParts = {
  readonly settings: WriterSettings
  readonly ports: Ports
  readonly line: Line<Told, Asked>
  /** Called before the master is closed. */
  readonly closing?: () => void
  /** Called when everything is closed and the last word is said. */
  readonly ended: () => void
}

/** Who is present is told at most four times a second, however many are heard. */
const tellEveryMs = 250

/** Opens the master and answers for it; says `failed` instead of `ready` when it cannot be opened. */
export async function runWriter({ settings, ports, line, closing, ended }: WriterParts): Promise<Master | undefined> {
  let master: Master
  try {
    master = await openMaster({ ...settings, ports })
  } catch (error) {
    line.post({ kind: 'failed', failure: failureOf(error) })
    ended()
    return undefined
  }
  const gateway = createGateway(master.port, settings.returnBudget === undefined ? {} : { budget: settings.returnBudget })
  const commits = createGroupCommit(master.store, ports)
  master.background.heed(commits.isWaiting)
  const stopLeases = watchLeases(ports, () => gateway.expireLeases())
  const stopTelling = tellChanges(master, line)
  const admitted = createAdmissions(gateway)

  function answer(id: number, job: () => unknown, failed?: (error: unknown) => unknown): void {
    commits.run(job).then(
      (value) => line.post({ kind: 'done', id, value }),
      (error: unknown) =>
        line.post(failed === undefined ? { kind: 'refused', id, failure: failureOf(error) } : { kind: 'done', id, value: failed(error) }),
    )
  }

  function close(id: number): void {
    stopLeases()
    stopTelling()
    gateway.close()
    // In its turn, behind everything that was asked before it.
    void commits
      .run(() => undefined)
      .then(() => {
        closing?.()
        master.close()
        line.post({ kind: 'done', id, value: undefined })
        ended()
      })
  }

  line.listen((asked) => {
    switch (asked.kind) {
      case 'act':
        answer(asked.id, () => performNamed(master, asked))
        return
      case 'admit':
        answer(
          asked.id,
          () => admitted.judge(asked.head),
          (error): Judged => ({ kind: 'answer', response: gateway.fail(error, asked.head.remote) }),
        )
        return
      case 'proceed':
        answer(
          asked.id,
          () => admitted.proceed(asked.admission, asked.body, asked.checked),
          (error) => gateway.fail(error, asked.remote),
        )
        return
      case 'drop':
        admitted.drop(asked.admission)
        return
      case 'count-refusal':
        gateway.refuse(asked.code, asked.sentence, asked.remote)
        return
      case 'close':
        close(asked.id)
        return
      default:
        assertNever(asked)
    }
  })
  line.post({ kind: 'ready', facts: factsOf(master) })
  return master
}

function performNamed(master: Master, { name, input, actor }: Extract<Asked, { kind: 'act' }>): unknown {
  if (!Object.hasOwn(acts, name)) throw new AppError('Bug', 'ACT_UNKNOWN', `There is no act "${name}".`)
  return perform(master, name as ActName, input as ActInput<ActName>, actor as OperatorId | undefined)
}

type Admissions = {
  readonly judge: (head: Parameters<Gateway['admit']>[0]) => Judged
  readonly proceed: (admission: number, body: Uint8Array, checked: CheckedSegment | undefined) => unknown
  readonly drop: (admission: number) => void
}

/** Heads that were judged good, until their body has come. */
function createAdmissions(gateway: Gateway): Admissions {
  const awaited = new Map<number, Extract<ReturnType<Gateway['admit']>, { kind: 'read' }>['proceed']>()
  let numbered = 0
  return {
    judge: (head) => {
      const judged = gateway.admit(head)
      if (judged.kind === 'answer') return { kind: 'answer', response: { ...judged.response, body: apart(judged.response.body) } }
      const admission = ++numbered
      awaited.set(admission, judged.proceed)
      return { kind: 'read', maxBodyBytes: judged.maxBodyBytes, admission }
    },
    proceed: (admission, body, checked) => {
      const proceed = awaited.get(admission)
      awaited.delete(admission)
      if (proceed === undefined) throw new AppError('Bug', 'ADMISSION_UNKNOWN', 'A body came for a request that was not admitted.')
      const response = proceed(body, checked)
      return { ...response, body: apart(response.body) }
    },
    drop: (admission) => void awaited.delete(admission),
  }
}

/** Events at once, before the answer to whoever caused them; presence and counts of refusals in batches. */
function tellChanges({ feed, model, config, readOnlyReason }: Master, line: Line<Told, Asked>): () => void {
  const { scheduler } = config.ports
  const present = new Set<string>()
  const domains = new Set<string>()
  const advanced = new Set<string>()
  let toldReason: ReadOnlyReason = null
  let toldRefusals = 0
  let cancel: (() => void) | undefined = scheduler.after(tellEveryMs, tell)

  function tell(): void {
    cancel = scheduler.after(tellEveryMs, tell)
    const refusals = model.refusals()
    const count = refusals.reduce((sum, refusal) => sum + refusal.count, 0)
    if (count !== toldRefusals) line.post({ kind: 'refusals', refusals })
    toldRefusals = count
    if (advanced.size > 0) {
      const change: Change = { topics: ['sessions'], nodeIds: [...advanced] }
      line.post({ kind: 'changed', change, presence: presenceOf([...advanced]) })
      advanced.clear()
    }
    if (present.size === 0) return
    const change: Change = { topics: ['presence'], nodeIds: [...present], domainIds: [...domains] }
    line.post({ kind: 'changed', change, presence: presenceOf([...present]) })
    present.clear()
    domains.clear()
  }

  function presenceOf(nodes: readonly string[]): (readonly [NodeId, NodePresence])[] {
    return nodes.flatMap((node) => {
      const heard = model.presence.of(node as NodeId)
      return heard === undefined ? [] : [[node as NodeId, heard] as const]
    })
  }

  const stop = feed.listen((change) => {
    const reason = readOnlyReason()
    if (reason?.code !== toldReason?.code) line.post({ kind: 'read-only', reason })
    toldReason = reason
    const { topics, nodeIds = [], domainIds = [] } = change
    if (topics.every((topic) => topic === 'presence')) {
      for (const node of nodeIds) present.add(node)
      for (const domain of domainIds) domains.add(domain)
      return
    }
    // How far a return has come is told as often as it can be shown, not with every piece: the line is for answers.
    if (change.isProgress === true) {
      for (const node of nodeIds) advanced.add(node)
      return
    }
    // Who moved was mostly just heard: what is shown of it is to fit what happened to it.
    line.post({ kind: 'changed', change, presence: presenceOf(nodeIds) })
  })
  return () => {
    stop()
    cancel?.()
  }
}
