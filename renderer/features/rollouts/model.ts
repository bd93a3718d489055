/** What a rollout says at a glance, derived from the master's answer: how far it is, whether it is safe to go on, what may be done. */
import type { Answers, Requests } from '../../client/rpc.ts'

export type Rollout = Answers['rollout']['list']['items'][number]
export type RolloutDetail = Answers['rollout']['get']
export type Wave = Rollout['waves'][number]
export type Outcome = RolloutDetail['matrix'][number]['outcome']
export type RolloutAct = 'start' | 'pause' | 'resume' | 'advance' | 'abort' | 'roll-back' | 'approve'

/** In the order of a bar: what is settled, what is under way, what nobody knows, what needs a person. */
export const outcomeOrder: readonly Outcome[] = ['converged', 'pending', 'unknown', 'cannot-converge', 'failed']

export type OutcomeShare = { readonly outcome: Outcome; readonly nodes: number; readonly share: number }

/** Unknown is neither success nor failure: it has a part of its own. */
export function toShares(wave: Pick<Wave, 'outcomes' | 'nodes'>): readonly OutcomeShare[] {
  const whole = Math.max(1, wave.nodes)
  return outcomeOrder.map((outcome) => ({ outcome, nodes: wave.outcomes[outcome], share: wave.outcomes[outcome] / whole }))
}

/** All waves together. */
export function toTotal(rollout: Pick<Rollout, 'waves' | 'nodes'>): Pick<Wave, 'outcomes' | 'nodes'> {
  const outcomes = Object.fromEntries(
    outcomeOrder.map((outcome) => [outcome, rollout.waves.reduce((sum, wave) => sum + wave.outcomes[outcome], 0)]),
  ) as Wave['outcomes']
  return { outcomes, nodes: rollout.nodes }
}

export function isOver(rollout: Pick<Rollout, 'phase'>): boolean {
  return rollout.phase === 'COMPLETED' || rollout.phase === 'ABORTED'
}

/** What is under way comes first, then what waits to begin, then what is over; newest first within. */
export function rankRollouts(items: readonly Rollout[]): readonly Rollout[] {
  const order: readonly Rollout['phase'][] = ['RUNNING', 'PAUSED', 'PLANNED', 'ABORTED', 'COMPLETED']
  return items.toSorted((a, b) => order.indexOf(a.phase) - order.indexOf(b.phase) || b.plannedAt.localeCompare(a.plannedAt))
}

export type ActBarrier = 'not-in-this-phase' | 'not-safe' | 'no-fallback' | 'needs-another'

/** What waits for the agreement of a second person: it installs software, was started, and goes on ([RO12]). */
export function isUnapproved(rollout: Pick<Rollout, 'phase' | 'agreement'>): boolean {
  return rollout.agreement !== undefined && rollout.agreement.approvedBy === null && !isOver(rollout)
}

/**
 * The acts in the order in which they are offered, with whether the phase and the verdict let them be; `who` is the id of who would act: two people may have one name.
 * The master decides again.
 */
export function toActs(
  rollout: Pick<Rollout, 'phase' | 'verdict' | 'fallbackPolicyBundleId' | 'agreement'>,
  who: string | null = null,
): readonly { readonly act: RolloutAct; readonly barrier: ActBarrier | null }[] {
  const { phase, verdict, fallbackPolicyBundleId, agreement } = rollout
  const within = (...phases: readonly Rollout['phase'][]): 'not-in-this-phase' | null =>
    phases.includes(phase) ? null : 'not-in-this-phase'
  const isSafe = verdict.verdict === 'advance' || verdict.verdict === 'finish'
  const approving: readonly { readonly act: RolloutAct; readonly barrier: ActBarrier | null }[] = isUnapproved(rollout)
    ? [{ act: 'approve', barrier: who !== null && agreement?.startedById === who ? 'needs-another' : null }]
    : []
  return [
    ...approving,
    { act: 'start', barrier: within('PLANNED') },
    { act: 'advance', barrier: within('RUNNING') ?? (isSafe ? null : 'not-safe') },
    { act: 'pause', barrier: within('RUNNING') },
    { act: 'resume', barrier: within('PAUSED') },
    { act: 'abort', barrier: within('PLANNED', 'RUNNING', 'PAUSED') },
    { act: 'roll-back', barrier: fallbackPolicyBundleId === null ? 'no-fallback' : phase === 'PLANNED' ? 'not-in-this-phase' : null },
  ]
}

/** The next wave, when its gate is closed. */
export function waitingGate(rollout: Pick<Rollout, 'waves' | 'phase'>): number | null {
  if (isOver(rollout)) return null
  const next = rollout.waves.findIndex(({ openedAt }) => openedAt === null)
  const wave = rollout.waves[next]
  return wave === undefined || !wave.hasGate || wave.isGateOpen ? null : next
}

export type Bar = {
  readonly wave: number
  readonly name: string
  readonly from: number
  readonly to: number
  readonly state: 'done' | 'under-way' | 'to-come'
  /** Until when it is watched before the next; null while it is not open. */
  readonly soakedAt: number | null
  readonly hasGate: boolean
  readonly isGateOpen: boolean
  readonly shares: readonly OutcomeShare[]
}

const leastMs = 3_600_000

/** The waves on one time axis, ms since the epoch. One that is to come is as long as it is watched, and never too short to be seen. */
export function toBars(rollout: Pick<Rollout, 'waves' | 'phase' | 'since' | 'plannedAt'>, nowMs: number): readonly Bar[] {
  const endMs = isOver(rollout) ? Date.parse(rollout.since) : nowMs
  const bars: Bar[] = []
  rollout.waves.forEach((wave, at) => {
    const openedMs = wave.openedAt === null ? null : Date.parse(wave.openedAt)
    const next = rollout.waves[at + 1]?.openedAt ?? null
    const from = openedMs ?? Math.max(bars.at(-1)?.to ?? Date.parse(rollout.plannedAt), isOver(rollout) ? 0 : nowMs)
    const soakMs = wave.soakSeconds * 1000
    const to = openedMs === null ? from + Math.max(leastMs, soakMs) : Math.max(next === null ? endMs : Date.parse(next), openedMs + 1000)
    bars.push({
      wave: at,
      name: wave.name,
      from,
      to,
      state: openedMs === null ? 'to-come' : next !== null || isOver(rollout) ? 'done' : 'under-way',
      soakedAt: openedMs === null ? null : openedMs + soakMs,
      hasGate: wave.hasGate,
      isGateOpen: wave.isGateOpen,
      shares: toShares(wave),
    })
  })
  return bars
}

export type PlanForm = {
  readonly name: string
  readonly domainId: string
  readonly policyBundleId: string
  readonly fallbackPolicyBundleId: string | null
  readonly tags: string
  readonly maxDisrupted: string
  readonly waves: readonly PlanWave[]
}
export type PlanWave = {
  readonly name: string
  /** Percent of all nodes; the last takes the rest. */
  readonly percent: string
  readonly soakMinutes: string
  /** Percent that has to have proven it before the next one may begin. */
  readonly success: string
  /** How old the word of a node that proved it may be, hours; empty: however old. */
  readonly evidenceHours: string
  readonly hasGate: boolean
}

/** More failing nodes than this and a wave is to be stopped: what the master asks for, and no field that anybody fills in with thought. */
const failedShareAtMost = 0.02

export type PlanProblem = 'empty' | 'not-a-number' | 'not-a-share' | 'more-than-all' | 'not-hours'

/** A canary, a half, the rest: what most people begin with. */
export const firstWaves: readonly PlanWave[] = [
  { name: 'Canary', percent: '5', soakMinutes: '30', success: '100', evidenceHours: '', hasGate: false },
  { name: 'First half', percent: '45', soakMinutes: '60', success: '95', evidenceHours: '', hasGate: true },
  { name: 'The rest', percent: '', soakMinutes: '60', success: '95', evidenceHours: '', hasGate: false },
]

export function readPlan(form: PlanForm): {
  readonly problems: Readonly<Record<string, PlanProblem>>
  readonly request: Requests['rollout']['plan'] | null
} {
  const problems: Record<string, PlanProblem> = {}
  if (form.name.trim() === '') problems['name'] = 'empty'
  if (form.policyBundleId === '') problems['policyBundleId'] = 'empty'
  const maxDisrupted = Number(form.maxDisrupted)
  if (!(Number.isInteger(maxDisrupted) && maxDisrupted >= 1)) problems['maxDisrupted'] = 'not-a-number'
  let sum = 0
  const waves = form.waves.map((wave, at) => {
    const isLast = at === form.waves.length - 1
    const percent = isLast ? Math.max(0, 100 - sum) : Number(wave.percent)
    const minutes = Number(wave.soakMinutes)
    if (wave.name.trim() === '') problems[`name${String(at)}`] = 'empty'
    if (!isLast && !(wave.percent.trim() !== '' && percent > 0 && percent <= 100)) problems[`percent${String(at)}`] = 'not-a-share'
    if (!(wave.soakMinutes.trim() !== '' && minutes >= 0)) problems[`soak${String(at)}`] = 'not-a-number'
    if (!isLast && Number.isFinite(percent)) sum += percent
    if (!isLast && sum > 100) problems[`percent${String(at)}`] = 'more-than-all'
    const success = Number(wave.success)
    if (!(wave.success.trim() !== '' && success >= 0 && success <= 100)) problems[`success${String(at)}`] = 'not-a-share'
    const evidence = readHours(wave.evidenceHours)
    if (evidence === 'wrong') problems[`evidence${String(at)}`] = 'not-hours'
    return {
      name: wave.name.trim(),
      share: Math.min(1, percent / 100),
      successShare: success / 100,
      failedShareAtMost,
      soakSeconds: Math.round(minutes * 60),
      ...(typeof evidence === 'number' ? { evidenceSecondsAtMost: evidence } : {}),
      hasGate: wave.hasGate,
    }
  })
  if (Object.keys(problems).length > 0) return { problems, request: null }
  const tags = form.tags
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
  return {
    problems,
    request: {
      name: form.name.trim(),
      domainId: form.domainId,
      policyBundleId: form.policyBundleId,
      fallbackPolicyBundleId: form.fallbackPolicyBundleId,
      ...(tags.length === 0 ? {} : { selector: { tagsAll: tags } }),
      maxDisrupted,
      waves,
    },
  }
}

/** Hours as they are typed, in whole seconds; null where nothing is asked for. Between a second and a year. */
function readHours(text: string): number | 'wrong' | null {
  if (text.trim() === '') return null
  const seconds = Math.round(Number(text.trim().replace(',', '.')) * 3600)
  return seconds >= 1 && seconds <= 365 * 86_400 ? seconds : 'wrong'
}
