/** A rollout as a mermaid gantt, drawn from its state. Names come from people: they are cut down to what means nothing to mermaid ([RO8]). */
import type { NodeOutcome } from './outcome.ts'
import type { Rollout, Wave } from './rollout.ts'
import { progressOf } from './verdict.ts'

/** A wave that is still to come is drawn as long as it is watched, and never too short to be seen. */
const shortestMs = 3_600_000

export function drawRollout(rollout: Rollout, outcomes: ReadonlyMap<string, NodeOutcome>, nowMs: number): string {
  const endMs = rollout.phase === 'COMPLETED' || rollout.phase === 'ABORTED' ? rollout.sinceMs : nowMs
  const lines = rollout.waves.flatMap((wave, at) => {
    const { converged, size } = progressOf(wave, outcomes)
    const next = rollout.waves[at + 1]?.openedAtMs ?? null
    // The words in front keep a name from beginning a line, where mermaid has words of its own.
    const label = `Wave ${at + 1} ${plainName(wave.name)}`
    return [
      `section ${label}`,
      `${label}, ${converged} of ${size} converged :${statusOf(rollout, wave, next)}wave${at + 1}, ${spanOf(wave, at, next, endMs, rollout)}`,
    ]
  })
  return ['gantt', `title Rollout ${plainName(rollout.name)}`, 'dateFormat YYYY-MM-DDTHH:mm:ss', 'axisFormat %m-%d %H:%M', ...lines]
    .map((line, at) => (at === 0 ? line : `    ${line}`))
    .join('\n')
}

/** Letters, digits and spaces of any script, at most 60 of them; what mermaid could read as more than a name becomes a space. */
export function plainName(name: string): string {
  const plain = name
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, ' ')
    .replaceAll('--', ' ')
  return [...plain.trim()].slice(0, 60).join('').trim() || 'unnamed'
}

function statusOf(rollout: Rollout, wave: Wave, nextOpenedAtMs: number | null): string {
  if (wave.openedAtMs === null) return ''
  if (rollout.phase === 'ABORTED') return 'crit, '
  return rollout.phase === 'COMPLETED' || nextOpenedAtMs !== null ? 'done, ' : 'active, '
}

function spanOf(wave: Wave, at: number, nextOpenedAtMs: number | null, endMs: number, rollout: Rollout): string {
  if (wave.openedAtMs === null) {
    const seconds = Math.ceil(Math.max(shortestMs, wave.soakSeconds * 1000) / 1000)
    return at === 0 ? `${clock(rollout.plannedAtMs)}, ${seconds}s` : `after wave${at}, ${seconds}s`
  }
  return `${clock(wave.openedAtMs)}, ${clock(Math.max(nextOpenedAtMs ?? endMs, wave.openedAtMs + 1000))}`
}

/** In UTC, and without the letter that says so: mermaid would turn it into the time of the machine. */
function clock(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19)
}
