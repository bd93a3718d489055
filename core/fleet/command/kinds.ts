/**
 * What a node can be told to do, as a table: the shape of each kind's data, how it behaves when it is repeated, who else has to agree,
 * and where it is allowed although the node is kept to little. A kind that is not here is refused, never guessed at ([CM1]).
 */
import { z } from 'zod'
import { accepted, refused, type Result } from '../../kernel/result.ts'
import { type ConnectivityMode, type Phase, healths } from '../node/node-record.ts'
import { snapshotParts } from '../node/node-events.ts'
import type { Semantics } from './events.ts'

const digest = z.string().regex(/^[0-9a-f]{64}$/)
const pointer = z
  .string()
  .regex(/^(\/([^~/]|~[01])*)+$/)
  .max(500)

export const commandData = {
  /** RFC 6901 pointers into the configuration document. Null takes a value away. */
  'set-config': z.strictObject({
    changes: z
      .array(z.strictObject({ path: pointer, value: z.unknown() }))
      .min(1)
      .max(200),
  }),
  restart: z.strictObject({ scope: z.enum(['agent', 'host']) }),
  'run-snapshot': z.strictObject({ parts: z.array(z.enum(snapshotParts)).min(1).max(snapshotParts.length) }),
  /** The minimal Artifact: what it is, by digest, and who signed for it. Proven by the version that runs after the restart. */
  'install-artifact': z.strictObject({
    artifactId: z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
    name: z.string().min(1).max(200),
    version: z.string().min(1).max(200),
    digest,
    sizeBytes: z.number().int().positive(),
    keyId: z.string().max(100),
    signature: z.string().max(200),
    /** The health that counts as failed after the swap, and rolls it back. */
    rollBackAt: z.enum(healths),
  }),
} as const

export type CommandKindName = keyof typeof commandData
export const commandKindNames = ['set-config', 'restart', 'run-snapshot', 'install-artifact'] as const satisfies readonly CommandKindName[]

export type CommandKind = {
  readonly name: CommandKindName
  readonly semantics: Semantics
  /** It can do harm that nothing undoes by itself: a domain can ask two people for it. */
  readonly isDestructive: boolean
  /** It takes something away from what the node may do, and so holds while its domain is contested. */
  readonly isRestricting: boolean
  /** Where a node that is kept to little takes it all the same, because recovery needs it. */
  readonly allowedWhile: readonly (Phase | ConnectivityMode)[]
  /** Commands to one node in one slot: a later one takes the place of those that did not start yet. Null: each stands for itself. */
  readonly slot: (data: Readonly<Record<string, unknown>>) => string | null
  /** What tells, after a crash, whether it took effect. */
  readonly probe: string
}

export const commandKinds: { readonly [Name in CommandKindName]: CommandKind } = {
  'set-config': {
    name: 'set-config',
    semantics: 'AT_LEAST_ONCE',
    isDestructive: false,
    isRestricting: false,
    allowedWhile: [],
    slot: slotOfChanges,
    probe: 'The values read back are the ones that were to be set.',
  },
  restart: {
    name: 'restart',
    semantics: 'AT_LEAST_ONCE',
    isDestructive: false,
    isRestricting: false,
    allowedWhile: ['QUARANTINED'],
    slot: ({ scope }) => `restart/${String(scope)}`,
    probe: 'It has been started since the command began.',
  },
  'run-snapshot': {
    name: 'run-snapshot',
    semantics: 'AT_LEAST_ONCE',
    isDestructive: false,
    isRestricting: false,
    allowedWhile: ['QUARANTINED', 'RETURNING', 'REPLAYING'],
    slot: () => 'snapshot',
    probe: 'A snapshot that names the command was recorded.',
  },
  'install-artifact': {
    name: 'install-artifact',
    semantics: 'AT_LEAST_ONCE',
    isDestructive: true,
    isRestricting: false,
    allowedWhile: [],
    slot: ({ name }) => `artifact/${String(name)}`,
    probe: 'The version that runs, and the digest of the file in place, are the ones that were to be installed.',
  },
}

/** What two people are asked for where the domain says nothing else. */
export const defaultTwoOperatorKinds: readonly CommandKindName[] = Object.values(commandKinds)
  .filter(({ isDestructive }) => isDestructive)
  .map(({ name }) => name)

/** Codes: COMMAND_KIND_UNKNOWN, COMMAND_DATA_MALFORMED. */
export function readCommand(
  kind: string,
  data: unknown,
): Result<{ readonly kind: CommandKind; readonly data: Readonly<Record<string, unknown>> }> {
  if (!isCommandKind(kind)) {
    return refused('COMMAND_KIND_UNKNOWN', 'This version does not know what the command means.', { kind: kind.slice(0, 60) })
  }
  const parsed = commandData[kind].safeParse(data)
  if (parsed.success) return accepted({ kind: commandKinds[kind], data: parsed.data })
  const [issue] = parsed.error.issues
  return refused('COMMAND_DATA_MALFORMED', 'What the command is to do is not said as its kind asks.', {
    kind,
    place: issue?.path.join('/') ?? '',
  })
}

export function isCommandKind(text: string): text is CommandKindName {
  return Object.hasOwn(commandKinds, text)
}

/**
 * Whether a node that stands there takes it. QUARANTINED, RETURNING and REPLAYING take the limited set that recovery needs; a node that
 * is not in service, or no more, takes nothing ([CM2]). Codes: NODE_NOT_IN_SERVICE, LIMITED_SET.
 */
export function admitKind(
  kind: CommandKind,
  standing: { readonly phase: Phase; readonly mode: ConnectivityMode | null },
): Result<CommandKind> {
  const { phase, mode } = standing
  if (phase === 'PROVISIONING' || phase === 'RETIRED' || phase === 'DECOMMISSIONING') {
    return refused('NODE_NOT_IN_SERVICE', `A node that is ${phase} is told to do nothing.`, { phase })
  }
  const limits = [phase, mode].filter((name) => name === 'QUARANTINED' || name === 'RETURNING' || name === 'REPLAYING')
  const limit = limits.find((name) => !kind.allowedWhile.includes(name))
  if (limit === undefined) return accepted(kind)
  const allowed = Object.values(commandKinds).filter(({ allowedWhile }) => limits.every((name) => allowedWhile.includes(name)))
  return refused(
    'LIMITED_SET',
    `A node that is ${limit} takes only what its recovery needs: ${allowed.map(({ name }) => name).join(', ')}.`,
    { limit, allowed: allowed.map(({ name }) => name).join(' ') },
  )
}

/** Two sets of changes are one slot only when they touch the very same places; else both are wanted. */
function slotOfChanges(data: Readonly<Record<string, unknown>>): string | null {
  const parsed = commandData['set-config'].safeParse(data)
  if (!parsed.success) return null
  return `config${parsed.data.changes
    .map(({ path }) => path)
    .toSorted()
    .join('\n')}`
}
