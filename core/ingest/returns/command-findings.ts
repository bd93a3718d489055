/** What the node did with commands while it was away, held against what was issued ([RT12]). */
import { finding, type CommandEnded, type Finding, type JudgedAgainst, type TimeAway } from './judged.ts'

/** Named one by one up to here; the rest as a number. */
const maxNamed = 5

export function commandFindings({ commands }: TimeAway, { issued, policy }: JudgedAgainst): readonly Finding[] {
  const known = commands.map((command) => ({ ...command, issued: issued(command.commandId) }))
  const applied = known.filter(({ ended }) => ended === 'applied')
  const kind = policy === 'strict' ? 'drift' : 'notice'
  const findings: Finding[] = []
  const foreign = applied.filter((command) => command.issued === undefined)
  if (foreign.length > 0) {
    findings.push(
      finding(
        kind,
        'COMMAND_NOT_ISSUED',
        `It carried out ${counted(foreign.length)} that no master known here issued (${named(foreign)}).`,
        'Another master may have, and its log has not come yet: compare with it. If nobody did, treat the key as stolen.',
      ),
    )
  }
  const tooLate = applied.filter((command) => command.issued?.word === 'cancelled' || command.issued?.word === 'superseded')
  if (tooLate.length > 0) {
    findings.push(
      finding(
        kind,
        'COMMAND_TAKEN_BACK',
        `It carried out ${counted(tooLate.length)} that had been taken back here meanwhile (${named(tooLate)}).`,
        'The word did not reach it in time. Undo by another command what must not stay.',
      ),
    )
  }
  const unsure = known.filter(({ ended, issued: its }) => ended === 'unsure' && its?.isSettled !== true)
  if (unsure.length > 0) {
    findings.push(
      finding(
        kind,
        'COMMAND_UNSURE',
        `It does not know whether ${counted(unsure.length)} took effect (${named(unsure)}).`,
        'Find out at the node, and settle it here.',
      ),
    )
  }
  const refused = known.filter(({ ended }) => ended === 'rejected')
  if (refused.length > 0) {
    const [first] = refused
    findings.push(
      finding(
        'notice',
        'COMMAND_REFUSED',
        `It refused ${counted(refused.length)} (${named(refused)}): ${first?.sentence ?? ''}`.trim().replace(/:$/, '.'),
        'See why, and issue again what is still wanted.',
      ),
    )
  }
  const told = (['applied', 'expired', 'withdrawn'] as const).flatMap((ended) => {
    const count = known.filter((command) => command.ended === ended).length
    return count === 0 ? [] : [`${count} ${wordOf[ended]}`]
  })
  if (told.length > 0)
    findings.push(finding('notice', 'COMMANDS_WHILE_AWAY', `Of its commands, ${told.join(', ')}.`, 'Read them on its timeline.'))
  return findings
}

const wordOf: Readonly<Record<CommandEnded, string>> = {
  applied: 'carried out',
  rejected: 'refused',
  expired: 'ran out before they could be',
  withdrawn: 'left undone as they were taken back',
  unsure: 'of unknown outcome',
}

function counted(count: number): string {
  return count === 1 ? 'a command' : `${count} commands`
}

function named(commands: readonly { readonly commandId: string; readonly issued: { readonly kind: string } | undefined }[]): string {
  const names = commands.slice(0, maxNamed).map(({ commandId, issued }) => `${issued?.kind ?? 'unknown'} ${commandId}`)
  return `${names.join(', ')}${commands.length > maxNamed ? `, and ${commands.length - maxNamed} more` : ''}`
}
