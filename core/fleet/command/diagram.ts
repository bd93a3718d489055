/** The stages of a command drawn as mermaid `stateDiagram-v2`, from the very table that decides. Holds no text from outside. */
import { type CommandStage, isOver, stageArrows } from './stage-machine.ts'

/** With `current` marked; null marks none. The names of mermaid's states have no hyphens. */
export function drawCommandStages(current: CommandStage | null): string {
  const labels = new Map<string, string[]>()
  for (const { from, to, label } of stageArrows) {
    const arrow = `${nameOf(from)} --> ${nameOf(to)}`
    const known = labels.get(arrow) ?? []
    labels.set(arrow, known.includes(label) ? known : [...known, label])
  }
  const ends = [...new Set(stageArrows.map(({ to }) => to))].filter(isOver).map((stage) => `${nameOf(stage)} --> [*]`)
  return [
    'stateDiagram-v2',
    '    classDef present font-weight:bold,stroke-width:3px',
    '    [*] --> issued',
    ...[...labels].map(([arrow, texts]) => `    ${arrow}: ${texts.join(' / ')}`),
    ...ends.map((line) => `    ${line}`),
    ...(current === null ? [] : [`    class ${nameOf(current)} present`]),
  ].join('\n')
}

function nameOf(stage: CommandStage): string {
  return stage.replaceAll('-', '_')
}
