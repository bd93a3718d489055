/** The part of JSON Schema that policies may use. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkDocument, findSchemaFaults } from '../../../../core/fleet/policy/configuration-schema.ts'

const pathsOf = (schema: unknown, document: unknown): string[] => {
  expect(findSchemaFaults(schema)).toEqual([])
  return checkDocument(schema, document).map(({ path }) => path)
}

describe('the schema of a configuration', () => {
  it.each<[string, unknown, unknown, unknown]>([
    ['type', { type: ['string', 'null'] }, null, 1],
    ['integer', { type: 'integer' }, 3, 3.5],
    ['enum', { enum: ['a', { b: 1 }] }, { b: 1 }, 'b'],
    ['const', { const: [1, 2] }, [1, 2], [2, 1]],
    ['required', { required: ['a'] }, { a: 1 }, { b: 1 }],
    ['additionalProperties', { properties: { a: true }, additionalProperties: false }, { a: 1 }, { a: 1, b: 1 }],
    ['patternProperties', { patternProperties: { '^n': { type: 'number' } } }, { n1: 1, x: 'x' }, { n1: 'x' }],
    ['propertyNames', { propertyNames: { pattern: '^[a-z]+$' } }, { ab: 1 }, { A: 1 }],
    ['counts of members', { minProperties: 1, maxProperties: 2 }, { a: 1 }, {}],
    ['bounds', { minimum: 1, exclusiveMaximum: 3 }, 1, 3],
    ['multipleOf', { multipleOf: 0.1 }, 0.3, 0.35],
    ['length in characters', { minLength: 2, maxLength: 2 }, '🛰🛰', '🛰'],
    ['pattern', { pattern: '^\\p{Lu}' }, 'Ä', 'ä'],
    ['items', { prefixItems: [{ type: 'string' }], items: { type: 'number' } }, ['a', 1, 2], ['a', 'b']],
    [
      'uniqueItems',
      { uniqueItems: true, maxItems: 3 },
      [1, { a: 1 }, { a: 2 }],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
    ],
    ['allOf', { allOf: [{ minimum: 1 }, { maximum: 2 }] }, 2, 3],
    ['anyOf', { anyOf: [{ const: 1 }, { type: 'string' }] }, 'x', 2],
    ['oneOf', { oneOf: [{ minimum: 1 }, { minimum: 5 }] }, 2, 6],
    ['not', { not: { type: 'string' } }, 1, 'x'],
    ['$ref', { $ref: '#/$defs/a~1b', $defs: { 'a/b': { type: 'string' } } }, 'x', 1],
    ['false', { properties: { a: false } }, {}, { a: 1 }],
  ])('[PO3] checks %s', (_keyword, schema, right, wrong) => {
    expect(pathsOf(schema, right)).toEqual([])
    expect(pathsOf(schema, wrong)).not.toEqual([])
  })

  it('[PO3] names the place of each problem by its pointer', () => {
    const schema = { properties: { 'a/b': { items: { required: ['c'] } } }, required: ['d'] }
    expect(pathsOf(schema, { 'a/b': [{ c: 1 }, {}] })).toEqual(['/d', '/a~1b/1/c'])
  })

  it.each<[string, unknown]>([
    ['/if', { if: { const: 1 } }],
    ['/properties/a/format', { properties: { a: { format: 'date-time' } } }],
    ['/type', { type: 'strange' }],
    ['/$ref', { $ref: '#/$defs/none' }],
    ['/$ref', { $ref: 'https://example.com/schema' }],
    ['/pattern', { pattern: '(' }],
    ['/required', { required: [1] }],
    ['/items', { items: [true] }],
    ['/multipleOf', { multipleOf: 0 }],
    ['/oneOf', { oneOf: [] }],
    ['', 'no schema'],
  ])('[PO3] refuses what it would not check, at %s', (path, schema) => {
    expect(findSchemaFaults(schema).map((fault) => fault.path)).toEqual([path])
  })

  it('[PO3] ends, and does not pass, with a schema that refers to itself', () => {
    const ring = { allOf: [{ $ref: '#' }, { $ref: '#' }] }
    expect(checkDocument(ring, 1).length).toBeGreaterThan(0)
    const list = { properties: { next: { $ref: '#' } }, additionalProperties: false }
    expect(pathsOf(list, { next: { next: {} } })).toEqual([])
    expect(pathsOf(list, { next: { other: {} } })).toEqual(['/next/other'])
  })

  it('[PO3] never throws, whatever schema and document it is given', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.jsonValue(),
        fc.constantFrom('properties', 'items', 'allOf', 'type', '$ref', 'enum'),
        (schema, document, keyword) => {
          expect(Array.isArray(findSchemaFaults({ [keyword]: schema }))).toBe(true)
          expect(Array.isArray(checkDocument({ [keyword]: schema }, document))).toBe(true)
        },
      ),
    )
  })
})
