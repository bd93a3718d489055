/**
 * Checks a configuration against the JSON Schema (2020-12) of its policy bundle. The keywords below are all of it, so that it runs where
 * no code may be generated; a keyword that is not among them is refused when the policy is published, because a check that nobody
 * makes must not look like one that was passed ([PO3]).
 */
import { escapeStep, valueAt } from '../drift/pointer.ts'
import { isEqualJson } from '../drift/comparators.ts'

export type SchemaProblem = { readonly path: string; readonly sentence: string }

const deepest = 64
const mostSteps = 100_000
const typeNames = ['null', 'boolean', 'object', 'array', 'number', 'integer', 'string'] as const
/** Say something to people and check nothing. */
const annotations = ['$schema', '$id', '$comment', 'title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly']
const numbers = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']
const counts = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties']
const ofOne = ['items', 'not', 'propertyNames', 'additionalProperties']
const ofMany = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const ofNamed = ['properties', '$defs', 'patternProperties']

type Schema = Readonly<Record<string, unknown>>

/** Why the schema cannot be used, place by place; empty when it can. */
export function findSchemaFaults(schema: unknown): readonly SchemaProblem[] {
  return faultsIn(schema, '', schema)
}

/** Where the document is not as the schema says; empty when it is. The schema is one in which `findSchemaFaults` found nothing. */
export function checkDocument(schema: unknown, document: unknown): readonly SchemaProblem[] {
  return problemsOf({ root: schema, depth: 0, steps: { left: mostSteps } }, schema, document, '')
}

function faultsIn(schema: unknown, path: string, root: unknown): SchemaProblem[] {
  if (typeof schema === 'boolean') return []
  if (!isObject(schema)) return [{ path, sentence: 'Is no schema.' }]
  return Object.entries(schema).flatMap(([keyword, value]) => faultsOfKeyword(keyword, value, `${path}/${escapeStep(keyword)}`, root))
}

function faultsOfKeyword(keyword: string, value: unknown, path: string, root: unknown): SchemaProblem[] {
  const unless = (isRight: boolean, sentence: string): SchemaProblem[] => (isRight ? [] : [{ path, sentence }])
  const isPattern = (text: unknown): boolean => typeof text === 'string' && text.length <= 200 && patternOf(text) !== undefined
  if (annotations.includes(keyword) || keyword === 'const') return []
  if (keyword === 'type')
    return unless(
      [value].flat().every((name) => typeNames.some((known) => known === name)),
      'Names a type that there is not.',
    )
  if (keyword === 'enum') return unless(Array.isArray(value), 'Is no list of values.')
  if (keyword === 'required') return unless(Array.isArray(value) && value.every((name) => typeof name === 'string'), 'Is no list of names.')
  if (keyword === 'uniqueItems') return unless(typeof value === 'boolean', 'Is neither true nor false.')
  if (keyword === 'pattern') return unless(isPattern(value), 'Is no pattern, or too long a one.')
  if (numbers.includes(keyword)) return unless(typeof value === 'number' && (keyword !== 'multipleOf' || value > 0), 'Is no such number.')
  if (counts.includes(keyword)) return unless(Number.isInteger(value) && Number(value) >= 0, 'Is no count.')
  if (keyword === '$ref')
    return unless(typeof value === 'string' && value.startsWith('#') && valueAt(root, value.slice(1)).found, 'Points at nothing in here.')
  if (ofOne.includes(keyword)) return faultsIn(value, path, root)
  if (ofMany.includes(keyword)) {
    if (!Array.isArray(value) || value.length === 0) return [{ path, sentence: 'Is no list of schemas.' }]
    return value.flatMap((inner, at) => faultsIn(inner, `${path}/${at}`, root))
  }
  if (!ofNamed.includes(keyword)) return [{ path, sentence: `The keyword "${keyword}" is not checked here.` }]
  if (!isObject(value)) return [{ path, sentence: 'Is no list of named schemas.' }]
  return Object.entries(value).flatMap(([name, inner]) => [
    ...unless(keyword !== 'patternProperties' || isPattern(name), `"${name}" is no pattern.`),
    ...faultsIn(inner, `${path}/${escapeStep(name)}`, root),
  ])
}

/** `depth` counts references and levels of the document, and `steps` all that is looked at: a schema that refers to itself ends, soon. */
type Within = { readonly root: unknown; readonly depth: number; readonly steps: { left: number } }

function problemsOf(within: Within, schema: unknown, value: unknown, path: string): SchemaProblem[] {
  if (schema === true) return []
  if (schema === false || !isObject(schema)) return [{ path, sentence: 'Should not be there.' }]
  if (within.depth > deepest) return [{ path, sentence: `Is deeper than ${deepest} levels.` }]
  within.steps.left -= 1
  if (within.steps.left < 0) return within.steps.left === -1 ? [{ path, sentence: 'Takes too long to check.' }] : []
  const inner = { ...within, depth: within.depth + 1 }
  return [
    ...ofAnyType(inner, schema, value, path),
    ...(typeof value === 'number' ? ofNumber(schema, value, path) : []),
    ...(typeof value === 'string' ? ofText(schema, value, path) : []),
    ...(Array.isArray(value) ? ofList(inner, schema, value, path) : []),
    ...(isObject(value) ? ofObject(inner, schema, value, path) : []),
  ]
}

function ofAnyType(within: Within, schema: Schema, value: unknown, path: string): SchemaProblem[] {
  const problems: SchemaProblem[] = []
  const fails = (inner: unknown): boolean => problemsOf(within, inner, value, path).length > 0
  const types = [schema['type'] ?? []].flat().map(String)
  if (types.length > 0 && !types.some((name) => isOfType(value, name)))
    problems.push({ path, sentence: `Should be ${types.join(' or ')}.` })
  if (Array.isArray(schema['enum']) && !schema['enum'].some((one) => isEqualJson(one, value)))
    problems.push({ path, sentence: `Should be one of ${schema['enum'].map((one) => JSON.stringify(one)).join(', ')}.` })
  if ('const' in schema && !isEqualJson(schema['const'], value))
    problems.push({ path, sentence: `Should be ${JSON.stringify(schema['const'])}.` })
  if (typeof schema['$ref'] === 'string')
    problems.push(...problemsOf(within, valueAt(within.root, schema['$ref'].slice(1)).value, value, path))
  for (const inner of listOf(schema['allOf'])) problems.push(...problemsOf(within, inner, value, path))
  if (schema['anyOf'] !== undefined && listOf(schema['anyOf']).every(fails))
    problems.push({ path, sentence: 'Is as none of the schemas it could be as.' })
  const fitting = listOf(schema['oneOf']).filter((inner) => !fails(inner)).length
  if (schema['oneOf'] !== undefined && fitting !== 1) problems.push({ path, sentence: `Is as ${fitting} of the schemas, not as one.` })
  if (schema['not'] !== undefined && !fails(schema['not'])) problems.push({ path, sentence: 'Is as it should not be.' })
  return problems
}

function ofNumber(schema: Schema, value: number, path: string): SchemaProblem[] {
  const bound = (keyword: string, holds: (limit: number) => boolean, words: string): SchemaProblem[] => {
    const limit = schema[keyword]
    return typeof limit !== 'number' || holds(limit) ? [] : [{ path, sentence: `Should be ${words} ${limit}.` }]
  }
  return [
    ...bound('minimum', (limit) => value >= limit, 'at least'),
    ...bound('maximum', (limit) => value <= limit, 'at most'),
    ...bound('exclusiveMinimum', (limit) => value > limit, 'more than'),
    ...bound('exclusiveMaximum', (limit) => value < limit, 'less than'),
    // 0.3 is a multiple of 0.1 to everybody but the last bit.
    ...bound('multipleOf', (limit) => Math.abs(value / limit - Math.round(value / limit)) < 1e-9, 'a multiple of'),
  ]
}

function ofText(schema: Schema, value: string, path: string): SchemaProblem[] {
  const written = schema['pattern']
  const pattern = typeof written === 'string' ? patternOf(written) : undefined
  return [
    ...counted(schema, 'Length', [...value].length, 'characters', path),
    ...(pattern === undefined || pattern.test(value) ? [] : [{ path, sentence: `Should match ${String(pattern.source)}.` }]),
  ]
}

function ofList(within: Within, schema: Schema, value: readonly unknown[], path: string): SchemaProblem[] {
  const first = listOf(schema['prefixItems'])
  const isDouble = schema['uniqueItems'] === true && value.some((one, at) => value.slice(0, at).some((other) => isEqualJson(one, other)))
  return [
    ...counted(schema, 'Items', value.length, 'items', path),
    ...(isDouble ? [{ path, sentence: 'Has the same item twice.' }] : []),
    ...value.flatMap((item, at) => {
      const inner = at < first.length ? first[at] : schema['items']
      return inner === undefined ? [] : problemsOf(within, inner, item, `${path}/${at}`)
    }),
  ]
}

function ofObject(within: Within, schema: Schema, value: Schema, path: string): SchemaProblem[] {
  const named = isObject(schema['properties']) ? schema['properties'] : {}
  const patterns = Object.entries(isObject(schema['patternProperties']) ? schema['patternProperties'] : {})
  const missing = listOf(schema['required']).filter((name) => typeof name === 'string' && !Object.hasOwn(value, name))
  return [
    ...counted(schema, 'Properties', Object.keys(value).length, 'members', path),
    ...missing.map((name) => ({ path: `${path}/${escapeStep(String(name))}`, sentence: 'Should be there and is not.' })),
    ...Object.entries(value).flatMap(([name, member]) => {
      const at = `${path}/${escapeStep(name)}`
      const own = Object.hasOwn(named, name) ? [named[name]] : []
      const all = [...own, ...patterns.filter(([pattern]) => patternOf(pattern)?.test(name)).map(([, inner]) => inner)]
      const rest = all.length === 0 && schema['additionalProperties'] !== undefined ? [schema['additionalProperties']] : []
      const names = schema['propertyNames'] === undefined ? [] : problemsOf(within, schema['propertyNames'], name, at)
      return [...names, ...[...all, ...rest].flatMap((inner) => problemsOf(within, inner, member, at))]
    }),
  ]
}

function counted(schema: Schema, of: string, count: number, words: string, path: string): SchemaProblem[] {
  const [least, most] = [schema[`min${of}`], schema[`max${of}`]]
  return [
    ...(typeof least === 'number' && count < least ? [{ path, sentence: `Should have at least ${least} ${words}.` }] : []),
    ...(typeof most === 'number' && count > most ? [{ path, sentence: `Should have at most ${most} ${words}.` }] : []),
  ]
}

function isOfType(value: unknown, name: unknown): boolean {
  switch (name) {
    case 'null':
      return value === null
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isObject(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === name
  }
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function patternOf(text: string): RegExp | undefined {
  try {
    return new RegExp(text, 'u')
  } catch {
    return undefined
  }
}
