/** Projections that are as sensitive to order as can be: they show every event that was applied out of its place, twice or not at all. */
import { decisions } from '../../../core/fleet/decisions.ts'
import { nodeEvents } from '../../../core/fleet/node/node-events.ts'
import { defineProjection, type Fold, type Projection } from '../../../core/projections/projection.ts'

const inOrder: Fold<readonly string[]> = { initial: [], apply: (ids, { event }) => [...ids, event.id] }
const counted: Fold<number> = { initial: 0, apply: (count) => count + 1, commutes: true }
const handles = [...new Set([...Object.keys(decisions), ...Object.keys(nodeEvents)])]

/** Both halves in order. */
export const orderProbe: Projection = defineProjection<readonly string[], readonly string[]>({
  name: 'order-probe',
  version: 1,
  handles,
  facts: inOrder,
  decisions: inOrder,
  table: { name: 'order_probes', columns: { facts: 'TEXT', decisions: 'TEXT' }, indexes: [] },
  row: (_subject, facts, decided) => ({ facts: facts.join(' '), decisions: decided.join(' ') }),
})

/** Facts that commute beside decisions that do not: folding again for the one must not count the other twice. */
export const countProbe: Projection = defineProjection<number, readonly string[]>({
  name: 'count-probe',
  version: 1,
  handles,
  facts: counted,
  decisions: inOrder,
  table: { name: 'count_probes', columns: { facts: 'INTEGER', decisions: 'TEXT' }, indexes: [] },
  row: (_subject, facts, decided) => ({ facts, decisions: decided.join(' ') }),
})
