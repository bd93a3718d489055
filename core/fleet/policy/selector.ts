/** Which nodes of a domain an assignment is for. Only what stays true of a node from day to day: a policy must not come and go with the link. */
import { z } from 'zod'
import { nodeKinds } from '../node/node-record.ts'

const id = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const tag = z.string().min(1).max(200)

/** What is absent asks nothing; what is there has to hold, all of it. The empty selector is every node of the domain and below. */
export const policySelectorSchema = z.strictObject({
  nodeIds: z.array(id).min(1).max(10_000).optional(),
  tagsAll: z.array(tag).min(1).max(100).optional(),
  tagsAny: z.array(tag).min(1).max(100).optional(),
  kinds: z.array(z.enum(nodeKinds)).min(1).optional(),
})
export type PolicySelector = z.infer<typeof policySelectorSchema>

export type SelectableNode = { readonly id: string; readonly kind: string; readonly tags: readonly string[] }

export function isSelected(selector: PolicySelector, node: SelectableNode): boolean {
  const { nodeIds, tagsAll, tagsAny, kinds } = selector
  if (nodeIds !== undefined && !nodeIds.includes(node.id)) return false
  if (tagsAll !== undefined && !tagsAll.every((wanted) => node.tags.includes(wanted))) return false
  if (tagsAny !== undefined && !tagsAny.some((wanted) => node.tags.includes(wanted))) return false
  return kinds === undefined || kinds.some((kind) => kind === node.kind)
}

/** Positive when `a` says more of a node than `b`: its name, then how many tags it must have, then one of several tags, then its kind. */
export function compareSpecificity(a: PolicySelector, b: PolicySelector): number {
  const ranks = (selector: PolicySelector): readonly number[] => [
    selector.nodeIds === undefined ? 0 : 1,
    new Set(selector.tagsAll).size,
    selector.tagsAny === undefined ? 0 : 1,
    selector.kinds === undefined ? 0 : 1,
  ]
  const right = ranks(b)
  return (
    ranks(a)
      .map((rank, at) => rank - (right[at] ?? 0))
      .find((difference) => difference !== 0) ?? 0
  )
}

/** "the node itself", "nodes with pump and north": for the sentence that says why a policy holds. */
export function wordsOfSelector({ nodeIds, tagsAll, tagsAny, kinds }: PolicySelector): string {
  const parts = [
    nodeIds === undefined ? [] : [nodeIds.length === 1 ? 'this node by name' : `${nodeIds.length} nodes by name`],
    tagsAll === undefined ? [] : [`nodes with ${tagsAll.join(' and ')}`],
    tagsAny === undefined ? [] : [`nodes with ${tagsAny.join(' or ')}`],
    kinds === undefined ? [] : [`nodes of kind ${kinds.join(' or ')}`],
  ].flat()
  return parts.length === 0 ? 'every node' : parts.join(', ')
}
