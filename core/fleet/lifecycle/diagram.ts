/** The machines drawn as mermaid `stateDiagram-v2`, from the very tables that decide. Holds no text from outside. */
import { modeArrows } from '../connectivity/mode-machine.ts'
import type { ConnectivityMode, Phase } from '../node/node-record.ts'
import { phaseArrows } from './phase-machine.ts'

export function drawPhaseMachine(current: Phase | null): string {
  const arrows = mergeLabels(phaseArrows.map(({ from, to, label }) => ({ from, to, label })))
  return diagram(['[*] --> PROVISIONING', ...arrows, 'RETIRED --> [*]'], current)
}

export function drawModeMachine(current: ConnectivityMode | null): string {
  const arrows = mergeLabels(modeArrows.map(({ from, to, label }) => ({ from: from ?? '[*]', to, label })))
  return diagram(arrows, current)
}

function diagram(lines: readonly string[], current: string | null): string {
  const lit = current === null ? [] : [`class ${current} present`]
  return ['stateDiagram-v2', 'classDef present font-weight:bold,stroke-width:3px', ...lines, ...lit]
    .map((line, at) => (at === 0 ? line : `    ${line}`))
    .join('\n')
}

/** Several arrows between the same two states are drawn as one with all their labels. */
function mergeLabels(arrows: readonly { readonly from: string; readonly to: string; readonly label: string }[]): string[] {
  const labels = new Map<string, string[]>()
  for (const { from, to, label } of arrows) {
    const known = labels.get(`${from} --> ${to}`) ?? []
    labels.set(`${from} --> ${to}`, known.includes(label) ? known : [...known, label])
  }
  return [...labels].map(([arrow, texts]) => `${arrow}: ${texts.join(' / ')}`)
}
