/** The check that holds the JSON Schema files to the schemas of core, on a small tree. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { checkSchemas, writeSchemas } from '../../../build/checks/schemas.mjs'
import { makeTree } from '../../helpers/build/make-tree.ts'

const source = `
export const canonicalSchemas = { Node: {}, PolicyBundle: {} }
export const fileNameOf = (name) => name.toLowerCase()
export const jsonSchemaOf = (name) => ({ title: name, type: 'object' })
`

it('[CO2] the schema files are written once, and named when they are missing, changed or of nothing', async () => {
  using tree = makeTree({ 'core/fleet/node/canonical-schemas.ts': source })
  const path = (name: string): string => join(tree.root, 'resources', 'schemas', name)
  expect(await checkSchemas(tree.root)).toContain('Not as core says: node.json, policybundle.json.')
  expect(await writeSchemas(tree.root)).toEqual(['node.json', 'policybundle.json'])
  expect(JSON.parse(readFileSync(path('node.json'), 'utf8'))).toEqual({ title: 'Node', type: 'object' })
  expect(await checkSchemas(tree.root)).toBeUndefined()
  expect(await writeSchemas(tree.root)).toEqual([])
  writeFileSync(path('node.json'), '{}')
  writeFileSync(path('left-over.json'), '{}')
  expect(await checkSchemas(tree.root)).toContain('Not as core says: left-over.json, node.json.')
  expect(await writeSchemas(tree.root)).toEqual(['node.json', 'left-over.json'])
  expect([existsSync(path('left-over.json')), await checkSchemas(tree.root)]).toEqual([false, undefined])
  rmSync(path('policybundle.json'))
  expect(await checkSchemas(tree.root)).toContain('policybundle.json')
})
