/**
 * The eight canonical objects of the seed, by its names. JSON Schema 2020-12 files are written from them, so that whoever builds on the
 * fleet need not read our code ([CO1], [CO2]).
 */
import { z } from 'zod'
import { domainRecordSchema } from '../domain/domain-record.ts'
import { policyBundleRecordSchema } from '../policy/policy-record.ts'
import { relayRecordSchema } from '../relay/relay-record.ts'
import { artifactRecordSchema } from './artifact-record.ts'
import { commandRecordSchema } from './command-record.ts'
import { nodeRecordSchema } from './node-record.ts'
import { observationRecordSchema } from './observation-record.ts'
import { timelineRecordSchema } from './timeline-record.ts'

export const canonicalSchemas = {
  Node: nodeRecordSchema,
  Relay: relayRecordSchema,
  Domain: domainRecordSchema,
  PolicyBundle: policyBundleRecordSchema,
  Observation: observationRecordSchema,
  Command: commandRecordSchema,
  Artifact: artifactRecordSchema,
  Timeline: timelineRecordSchema,
} as const satisfies Record<string, z.ZodType>

export type CanonicalName = keyof typeof canonicalSchemas

/** The JSON Schema 2020-12 of one object, with an id that does not change while its shape does not break. */
export function jsonSchemaOf(name: CanonicalName): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(canonicalSchemas[name], { target: 'draft-2020-12' })
  return { $schema, $id: `urn:ibcf:schema:${fileNameOf(name)}:v1`, title: name, ...schema }
}

/** `PolicyBundle` is `policy-bundle`. */
export function fileNameOf(name: CanonicalName): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()
}
