/**
 * Holds core/SPEC.md and the tests to each other: a rule that no test cites is a wish, and a test that cites a rule which
 * is not there proves nothing. A rule is a line `- [LG3] ...`; a test cites it at the beginning of its title.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import typescript from 'typescript'

const RULE = /^- \[([A-Z]{2,4}\d+)\]/
const CITED_FIRST = /^(\[[A-Z]{2,4}\d+\][\s,]*)+/
/** Titles that name a group of tests, or a test that does not run: they prove nothing. */
const NO_PROOF = /^(describe|suite)\b|\.(skip|todo)$/

/**
 * The ids of the rules, in the order of the document.
 * @param {string} spec text of core/SPEC.md
 * @returns {string[]}
 */
export function readRules(spec) {
  return spec.split('\n').flatMap((line) => RULE.exec(line)?.[1] ?? [])
}

/**
 * The ids that a test file cites at the beginning of a title. Titles may stand in a table beside the call that uses them,
 * so every string that begins with an id counts, but not the title of a group nor of a test that is skipped.
 * @param {string} path
 * @param {string} text
 * @returns {string[]}
 */
export function readCitations(path, text) {
  const file = typescript.createSourceFile(path, text, typescript.ScriptTarget.Latest, true)
  /** @type {string[]} */
  const cited = []
  /** @param {typescript.Node} node */
  const visit = (node) => {
    if (typescript.isStringLiteralLike(node) || typescript.isTemplateHead(node)) {
      const ids = CITED_FIRST.exec(node.text)?.[0].match(/[A-Z]{2,4}\d+/g) ?? []
      if (ids.length > 0 && isProof(node)) cited.push(...ids)
    }
    typescript.forEachChild(node, visit)
  }
  visit(file)
  return cited
}

/**
 * Compares the two.
 * @param {readonly string[]} rules
 * @param {readonly {path: string, ids: readonly string[]}[]} citations one for each test file
 * @returns {string[]} what is wrong, in sentences
 */
export function findRuleProblems(rules, citations) {
  const known = new Set(rules)
  const cited = new Set(citations.flatMap(({ ids }) => ids))
  return [
    ...rules.filter((id, index) => rules.indexOf(id) !== index).map((id) => `[${id}] is defined twice in core/SPEC.md.`),
    ...[...known].filter((id) => !cited.has(id)).map((id) => `[${id}] has no test: no title in test/ begins with it.`),
    ...citations.flatMap(({ path, ids }) =>
      [...new Set(ids)].filter((id) => !known.has(id)).map((id) => `${path} cites [${id}], which core/SPEC.md does not have.`),
    ),
    ...(rules.length === 0 ? ['core/SPEC.md has no rules.'] : []),
  ]
}

/** @param {string} root */
export async function checkRules(root) {
  const rules = readRules(readFileSync(join(root, 'core', 'SPEC.md'), 'utf8'))
  const paths = globSync('test/**/*.{ts,tsx}', { cwd: root, exclude: ['test/fixtures/**'] }).toSorted()
  const citations = paths.map((path) => ({ path, ids: readCitations(path, readFileSync(join(root, path), 'utf8')) }))
  const problems = findRuleProblems(rules, citations)
  return problems.length === 0 ? undefined : problems.join('\n')
}

/**
 * Whether the call that a title is given to makes a test that runs. Inside `describe` the body is an argument too, so only
 * a title that is itself an argument of the call is judged by it.
 * @param {typescript.Node} title
 */
function isProof(title) {
  const argument = typescript.isTemplateExpression(title.parent) ? title.parent : title
  const call = argument.parent
  if (!typescript.isCallExpression(call) || call.arguments[0] !== argument) return true
  return !NO_PROOF.test(call.expression.getText())
}
