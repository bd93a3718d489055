/** Rules without a test, and tests without a rule. */
import { describe, expect, it } from 'vitest'
import { checkRules, findRuleProblems, readCitations, readRules } from '../../../build/spec-check.mjs'
import { makeTree } from '../../helpers/build/make-tree.ts'

// The ids of the made-up rules are put together here, or this file itself would be taken to cite them.
const id = (name: string) => `[${name}]`

describe('rules', () => {
  it('[BL9] are the lines of SPEC.md that begin with an id', () => {
    expect(readRules(`# Rules\n- ${id('LG1')} One.\n  See ${id('LG2')}.\n- ${id('AUT12')} Two.\n- No id.\n`)).toEqual(['LG1', 'AUT12'])
  })
})

describe('citations', () => {
  it('[BL9] are the ids that a title begins with, wherever the title stands', () => {
    const text = [
      `it('${id('LG1')} one', () => {})`,
      `test.each([1])(\`${id('LG2')} \${name}\`, () => {})`,
      `it('${id('LG3')}${id('LG4')}, ${id('LG5')} three at once', () => {})`,
      `const table = [['${id('LG6')} in a table', 1]]`,
      `it('mentions ${id('LG7')} only', () => {})`,
    ].join('\n')
    expect(readCitations('a.test.ts', text)).toEqual(['LG1', 'LG2', 'LG3', 'LG4', 'LG5', 'LG6'])
  })

  it('[BL9] do not count on a group, nor on a test that does not run', () => {
    const text = `describe('${id('LG1')} group', () => { it.skip('${id('LG2')} later', () => {}); it.todo('${id('LG3')} some day') })`
    expect(readCitations('a.test.ts', text)).toEqual([])
  })
})

describe('the check', () => {
  it('[BL9] names a rule without a test, an id without a rule, and a rule defined twice', () => {
    expect(findRuleProblems(['LG1', 'LG2', 'LG2'], [{ path: 'test/a.test.ts', ids: ['LG2', 'XX9', 'XX9'] }])).toEqual([
      '[LG2] is defined twice in core/SPEC.md.',
      '[LG1] has no test: no title in test/ begins with it.',
      'test/a.test.ts cites [XX9], which core/SPEC.md does not have.',
    ])
    expect(findRuleProblems([], [])).toEqual(['core/SPEC.md has no rules.'])
  })

  it('[BL9] reads the tree', async () => {
    const spec = `- ${id('LG1')} One.\n`
    using sound = makeTree({ 'core/SPEC.md': spec, 'test/unit/a.test.ts': `it('${id('LG1')} one', () => {})` })
    using unsound = makeTree({ 'core/SPEC.md': spec, 'test/unit/a.test.ts': `it('${id('LG2')} two', () => {})` })
    expect(await checkRules(sound.root)).toBeUndefined()
    expect(await checkRules(unsound.root)).toBe(
      '[LG1] has no test: no title in test/ begins with it.\ntest/unit/a.test.ts cites [LG2], which core/SPEC.md does not have.',
    )
  })
})
