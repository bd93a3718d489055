/** The canonical objects against the seed itself, read from the copy of its text. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { canonicalSchemas, type CanonicalName, fileNameOf, jsonSchemaOf } from '../../../../core/fleet/node/canonical-schemas.ts'

const seed = readFileSync(new URL('../../../fixtures/spec/fleet-core-design-v0.md', import.meta.url), 'utf8')
const names = Object.keys(canonicalSchemas) as CanonicalName[]

type JsonSchema = {
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly pattern?: string
  readonly enum?: readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
}

/** Where ours differs from the letter of the seed, each with its reason. Nothing else may differ, and nothing here may be without use. */
const deviations: Readonly<Record<string, string>> = {
  '/authority/master_of_record': 'Null while nobody holds the domain: a holder is never invented.',
  '/authority/last_authoritative_update_ts': 'Null before any decision was made.',
  '/connectivity/last_seen_ts': 'Null before it was heard of.',
  '/connectivity/link_quality': 'Null before anything was measured.',
  '/desired_state/policy_bundle_id': 'Null while nothing is desired.',
  '/desired_state/target_version': 'Null while nothing is desired.',
  '/desired_state/constraints': 'Null while nothing is desired.',
  '/actual_state/reported_version': 'Null before it said so.',
  '/actual_state/runtime/last_heartbeat_ts': 'Null before it was heard of.',
  '/actual_state/runtime/uptime_s': 'Null before it was heard of.',
  '/actual_state/inventory': 'Null without a snapshot.',
  '/drift/score': 'Null while unknown: old evidence is never zero.',
  '/drift/objects_out_of_spec': 'Null while unknown.',
  '/drift/details_ref': 'Null while unknown.',
  '/drift/last_evaluated_ts': 'Null while unknown.',
  '/supply_chain': 'Null while nothing is known of what it is made of.',
  '/lifecycle/last_transition_ts': 'Null before the first transition.',
  '/observations/last_snapshot_ref': 'Null without a snapshot.',
  '/observations/last_event_ref': 'Null without an event.',
}

/** The minimal schema of the seed, as the JSON that is written there. */
function schemaOfSeed(): { readonly Node: Readonly<Record<string, unknown>> } {
  return JSON.parse(/```json\n([\s\S]*?)```/.exec(seed)?.[1] ?? '') as { readonly Node: Readonly<Record<string, unknown>> }
}

/** Ours without its null, and whether it may be null. */
function unwrap(schema: JsonSchema): { readonly schema: JsonSchema; readonly isNullable: boolean } {
  if (Array.isArray(schema.type) && schema.type.length === 2 && schema.type.includes('null'))
    return { schema: { ...schema, type: schema.type.find((name: unknown) => name !== 'null') }, isNullable: true }
  const others = schema.anyOf?.filter(({ type }) => type !== 'null') ?? []
  const [only] = others
  return others.length === 1 && only !== undefined ? { schema: only, isNullable: true } : { schema, isNullable: false }
}

/** What differs between a value of the seed's schema and ours, as sentences by path. */
function differences(wanted: unknown, ours: JsonSchema | undefined, path: string): string[] {
  if (ours === undefined) return [`${path} is missing`]
  const { schema, isNullable } = unwrap(ours)
  const own = isNullable ? [`${path} may be null`] : []
  if (Array.isArray(wanted))
    return [...own, ...(schema.type === 'array' ? differences(wanted[0], schema.items, `${path}/0`) : [`${path} is no list`])]
  if (typeof wanted === 'object' && wanted !== null) {
    const fields = Object.entries(wanted)
    const extra = Object.keys(schema.properties ?? {}).filter((name) => !fields.some(([field]) => field === name))
    const optional = fields.filter(([field]) => schema.properties?.[field] !== undefined && schema.required?.includes(field) !== true)
    return [
      ...own,
      ...extra.map((name) => `${path}/${name} is extra`),
      ...optional.map(([name]) => `${path}/${name} may be absent`),
      ...fields.flatMap(([name, inner]) => differences(inner, schema.properties?.[name], `${path}/${name}`)),
    ]
  }
  return [...own, ...(isOfKind(wanted, schema) ? [] : [`${path} is otherwise than ${String(wanted)}`])]
}

function isOfKind(wanted: unknown, schema: JsonSchema): boolean {
  if (typeof wanted === 'boolean') return schema.type === 'boolean'
  if (typeof wanted === 'number') return schema.type === 'number' || schema.type === 'integer'
  const text = String(wanted)
  if (/^[A-Z_]+(\|[A-Z_]+)+$/.test(text)) return schema.enum?.join('|') === text
  if (text === 'rfc3339') return schema.format === 'date-time'
  if (text === 'uuid/ulid') return schema.type === 'string'
  return schema.type === 'string' && schema.enum === undefined
}

describe('the canonical schema', () => {
  it('[CO1] has every field of the Node of the seed, and none besides, but for what is listed with its reason', () => {
    const found = differences(schemaOfSeed().Node, jsonSchemaOf('Node'), '')
    expect(found.filter((sentence) => !(sentence.replace(' may be null', '') in deviations && sentence.endsWith(' may be null')))).toEqual(
      [],
    )
    expect(Object.keys(deviations).filter((path) => !found.includes(`${path} may be null`))).toEqual([])
  })

  it('[CO1] would find a field that is missing, extra, absent or of another kind', () => {
    const node = { id: 'uuid/ulid', state: { on: false, mode: 'A|B' } }
    const ours: JsonSchema = {
      type: 'object',
      properties: { id: { type: 'number' }, state: { type: 'object', properties: { mode: { enum: ['A'] }, more: {} }, required: [] } },
      required: ['id', 'state'],
    }
    expect(differences(node, ours, '')).toEqual([
      '/id is otherwise than uuid/ulid',
      '/state/more is extra',
      '/state/mode may be absent',
      '/state/on is missing',
      '/state/mode is otherwise than A|B',
    ])
  })

  it('[CO1] has the objects that the seed lists, and the fields for what it says of each', () => {
    const listed = [...(/### Canonical objects\n([\s\S]*?)\n###/.exec(seed)?.[1] ?? '').matchAll(/^- \*\*(\w+)\*\*: (.*)$/gm)]
    expect(listed.map(([, name]) => String(name)).toSorted()).toEqual(names.map(String).toSorted())
    const said = new Map(listed.map(([, name = '', words = '']) => [name, words]))
    /** Words of the seed, and the field that holds what they say. */
    const wanted: readonly (readonly [CanonicalName, string, string])[] = [
      ['Node', 'edge node, DC node, gateway', 'kind'],
      ['Relay', 'brokers, gateways, sat links, store-and-forward hops', 'kind'],
      ['Domain', 'region, cluster, tenant, air-gap island', 'kind'],
      ['Domain', 'trust/authority', 'authority'],
      ['PolicyBundle', 'config', 'config'],
      ['PolicyBundle', 'version', 'version'],
      ['PolicyBundle', 'constraints', 'constraints'],
      ['Observation', 'telemetry event or snapshot', 'type'],
      ['Command', 'control intent', 'kind'],
      ['Command', 'delivery semantics', 'delivery'],
      ['Artifact', 'signed', 'signature'],
      ['Artifact', 'software/firmware', 'kind'],
      ['Artifact', 'SBOM', 'sbom_ref'],
      ['Artifact', 'provenance', 'provenance_ref'],
      ['Timeline', 'transitions', 'transitions'],
    ]
    for (const [name, words, field] of wanted) {
      expect(said.get(name)).toContain(words)
      const schema = jsonSchemaOf(name) as JsonSchema
      for (const one of schema.oneOf ?? [schema]) expect([name, field, one.required?.includes(field)]).toEqual([name, field, true])
    }
    for (const name of names) expect(wanted.some(([object]) => object === name)).toBe(true)
  })

  it('[CO1] tells both deliveries and all five kinds of relay that the seed names', () => {
    const command = jsonSchemaOf('Command') as JsonSchema
    expect(command.properties?.['delivery']?.properties?.['semantics']?.enum?.toSorted()).toEqual(['AT_LEAST_ONCE', 'AT_MOST_ONCE'])
    const relay = jsonSchemaOf('Relay') as JsonSchema
    for (const kind of ['BROKER', 'GATEWAY', 'SATELLITE', 'STORE_AND_FORWARD']) expect(relay.properties?.['kind']?.enum).toContain(kind)
  })

  it('[CO2] is written as JSON Schema 2020-12, one file for each object', () => {
    expect(names.map(fileNameOf).filter((name) => /^[a-z]+(-[a-z]+)*$/.test(name)).length).toBe(8)
    for (const name of names) {
      const path = new URL(`../../../../resources/schemas/${fileNameOf(name)}.json`, import.meta.url)
      const file = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
      expect(file).toEqual(jsonSchemaOf(name))
      expect([file['$schema'], file['title']]).toEqual(['https://json-schema.org/draft/2020-12/schema', name])
    }
  })
})
