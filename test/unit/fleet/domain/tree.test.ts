import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type DomainTree, isWithin, lineageIn, subtreeIn } from '../../../../core/fleet/domain/tree.ts'

const tree: DomainTree = new Map([
  ['root', null],
  ['north', 'root'],
  ['south', 'root'],
  ['pier', 'north'],
  ['lost', 'not held'],
])

it('[DM1] leads from a domain to the top, nearest first, and down again', () => {
  expect(lineageIn(tree, 'pier')).toEqual(['pier', 'north', 'root'])
  expect(lineageIn(tree, 'lost')).toEqual(['lost'])
  expect(lineageIn(tree, 'not held')).toEqual([])
  expect(subtreeIn(tree, 'root')).toEqual(['root', 'north', 'south', 'pier'])
  expect([isWithin(tree, 'pier', 'root'), isWithin(tree, 'root', 'pier')]).toEqual([true, false])
})

it('[DM1] ends in whatever parents there are, rings included, and both ways agree', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  fc.assert(
    fc.property(fc.array(fc.tuple(id, fc.option(id))), id, id, (parents, domain, ancestor) => {
      const any: DomainTree = new Map(parents)
      expect(new Set(lineageIn(any, domain)).size).toBe(lineageIn(any, domain).length)
      expect(isWithin(any, domain, ancestor)).toBe(subtreeIn(any, ancestor).includes(domain))
    }),
  )
})
