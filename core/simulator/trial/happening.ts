/** What can happen in a trial: faults, people, couriers. Plain data, so that a schedule can be drawn, shrunk, told and kept. */
import { z } from 'zod'
import { assertNever } from '../../kernel/assert-never.ts'

const machine = z.string().min(1).max(40)
const ms = z.number().int().nonnegative()
const count = z.number().int().min(1).max(10_000)

const crashPoint = z.discriminatedUnion('at', [
  z.strictObject({ at: z.literal('now') }),
  /** Before the so-manieth write from now. */
  z.strictObject({ at: z.literal('write'), writes: count }),
  /** With the next commit on the disk, and nobody told. */
  z.strictObject({ at: z.literal('commit') }),
])
export type CrashPoint = z.infer<typeof crashPoint>

export const wireFaults = ['duplicate', 'flip', 'truncate', 'lose-answer', 'delay'] as const
export const stickFates = ['arrives', 'lost', 'twice', 'pulled', 'flipped', 'detour'] as const
export const orders = ['set', 'snapshot', 'restart'] as const

const shapes = [
  z.strictObject({ kind: z.literal('cut'), node: machine, forMs: ms }),
  z.strictObject({
    kind: z.literal('weaken'),
    node: machine,
    forMs: ms,
    addRttMs: ms,
    addLossPct: z.number().min(0).max(90),
    mostKbps: z.number().positive(),
  }),
  z.strictObject({ kind: z.literal('wire'), node: machine, fault: z.enum(wireFaults), times: count }),
  /** `torn`: the power went with the disk still writing. */
  z.strictObject({ kind: z.literal('crash'), machine, point: crashPoint, downMs: ms, torn: z.boolean() }),
  z.strictObject({ kind: z.literal('clock-jump'), machine, byMs: z.number().int() }),
  z.strictObject({ kind: z.literal('clock-drift'), machine, percent: z.number().min(-50).max(50), forMs: ms }),
  z.strictObject({ kind: z.literal('disk-full'), machine, forMs: ms }),
  z.strictObject({ kind: z.literal('tamper'), node: machine }),
  /** Its disk is copied into a second machine, which runs for a while beside it. */
  z.strictObject({ kind: z.literal('clone'), node: machine, forMs: ms }),
  /** A thief with its key goes on with its log in his own way. */
  z.strictObject({ kind: z.literal('steal-key'), node: machine }),
  z.strictObject({ kind: z.literal('revoke'), node: machine }),
  z.strictObject({ kind: z.literal('backup'), master: machine }),
  /** From the newest backup; `silently`: somebody copies the old database into place, without our programs. */
  z.strictObject({ kind: z.literal('restore'), master: machine, silently: z.boolean() }),
  /** `sealed`: as a bundle for that master, as people do; else parts of logs as they are, as links carry them. */
  z.strictObject({
    kind: z.literal('carry'),
    from: machine,
    to: machine,
    takesMs: ms,
    fate: z.enum(stickFates),
    sealed: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('command'),
    master: machine,
    node: machine,
    order: z.enum(orders),
    /** The same key names the same thing. */
    key: z.string().max(60),
    isOnce: z.boolean(),
    expiresInMs: ms.nullable(),
  }),
  z.strictObject({ kind: z.literal('cancel'), master: machine, key: z.string().max(60) }),
  z.strictObject({ kind: z.literal('policy'), master: machine, port: z.number().int().min(1).max(65_535) }),
  z.strictObject({ kind: z.literal('domain'), master: machine, name: z.string().max(60) }),
  z.strictObject({ kind: z.literal('quarantine'), node: machine }),
  z.strictObject({ kind: z.literal('remediate'), node: machine }),
  /** Its link leads to another master from now on. */
  z.strictObject({ kind: z.literal('turn'), node: machine, to: machine }),
  z.strictObject({ kind: z.literal('claim'), master: machine }),
  z.strictObject({ kind: z.literal('resolve'), inFavourOf: machine }),
  z.strictObject({ kind: z.literal('reclaim'), master: machine }),
  z.strictObject({ kind: z.literal('withhold'), node: machine, lane: z.enum(['control', 'fact', 'bulk']), forMs: ms }),
] as const

export const happeningSchema = z.discriminatedUnion('kind', [...shapes])
export type Happening = z.infer<typeof happeningSchema>
/** `atMs` from when the world is set up. */
export type Timed = { readonly atMs: number; readonly what: Happening }

/** Those that are faults, by the name that `--faults` takes, and whom an operator would blame. The rest is ordinary life. */
export const faultKinds = [
  'cut',
  'weaken',
  'wire',
  'crash',
  'clock-jump',
  'clock-drift',
  'disk-full',
  'tamper',
  'clone',
  'steal-key',
  'restore',
  'sticks',
  'withhold',
  'claims',
] as const
export type FaultKind = (typeof faultKinds)[number]

/** The fault that a happening is, under the name it is counted by; undefined where it is none. */
export function faultNameOf(what: Happening): string | undefined {
  switch (what.kind) {
    case 'cut':
    case 'weaken':
    case 'clock-jump':
    case 'clock-drift':
    case 'disk-full':
    case 'tamper':
    case 'clone':
    case 'steal-key':
    case 'withhold':
      return what.kind
    case 'wire':
      return `wire-${what.fault}`
    case 'crash':
      return what.torn ? 'power-cut' : `crash-at-${what.point.at}`
    case 'restore':
      return what.silently ? 'old-database' : 'old-backup'
    case 'carry':
      return what.fate === 'arrives' ? undefined : `${what.sealed === true ? 'bundle' : 'stick'}-${what.fate}`
    case 'claim':
      return 'claim'
    case 'revoke':
    case 'backup':
    case 'command':
    case 'cancel':
    case 'policy':
    case 'domain':
    case 'quarantine':
    case 'remediate':
    case 'turn':
    case 'resolve':
    case 'reclaim':
      return undefined
    default:
      return assertNever(what)
  }
}
