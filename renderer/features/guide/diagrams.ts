/** The diagrams of the guide as mermaid text: the machines by their tables, the objects by their schemas, a return by its sequence. */
import { drawCommandStages, drawModeMachine, drawPhaseMachine } from '../../../core/contract/diagrams.ts'
import artifact from '../../../resources/schemas/artifact.json' with { type: 'json' }
import command from '../../../resources/schemas/command.json' with { type: 'json' }
import domain from '../../../resources/schemas/domain.json' with { type: 'json' }
import node from '../../../resources/schemas/node.json' with { type: 'json' }
import policyBundle from '../../../resources/schemas/policy-bundle.json' with { type: 'json' }
import relay from '../../../resources/schemas/relay.json' with { type: 'json' }
import timeline from '../../../resources/schemas/timeline.json' with { type: 'json' }
import { lifelines, toSequence } from '../returns/sequence-model.ts'

export const diagramNames = ['phases', 'modes', 'commands', 'objects', 'layers', 'return'] as const
export type DiagramName = (typeof diagramNames)[number]

export function drawGuideDiagram(name: DiagramName): string {
  switch (name) {
    case 'phases':
      return drawPhaseMachine(null)
    case 'modes':
      return drawModeMachine(null)
    case 'commands':
      return drawCommandStages(null)
    case 'objects':
      return drawObjectMap()
    case 'layers':
      return drawLayers()
    case 'return':
      return drawReturn()
  }
}

const objects: readonly { readonly title: string; readonly properties: object }[] = [
  node,
  domain,
  relay,
  policyBundle,
  command,
  timeline,
  artifact,
]
/** What a field refers to where its name does not say it by itself. */
const targets: Readonly<Record<string, string>> = {
  node_id: 'Node',
  domain_id: 'Domain',
  parent_id: 'Domain',
  upstream_id: 'Relay',
  policy_bundle_id: 'PolicyBundle',
}

/** An arrow for each field that names another object, at any depth of the schema. */
export function drawObjectMap(): string {
  const arrows = objects.flatMap(({ title, properties }) =>
    [...fieldsOf(properties)].flatMap((field) => (targets[field] === undefined ? [] : [`  ${title} -->|${field}| ${targets[field]}`])),
  )
  return ['flowchart LR', ...objects.map(({ title }) => `  ${title}[${title}]`), ...new Set(arrows)].join('\n')
}

function fieldsOf(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return found
  for (const [key, inner] of Object.entries(value)) {
    found.add(key)
    fieldsOf(inner, found)
  }
  return found
}

/** The levels of domains as the schema knows them, above the kinds of nodes. */
function drawLayers(): string {
  const levels = domain.properties.level.enum
  const kinds = node.properties.kind.enum
  const down = levels.slice(1).map((level, at) => `  ${levels[at] ?? ''} --> ${level}`)
  return [
    'flowchart TD',
    ...levels.map((level) => `  ${level}[${level}]`),
    ...down,
    ...kinds.map((kind) => `  ${levels.at(-1) ?? ''} --> K_${kind}[${kind}]`),
  ].join('\n')
}

/** By the rows that every return is shown with, with both ways it may end. */
function drawReturn(): string {
  const told = { step: 'PROVING', receivedEvents: 0, closedAt: '1970-01-01T00:00:00Z' } as const
  const released = toSequence({ ...told, verdict: 'CLEAN' })
  const quarantined = toSequence({ ...told, verdict: 'QUARANTINED' })
  const line = ({ from, to, name }: (typeof released)[number]): string => `  ${from}->>${to}: ${name}`
  return [
    'sequenceDiagram',
    ...lifelines.map((lifeline) => `  participant ${lifeline}`),
    ...released.slice(0, -1).map(line),
    '  alt',
    ...released.slice(-1).map(line),
    '  else',
    ...quarantined.slice(-1).map(line),
    '  end',
  ].join('\n')
}
