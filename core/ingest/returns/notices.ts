/** What is worth knowing after a return and not worth stopping for. */
import { maxAheadMs } from '../../kernel/hlc.ts'
import { share } from './drift-findings.ts'
import { finding, laneOf, type Finding, type JudgedAgainst, type TimeAway } from './judged.ts'

export function notices(away: TimeAway, against: JudgedAgainst): readonly Finding[] {
  return [...aboutItsClock(away), ...aboutItsLogs(away), ...aboutItsTime(away), ...aboutDesired(away, against), ...aboutDrift(against)]
}

function aboutItsClock({ clockOffsetMs }: TimeAway): readonly Finding[] {
  if (Math.abs(clockOffsetMs) <= maxAheadMs) return []
  const sentence = `Its clock is ${words(Math.abs(clockOffsetMs))} ${clockOffsetMs > 0 ? 'ahead of' : 'behind'} this master's. Its events are kept in their own order.`
  return [finding('notice', 'CLOCK_FAR_OFF', sentence, 'Set its clock.')]
}

function aboutItsLogs({ behind, unreadableEvents }: TimeAway): readonly Finding[] {
  const restored = behind.map(({ log, held, claimed }) =>
    finding(
      'notice',
      'NODE_RESTORED',
      `It holds ${claimed} events of its ${laneOf(log)} log, this master ${held}: it seems to have been restored from an older state.`,
      'Nothing is lost here. See that it was restored on purpose.',
    ),
  )
  if (unreadableEvents === 0) return restored
  return [
    ...restored,
    finding(
      'notice',
      'EVENT_UNREADABLE',
      `${unreadableEvents} of its events could not be read. They are kept, without effect.`,
      'See whether its software is newer than this master.',
    ),
  ]
}

function aboutItsTime({ criticalAlarms, decisions }: TimeAway): readonly Finding[] {
  const alone = decisions.reduce((sum, { times }) => sum + times, 0)
  return [
    ...(criticalAlarms === 0
      ? []
      : [
          finding(
            'notice',
            'ALARMS_WHILE_AWAY',
            `It raised ${criticalAlarms} critical alarms while it was away.`,
            'Read them on its timeline.',
          ),
        ]),
    ...(alone === 0
      ? []
      : [
          finding(
            'notice',
            'DECIDED_ALONE',
            alone === 1 ? 'It took one decision on its own.' : `It took ${alone} decisions on its own.`,
            'Read them on its timeline.',
          ),
        ]),
  ]
}

function aboutDesired({ adopted }: TimeAway, { desired, drift }: JudgedAgainst): readonly Finding[] {
  if (desired === undefined || drift === undefined || drift.outOfSpec === 0) return []
  if (adopted.some(({ policyBundleId }) => policyBundleId === desired.policyBundleId)) return []
  return [
    finding(
      'notice',
      'DESIRED_NOT_ADOPTED',
      'What is desired of it changed, or is not in place yet.',
      'It takes it over by itself now that it is back.',
    ),
  ]
}

/** Where both are known: a node that comes back is seldom what it was. */
function aboutDrift({ driftBefore, drift }: JudgedAgainst): readonly Finding[] {
  if (driftBefore === undefined || drift === undefined || driftBefore.score === drift.score) return []
  const sentence = `What is known of it differs from what is desired by ${share(drift.score)} now (${drift.outOfSpec} settings); before it came back by ${share(driftBefore.score)} (${driftBefore.outOfSpec}).`
  return [finding('notice', 'DRIFT_CHANGED', sentence, 'Compare desired and actual on its page.')]
}

function words(ms: number): string {
  const hours = ms / 3_600_000
  if (hours < 2) return `${Math.round(ms / 60_000)} minutes`
  if (hours < 48) return `${Math.round(hours)} hours`
  const days = hours / 24
  return days < 730 ? `${Math.round(days)} days` : `${Math.round(days / 365)} years`
}
