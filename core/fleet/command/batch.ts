/**
 * One act for many nodes: who is meant (a selector), who would be hit, and who is left out and why, before anything is issued ([CM12]).
 * Pure over rows, so that the preview and the act cannot differ over the same rows.
 */
import { z } from 'zod'
import type { Effect } from '../authority/may-decide.ts'
import { type ConnectivityMode, connectivityModes, type Health, healths, type NodeKind, type Phase, phases } from '../node/node-record.ts'
import { isSelected, policySelectorSchema } from '../policy/selector.ts'
import { checkConstraints, type ConstraintFinding } from './constraints.ts'
import type { CommandConstraints } from './events.ts'
import { admitKind, type CommandKind } from './kinds.ts'

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)

/** What is absent asks nothing; what is there has to hold, all of it. A domain is its whole subtree. */
export const commandSelectorSchema = policySelectorSchema.extend({
  domainId: id.optional(),
  policyBundleIds: z.array(id).min(1).max(1000).optional(),
  modes: z.array(z.enum(connectivityModes)).min(1).optional(),
  phases: z.array(z.enum(phases)).min(1).optional(),
  healths: z.array(z.enum(healths)).min(1).optional(),
})
export type CommandSelector = z.infer<typeof commandSelectorSchema>

export type BatchRow = {
  readonly id: string
  readonly name: string
  readonly kind: NodeKind
  readonly tags: readonly string[]
  /** Its domain and those above it. */
  readonly domainLine: readonly string[]
  readonly policyBundleId: string | null
  readonly phase: Phase
  readonly mode: ConnectivityMode | null
  readonly health: Health
  readonly batteryPct: number | null
  /** When it was last heard, milliseconds; null is never. */
  readonly heardAtMs?: number | null
  readonly runningVersion: string | null
  /** What this master may decide there, and under which placement and epoch. */
  readonly authority: { readonly effect: Effect; readonly placement: number; readonly epoch: number }
}

export type BatchCommand = {
  readonly kind: CommandKind
  readonly constraints: CommandConstraints
  readonly expiresAtMs: number | null
}

export type BatchHit = {
  readonly nodeId: string
  readonly name: string
  /** What the node will have to wait for; empty when it can run at once. */
  readonly waitsFor: readonly ConstraintFinding[]
}
export type LeftOut = { readonly nodeId: string; readonly name: string; readonly code: string; readonly sentence: string }

export type BatchPreview = {
  readonly hit: readonly BatchHit[]
  /** Meant by the selector, and not hit. */
  readonly leftOut: readonly LeftOut[]
  /** Of those left out, how many by each code. */
  readonly leftOutByCode: Readonly<Record<string, number>>
}

/** Rows keep their order. Codes of those left out: of authority/may-decide.ts, kinds.ts and constraints.ts. */
export function previewBatch(rows: readonly BatchRow[], selector: CommandSelector, command: BatchCommand, nowMs: number): BatchPreview {
  const hit: BatchHit[] = []
  const leftOut: LeftOut[] = []
  for (const row of rows) {
    if (!isMeant(selector, row)) continue
    const { id: nodeId, name } = row
    const verdict = judgeRow(row, command, nowMs)
    if (verdict.isHit) hit.push({ nodeId, name, waitsFor: verdict.waitsFor })
    else leftOut.push({ nodeId, name, code: verdict.code, sentence: verdict.sentence })
  }
  const byCode = Object.groupBy(leftOut, ({ code }) => code)
  return { hit, leftOut, leftOutByCode: Object.fromEntries(Object.entries(byCode).map(([code, all]) => [code, all?.length ?? 0])) }
}

export function isMeant(selector: CommandSelector, row: BatchRow): boolean {
  const { domainId, policyBundleIds, modes, phases: wantedPhases, healths: wantedHealths } = selector
  if (!isSelected(selector, row)) return false
  if (domainId !== undefined && !row.domainLine.includes(domainId)) return false
  if (policyBundleIds !== undefined && !policyBundleIds.some((wanted) => wanted === row.policyBundleId)) return false
  if (modes !== undefined && !modes.some((wanted) => wanted === row.mode)) return false
  if (wantedPhases !== undefined && !wantedPhases.includes(row.phase)) return false
  return wantedHealths === undefined || wantedHealths.includes(row.health)
}

type RowVerdict =
  | { readonly isHit: true; readonly waitsFor: readonly ConstraintFinding[] }
  | { readonly isHit: false; readonly code: string; readonly sentence: string }

function judgeRow(row: BatchRow, { kind, constraints, expiresAtMs }: BatchCommand, nowMs: number): RowVerdict {
  const { effect, placement, epoch } = row.authority
  if (effect.effect !== 'yes') return { isHit: false, code: effect.code, sentence: effect.sentence }
  const admitted = admitKind(kind, row)
  if (!admitted.ok) return { isHit: false, ...admitted.refusal }
  const authority = { placement, epoch }
  const checked = checkConstraints('issue', constraints, {
    nowMs,
    expiresAtMs,
    isOnline: row.mode === 'LIVE' || row.mode === 'DELAYED',
    path: null,
    batteryPct: row.batteryPct,
    ...(row.heardAtMs === undefined ? {} : { heardAtMs: row.heardAtMs }),
    runningVersion: row.runningVersion,
    authority,
    knownAuthority: authority,
  })
  if (!checked.ok) return { isHit: false, ...checked.refusal }
  const reason = checked.value.findings.find(({ verdict }) => verdict === 'never')
  if (reason !== undefined) return { isHit: false, code: reason.code, sentence: reason.sentence }
  return { isHit: true, waitsFor: checked.value.findings }
}
