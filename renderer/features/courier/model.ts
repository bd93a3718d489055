/** What the courier desk derives from what it is told: the step an import is at, the form of packing, what fits on a stick. */
import type { Answers, Requests } from '../../client/rpc.ts'

export type Volume = Answers['volume']['list']['items'][number]
export type Bundle = Answers['bundle']['list']['items'][number]
export type Import = Answers['bundle']['imports']['items'][number]
export type Preview = NonNullable<Import['preview']>
export type Plan = Answers['bundle']['plan']
export type Job = Answers['bundle']['packing']
export type PlanRequest = Requests['bundle']['plan']
export type PackRequest = Requests['bundle']['pack']

export const steps = ['read', 'effect', 'take-in', 'receipt'] as const
export type Step = (typeof steps)[number]

/** The step that is lit; `isOver` when all of it is done, and `isBroken` when it ended there. */
export function stepOf({ stage, problem }: Pick<Import, 'stage' | 'problem'>): {
  readonly step: Step
  readonly isOver: boolean
  readonly isBroken: boolean
} {
  switch (stage) {
    case 'inspecting':
      return { step: 'read', isOver: false, isBroken: false }
    case 'failed':
    case 'cancelled':
      return { step: 'read', isOver: false, isBroken: true }
    case 'inspected':
      return { step: 'effect', isOver: false, isBroken: problem !== null }
    case 'previewing':
    case 'previewed':
      return { step: 'effect', isOver: false, isBroken: false }
    case 'applying':
      return { step: 'take-in', isOver: false, isBroken: false }
    case 'applied':
      return { step: 'receipt', isOver: true, isBroken: false }
  }
}

/** What is in the airlock now: the newest one that a person has not done with. One that failed is shown until it is put away. */
export function inAirlock(imports: readonly Import[]): Import | undefined {
  const [newest] = imports
  return newest === undefined || newest.isPutAway ? undefined : newest
}

export function isRunning({ stage }: Pick<Import, 'stage'>): boolean {
  return stage === 'inspecting' || stage === 'previewing' || stage === 'applying'
}

/** Something of it would stay out. */
export function isPart({ refused, waiting }: Pick<Preview, 'refused' | 'waiting'>): boolean {
  return refused.length > 0 || waiting.length > 0
}

/** True when taking it in would change nothing that is shown: all of it is here. */
export function changesNothing({ newEvents, refused, waiting, forks }: Preview): boolean {
  return newEvents.control + newEvents.fact + newEvents.bulk === 0 && refused.length === 0 && waiting.length === 0 && forks.length === 0
}

export type PackForm = {
  readonly station: string
  readonly directory: string
  readonly scopeDomainId: string
  readonly withFacts: boolean
  readonly withBulk: boolean
  readonly isFull: boolean
  readonly limit: 'volume' | 'bytes' | 'link'
  readonly megabytes: string
  readonly minutes: string
  readonly kilobits: string
  readonly carriedBy: string
  /** `yyyy-mm-dd`, or empty. */
  readonly due: string
}

export const anyone = 'anyone'
export const everything = 'everything'

export type PackProblem = 'station-missing' | 'directory-missing' | 'limit-malformed' | 'due-malformed'

export function readPackForm(form: PackForm): {
  readonly problems: readonly PackProblem[]
  readonly plan: PlanRequest | null
  readonly pack: Omit<PackRequest, 'isPlainConfirmed'> | null
} {
  const problems: PackProblem[] = []
  if (form.station === '') problems.push('station-missing')
  const limit = limitOf(form)
  if (limit === null) problems.push('limit-malformed')
  const plan: PlanRequest | null =
    form.station === '' || limit === null
      ? null
      : {
          forMasterId: form.station === anyone ? null : form.station,
          scopeDomainId: form.scopeDomainId === everything ? null : form.scopeDomainId,
          lanes: ['control', ...(form.withFacts ? (['fact'] as const) : []), ...(form.withBulk ? (['bulk'] as const) : [])],
          isFull: form.isFull || form.station === anyone,
          ...limit,
          directory: form.directory === '' ? null : form.directory,
        }
  if (form.directory === '') problems.push('directory-missing')
  const due = readDue(form.due)
  if (due === undefined) problems.push('due-malformed')
  const pack =
    plan === null || problems.length > 0 || due === undefined
      ? null
      : {
          ...plan,
          directory: form.directory,
          carriedBy: form.carriedBy.trim(),
          dueAt: due,
          encryption: form.station === anyone ? ('plain' as const) : ('recipient' as const),
        }
  return { problems, plan, pack }
}

function limitOf({ limit, megabytes, minutes, kilobits }: PackForm): Pick<PlanRequest, 'budgetBytes' | 'link'> | null {
  if (limit === 'volume') return { budgetBytes: null, link: null }
  if (limit === 'bytes') {
    const amount = numberOf(megabytes)
    return amount === null ? null : { budgetBytes: Math.floor(amount * 1_000_000), link: null }
  }
  const [time, rate] = [numberOf(minutes), numberOf(kilobits)]
  return time === null || rate === null ? null : { budgetBytes: null, link: { minutes: time, bitsPerSecond: rate * 1000 } }
}

function numberOf(text: string): number | null {
  const value = Number(text.trim().replace(',', '.'))
  return text.trim() !== '' && Number.isFinite(value) && value > 0 ? value : null
}

/** The end of that day; null for none, undefined where it is no day. */
export function readDue(text: string): string | null | undefined {
  if (text.trim() === '') return null
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text.trim())) return undefined
  const at = new Date(`${text.trim()}T23:59:59.000Z`)
  return Number.isNaN(at.getTime()) || at.toISOString().slice(0, 10) !== text.trim() ? undefined : at.toISOString()
}

export type Share = { readonly id: 'control' | 'fact' | 'bulk' | 'blobs'; readonly fits: number; readonly behind: number }

/** Parts of the planner's bar in the order in which they go, as counts: events, and pieces of content. */
export function sharesOf({ fits, staysBehind }: Plan): readonly Share[] {
  const lanes = (['control', 'fact', 'bulk'] as const).map((id) => ({ id, fits: fits[id].events, behind: staysBehind[id].events }))
  return [...lanes, { id: 'blobs', fits: fits.blobs.count, behind: staysBehind.blobs.count }]
}

export function isAllFitting(plan: Plan): boolean {
  return sharesOf(plan).every(({ behind }) => behind === 0)
}

/** 0..1 of the limit; null where there is none. */
export function fillOf({ estimatedBytes, limitBytes }: Plan): number | null {
  return limitBytes === null || limitBytes === 0 ? null : Math.min(1, estimatedBytes / limitBytes)
}

/** Those that ask for something first: late, then on the way, then the rest; newest first in each. */
export function inOrder(bundles: readonly Bundle[]): readonly Bundle[] {
  const rank = (bundle: Bundle): number => (bundle.isOverdue ? 0 : bundle.stage === 'packed' || bundle.stage === 'in-transit' ? 1 : 2)
  return bundles.toSorted((a, b) => rank(a) - rank(b) || (a.bundleId < b.bundleId ? 1 : -1))
}
