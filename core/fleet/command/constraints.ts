/**
 * What has to hold for a command, looked at three times: when it is issued, when it is handed over, and by the node before it starts.
 * What cannot become true any more refuses it; what may become true makes it wait ([CM9]).
 */
import { accepted, type Result } from '../../kernel/result.ts'
import type { CommandConstraints } from './events.ts'
import { readWindow } from './window.ts'

export type CheckStage = 'issue' | 'delivery' | 'node'

export type ConstraintFacts = {
  readonly nowMs: number
  /** The command's, milliseconds; null is never. */
  readonly expiresAtMs: number | null
  /** The node is reached now, or reaches its master; null is not known. */
  readonly isOnline: boolean | null
  /** When what is said here of the node was last heard of it, milliseconds; null is never, absent is now. */
  readonly heardAtMs?: number | null
  /** How it is handed over; null when it is not decided yet. */
  readonly path: 'link' | 'stick' | null
  /** Null is not known, or no battery. */
  readonly batteryPct: number | null
  readonly runningVersion: string | null
  /** What the command says, and what is known here. */
  readonly authority: { readonly placement: number; readonly epoch: number }
  readonly knownAuthority: { readonly placement: number; readonly epoch: number }
}

export type ConstraintName =
  | 'maintenance_window'
  | 'requires_online'
  | 'min_battery_pct'
  | 'target_version'
  | 'placement'
  | 'epoch'
  | 'expiry'
  | 'max_evidence_age_s'

export type ConstraintFinding = {
  readonly constraint: ConstraintName
  /** `later` may become true; `never` cannot. */
  readonly verdict: 'later' | 'never'
  readonly code: string
  readonly sentence: string
  /** The instant at which it becomes true, where that is known, milliseconds. */
  readonly atMs: number | null
}

export type ConstraintVerdict = {
  readonly verdict: 'go' | 'wait' | 'refuse'
  /** What does not hold now; empty when it goes. At issue and delivery a command goes although the node will have to wait. */
  readonly findings: readonly ConstraintFinding[]
  /** When to look again, milliseconds; null when only a change of the facts can tell. */
  readonly retryAtMs: number | null
}

/**
 * Refused only with WINDOW_MALFORMED: a window that cannot be read is no permission. Findings have the codes WINDOW_CLOSED,
 * WINDOW_TOO_LATE, NOT_ONLINE, STICK_NOT_ALLOWED, BATTERY_LOW, VERSION_DIFFERENT, PLACEMENT_STALE, PLACEMENT_AHEAD, EPOCH_STALE,
 * EPOCH_AHEAD, EXPIRED, EVIDENCE_OLD.
 */
export function checkConstraints(stage: CheckStage, constraints: CommandConstraints, facts: ConstraintFacts): Result<ConstraintVerdict> {
  const window = readWindow(constraints.maintenance_window)
  if (!window.ok) return window
  const findings = [
    ...expiry(facts),
    ...authority(stage, facts),
    ...version(constraints, facts),
    ...maintenance(window.value.nextOpening(facts.nowMs), facts),
    ...online(stage, constraints, facts),
    ...battery(constraints, facts),
    ...evidence(constraints, facts),
  ]
  if (findings.some(({ verdict }) => verdict === 'never')) return accepted({ verdict: 'refuse', findings, retryAtMs: null })
  const blocking = findings.filter(({ constraint }) => holdsUp(stage, constraint))
  if (blocking.length === 0) return accepted({ verdict: 'go', findings, retryAtMs: null })
  const instants = blocking.map(({ atMs }) => atMs)
  const known = instants.filter((atMs) => atMs !== null)
  return accepted({ verdict: 'wait', findings, retryAtMs: known.length === instants.length ? Math.max(...known) : null })
}

/** A command may be issued and handed over before it may start: only what is asked of the handing over holds that up. */
function holdsUp(stage: CheckStage, constraint: ConstraintName): boolean {
  switch (stage) {
    case 'issue':
      return false
    case 'delivery':
      return constraint === 'requires_online' || constraint === 'placement' || constraint === 'epoch' || constraint === 'max_evidence_age_s'
    case 'node':
      return true
  }
}

function expiry({ expiresAtMs, nowMs }: ConstraintFacts): ConstraintFinding[] {
  if (expiresAtMs === null || nowMs < expiresAtMs) return []
  return [never('expiry', 'EXPIRED', 'The time for the command is over.')]
}

/** The node's own fence judges epochs it has never seen (authority/fence.ts); a master does not issue under what it does not know. */
function authority(stage: CheckStage, { authority: said, knownAuthority: known }: ConstraintFacts): ConstraintFinding[] {
  if (said.placement < known.placement)
    return [never('placement', 'PLACEMENT_STALE', 'The node was moved since, or its domain is held apart since.')]
  if (said.placement > known.placement && stage !== 'node') {
    return [later('placement', 'PLACEMENT_AHEAD', 'The move of the node that the command rests on is not known here.')]
  }
  if (said.placement !== known.placement) return []
  if (said.epoch < known.epoch) return [never('epoch', 'EPOCH_STALE', 'The authority under which it was issued was overtaken.')]
  if (said.epoch > known.epoch && stage !== 'node') {
    return [later('epoch', 'EPOCH_AHEAD', 'The grant under which it was issued is not known here.')]
  }
  return []
}

function version({ target_version: wanted }: CommandConstraints, { runningVersion }: ConstraintFacts): ConstraintFinding[] {
  if (wanted === null || runningVersion === null || runningVersion === wanted) return []
  return [never('target_version', 'VERSION_DIFFERENT', `It is meant for version ${wanted}; ${runningVersion} runs.`)]
}

function maintenance(opensAtMs: number | undefined, { nowMs, expiresAtMs }: ConstraintFacts): ConstraintFinding[] {
  if (opensAtMs === nowMs) return []
  const isTooLate = opensAtMs === undefined || (expiresAtMs !== null && opensAtMs >= expiresAtMs)
  if (isTooLate) return [never('maintenance_window', 'WINDOW_TOO_LATE', 'The maintenance window does not open before the command expires.')]
  return [later('maintenance_window', 'WINDOW_CLOSED', `The maintenance window opens at ${new Date(opensAtMs).toISOString()}.`, opensAtMs)]
}

function online(
  stage: CheckStage,
  { requires_online: isAsked }: CommandConstraints,
  { isOnline, path }: ConstraintFacts,
): ConstraintFinding[] {
  if (!isAsked) return []
  if (stage === 'delivery' && path === 'stick') {
    return [later('requires_online', 'STICK_NOT_ALLOWED', 'It asks for a node that is in contact, so it does not travel on a stick.')]
  }
  return isOnline === true ? [] : [later('requires_online', 'NOT_ONLINE', 'It runs only while the node is in contact with its master.')]
}

function battery({ min_battery_pct: leastPct }: CommandConstraints, { batteryPct }: ConstraintFacts): ConstraintFinding[] {
  if (batteryPct === null || batteryPct >= leastPct) return []
  return [later('min_battery_pct', 'BATTERY_LOW', `The battery holds ${Math.floor(batteryPct)} %; ${leastPct} % are asked for.`)]
}

/** A node judges by itself as it is now. */
function evidence({ max_evidence_age_s: mostS }: CommandConstraints, { heardAtMs, nowMs }: ConstraintFacts): ConstraintFinding[] {
  if (mostS === undefined || heardAtMs === undefined) return []
  if (heardAtMs !== null && nowMs - heardAtMs <= mostS * 1000) return []
  const age = heardAtMs === null ? 'It was never heard' : `It was heard ${Math.round((nowMs - heardAtMs) / 1000)} s ago`
  return [later('max_evidence_age_s', 'EVIDENCE_OLD', `${age}; what this is judged by may be ${mostS} s old at most.`)]
}

function never(constraint: ConstraintName, code: string, sentence: string): ConstraintFinding {
  return { constraint, verdict: 'never', code, sentence, atMs: null }
}

function later(constraint: ConstraintName, code: string, sentence: string, atMs: number | null = null): ConstraintFinding {
  return { constraint, verdict: 'later', code, sentence, atMs }
}
