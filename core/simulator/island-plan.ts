/** The demo island as data (resources/demo/island.json), read and spread out into one plan per node. */
import { z } from 'zod'
import { operatorRoles } from '../contract/people.ts'
import { thresholdsSchema } from '../fleet/decisions.ts'
import { constraintsSchema, inventorySchema, nodeKinds } from '../fleet/node/node-record.ts'
import { AppError } from '../kernel/app-error.ts'

const name = z.string().min(1).max(200)
const seconds = z.number().int().nonnegative()
const linkShape = z.object({ rttMs: z.number().positive(), lossPct: z.number().min(0).max(100), kbps: z.number().positive() })

const signalShape = z.discriminatedUnion('kind', [
  /** A curve over the day that is highest at `peakHour`, with noise upon it. */
  z.object({
    name,
    kind: z.literal('curve'),
    mean: z.number(),
    day: z.number(),
    peakHour: z.number().min(0).max(24),
    noise: z.number().nonnegative(),
    least: z.number(),
    most: z.number(),
    digits: z.number().int().min(0).max(3),
  }),
  /** Something that is used up and filled again. */
  z.object({ name, kind: z.literal('drain'), perHour: z.number().positive(), refillBelow: z.number(), to: z.number() }),
])
export type Signal = z.infer<typeof signalShape>

const machineShape = z.object({
  observes: name,
  inventory: inventorySchema,
  firmware: z.string(),
  hasBattery: z.boolean().default(false),
  signals: z.array(signalShape).min(1),
  /** What a local decision does to the signals while it is in force. */
  effects: z.record(z.string(), z.record(z.string(), z.number())).default({}),
  /** What can fail it, and which signal shows it. */
  check: z.object({ name, detail: z.string(), signal: name, add: z.number() }),
})
export type MachineProfile = z.infer<typeof machineShape>

const equipment = {
  domain: name,
  kind: z.enum(nodeKinds),
  tags: z.array(z.string()),
  machine: name,
  manufacturer: name,
  model: name,
  serial: name,
  version: name,
  contactEverySeconds: seconds.min(1),
  autonomyBudgetSeconds: seconds,
  observeEverySeconds: seconds.min(1),
  link: linkShape,
}

/** `{n}` in a name is the number of the node in its group, `{n4}` in a serial the same in four digits. */
const groupShape = z.object({
  ...equipment,
  name,
  count: z.number().int().positive(),
  first: z.number().int(),
  names: z.array(name).optional(),
  /** Key of the relay. */
  via: name.optional(),
  /** So many of them still run an older version. */
  behind: z.object({ count: z.number().int(), version: name }).optional(),
  /** So many of them drive through the shadow of the radio now and then. */
  roving: z.number().int().default(0),
})

const storyKinds = ['cut', 'slow', 'ail', 'update', 'restart', 'tamper', 'relay-falls'] as const
const storyShape = z.object({
  minutesAgo: z.number().positive(),
  what: z.enum(storyKinds),
  node: name,
  /** How long it lasts; without it, it lasts on. */
  minutes: z.number().positive().optional(),
})
export type StoryEvent = z.infer<typeof storyShape>

const islandShape = z.object({
  name,
  masterName: name,
  hoursLived: z.number().positive(),
  operators: z.array(z.object({ name, role: z.enum(operatorRoles) })).min(1),
  thresholds: thresholdsSchema,
  domains: z.array(z.object({ key: name, name, below: name, thresholds: thresholdsSchema.partial().optional() })),
  policies: z.array(
    z.object({
      name,
      version: name,
      targetVersion: name,
      domains: z.array(name),
      configuration: z.record(z.string(), z.unknown()),
      constraints: constraintsSchema,
    }),
  ),
  machines: z.record(z.string(), machineShape),
  relays: z.array(z.object({ ...equipment, name, key: name })),
  groups: z.array(groupShape),
  /** Nodes that ask to be let in, and wait for a person. */
  waiting: z.array(z.object({ ...equipment, name, via: name.optional(), minutesAgo: z.number().positive() })),
  /** Settings that someone changed at the machine: drift. */
  changedByHand: z.array(z.object({ node: name, path: z.array(name).min(1), value: z.json() })),
  story: z.array(storyShape),
})
export type IslandPlan = z.infer<typeof islandShape>

export type NodePlan = z.infer<z.ZodObject<typeof equipment>> & {
  readonly name: string
  /** Name of the relay it is reached through. */
  readonly via: string | undefined
  readonly isRelay: boolean
  readonly isRoving: boolean
  /** Minutes before now at which it first asks to be let in; undefined for those of the beginning. */
  readonly asksMinutesAgo: number | undefined
}

/** Throws Invalid `DEMO_DATA_DAMAGED`. */
export function readIslandPlan(document: unknown): IslandPlan {
  const read = islandShape.safeParse(document)
  if (read.success) return read.data
  const where = read.error.issues[0]?.path.join('/') ?? ''
  throw new AppError('Invalid', 'DEMO_DATA_DAMAGED', `The description of the demo island cannot be read (at /${where}).`, { where })
}

/** Relays first, because the others name them; the waiting ones last. */
export function nodePlansOf(plan: IslandPlan): readonly NodePlan[] {
  const relayName = (key: string | undefined): string | undefined =>
    key === undefined ? undefined : plan.relays.find((relay) => relay.key === key)?.name
  const settled = { isRelay: false, isRoving: false, asksMinutesAgo: undefined }
  return [
    ...plan.relays.map((relay): NodePlan => ({ ...relay, ...settled, via: undefined, isRelay: true })),
    ...plan.groups.flatMap(({ name: pattern, count, first, names, via, behind, roving, ...shared }) =>
      Array.from({ length: count }, (_, at): NodePlan => {
        const number = first + at
        return {
          ...shared,
          ...settled,
          name: names?.[at] ?? pattern.replace('{n}', String(number)),
          serial: shared.serial.replace('{n4}', String(number).padStart(4, '0')),
          version: behind !== undefined && at < behind.count ? behind.version : shared.version,
          via: relayName(via),
          // Not the first ones: those that are behind stay in sight.
          isRoving: at >= count - roving,
        }
      }),
    ),
    ...plan.waiting.map(
      ({ minutesAgo, via, ...node }): NodePlan => ({ ...node, ...settled, via: relayName(via), asksMinutesAgo: minutesAgo }),
    ),
  ]
}

/** Machines come with the configuration that their domain has, or the nearest one above it. */
export function firstConfigurationOf(plan: IslandPlan, { domain }: NodePlan): Readonly<Record<string, unknown>> {
  for (let key: string | undefined = domain; key !== undefined; key = plan.domains.find((one) => one.key === key)?.below) {
    const policy = plan.policies.find(({ domains }) => domains.includes(key))
    if (policy !== undefined) return policy.configuration
  }
  return {}
}
