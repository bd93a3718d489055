/** Tells a plan as a story: who, when, what; for the person who has to understand why it failed, and for an operator's drill. */
import { assertNever } from '../../kernel/assert-never.ts'
import type { CrashPoint, Happening } from './happening.ts'
import type { TrialPlan } from './plan.ts'
import type { TrialResult } from './run-trial.ts'

const minuteMs = 60_000

export function tellStory(plan: TrialPlan, { problems }: Pick<TrialResult, 'problems'>): readonly string[] {
  return [
    `Seed ${plan.seed}: ${plan.islands} ${plan.islands === 1 ? 'island' : 'islands'} of ${plan.nodes} ${plan.nodes === 1 ? 'node' : 'nodes'}, ${plan.hours} h.`,
    ...tellHappenings(plan),
    'Then every fault stops and everyone meets, and:',
    ...problems.slice(0, 10).map((problem) => `  ${problem}`),
  ]
}

export function tellHappenings({ happenings }: Pick<TrialPlan, 'happenings'>): readonly string[] {
  return happenings.toSorted((a, b) => a.atMs - b.atMs).map(({ atMs, what }) => `  ${clockOf(atMs)}  ${sentenceOf(what)}`)
}

function clockOf(atMs: number): string {
  const seconds = Math.floor(atMs / 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

function lasting(ms: number): string {
  if (ms < minuteMs) return `${Math.round(ms / 1000)} s`
  return ms < 120 * minuteMs ? `${Math.round(ms / minuteMs)} min` : `${Math.round(ms / (6 * minuteMs)) / 10} h`
}

export function sentenceOf(what: Happening): string {
  switch (what.kind) {
    case 'cut':
      return `The link of ${what.node} is cut for ${lasting(what.forMs)}.`
    case 'weaken':
      return `The link of ${what.node} is weak for ${lasting(what.forMs)}: ${what.addRttMs} ms longer, ${what.addLossPct} % lost, ${what.mostKbps} kbit/s.`
    case 'wire':
      return `On the link of ${what.node}, ${wireWords[what.fault]}${what.times === 1 ? '' : `, ${what.times} times`}.`
    case 'withhold':
      return `A relay in front of ${what.node} keeps its ${what.lane} lane for ${lasting(what.forMs)}, and says it was delivered.`
    case 'crash':
      return `The power of ${what.machine} goes ${pointWords(what.point)}${what.torn ? ', with the disk still writing' : ''}; it is up again after ${lasting(what.downMs)}.`
    case 'clock-jump':
      return `The clock of ${what.machine} jumps ${what.byMs < 0 ? 'back' : 'ahead'} by ${lasting(Math.abs(what.byMs))}.`
    case 'clock-drift':
      return `The clock of ${what.machine} runs ${Math.abs(what.percent)} % ${what.percent < 0 ? 'slow' : 'fast'} for ${lasting(what.forMs)}.`
    case 'disk-full':
      return `The disk of ${what.machine} is full for ${lasting(what.forMs)}.`
    case 'tamper':
      return `Somebody alters what ${what.node} has stored and not delivered.`
    case 'clone':
      return `${what.node} is copied, disk and key, and the copy runs beside it for ${lasting(what.forMs)}.`
    case 'steal-key':
      return `A thief with the key of ${what.node} rewrites what it said last.`
    case 'revoke':
      return `The key of ${what.node} is revoked.`
    case 'backup':
      return `${what.master} is backed up.`
    case 'restore':
      return what.silently
        ? `Somebody copies the old database of ${what.master} into place.`
        : `${what.master} is restored from its backup.`
    case 'carry':
      return `A courier takes a ${what.sealed === true ? 'sealed bundle' : 'stick'} from ${what.from} to ${what.to}; ${stickWords[what.fate]} (${lasting(what.takesMs)}).`
    case 'command':
      return `${what.master} tells ${what.node} to ${orderWords[what.order]} under the key ${what.key}${what.isOnce ? ', at most once' : ''}${what.expiresInMs === null ? '' : `, within ${lasting(what.expiresInMs)}`}.`
    case 'cancel':
      return `${what.master} takes back the command under the key ${what.key}.`
    case 'policy':
      return `${what.master} publishes and assigns a policy (port ${what.port}).`
    case 'domain':
      return `${what.master} makes the domain ${what.name}.`
    case 'quarantine':
      return `An operator puts ${what.node} into quarantine.`
    case 'remediate':
      return `An engineer lets ${what.node} back in.`
    case 'turn':
      return `The link of ${what.node} leads to ${what.to} from now on.`
    case 'claim':
      return `${what.master} claims the common domain.`
    case 'resolve':
      return `The claims on the common domain are resolved in favour of ${what.inFavourOf}.`
    case 'reclaim':
      return `The people at ${what.master} take back what it held before it was restored.`
    default:
      return assertNever(what)
  }
}

const wireWords = {
  duplicate: 'a request comes twice, the second time late',
  flip: 'a bit of a segment is flipped',
  truncate: 'a segment is cut short',
  'lose-answer': 'an answer is lost after the master dealt with the request',
  delay: 'a request comes late',
} as const
const stickWords = {
  arrives: 'it arrives',
  lost: 'it is lost',
  twice: 'it is taken in twice',
  pulled: 'it is pulled out half-way',
  flipped: 'a bit of it is flipped, and it is read again',
  detour: 'it is read at every other station on the way',
} as const
const orderWords = { set: 'change its configuration', snapshot: 'take a snapshot', restart: 'restart' } as const

function pointWords(point: CrashPoint): string {
  switch (point.at) {
    case 'now':
      return 'out'
    case 'write':
      return `before write ${point.writes} from now`
    case 'commit':
      return 'with the next commit on the disk and nobody told'
  }
}
