/**
 * Every event in a plain sentence. One line per type: a type without a sentence does not compile. Whatever came from outside goes
 * through plainText ([QY10]).
 */
import { openStatement } from '../../fleet/authority/statement.ts'
import type { ContactSchedule } from '../../fleet/connectivity/connectivity-events.ts'
import type { DecisionData, DecisionType } from '../../fleet/decisions.ts'
import { decisions } from '../../fleet/decisions.ts'
import type { NodeEventData, NodeEventType } from '../../fleet/node/node-events.ts'
import { nodeEvents } from '../../fleet/node/node-events.ts'
import { secondsInWords } from './durations.ts'
import { plainText, quoted } from './plain-text.ts'

/** How things are called here; what is not known is called by its id. */
export type Names = {
  readonly master: (id: string) => string
  readonly domain: (id: string) => string
  readonly policy: (id: string) => string
}

type Decided = { readonly [Type in DecisionType]: (data: DecisionData<Type>, names: Names) => string }
type Recorded = { readonly [Type in NodeEventType]: (data: NodeEventData<Type>, names: Names) => string }

const decided: Decided = {
  'ibcf.log.opened.v1': ({ reason }) => `A log was opened. ${said(reason)}`.trim(),
  'ibcf.master.created.v1': ({ name, level }) => `The master ${quoted(name)} was founded at the level ${level}.`,
  'ibcf.master.renamed.v1': ({ name }) => `The master is called ${quoted(name)} from now on.`,
  'ibcf.operator.created.v1': ({ name, role }) => `${quoted(name)} may act here as ${plainText(role)}.`,
  'ibcf.domain.created.v1': ({ name, level }) => `The domain ${quoted(name)} was made at the level ${level}.`,
  'ibcf.domain.renamed.v1': ({ name }) => `The domain is called ${quoted(name)} from now on.`,
  'ibcf.domain.configured.v1': ({ thresholds }) =>
    `Thresholds were set: ${
      Object.entries(thresholds)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ') || 'none'
    }.`,
  'ibcf.incarnation.opened.v1': ({ reason }) =>
    reason === 'restored'
      ? 'The master was restored from a backup and began a new life, without authority.'
      : 'The database of the master was found behind what it had signed; it began a new life, without authority.',
  'ibcf.authority.granted.v1': ({ masterId, epoch }, names) => `${names.master(masterId)} became master of record at epoch ${epoch}.`,
  'ibcf.authority.delegated.v1': ({ masterId }, names) =>
    `${names.master(masterId)} may claim the domain when its holder cannot be reached.`,
  'ibcf.authority.claimed.v1': ({ epoch, reason }) => `It was claimed by delegation, at epoch ${epoch}. ${said(reason ?? '')}`.trim(),
  'ibcf.authority.witnessed.v1': ({ statement }, names) => {
    const opened = openStatement(statement)
    if (!opened.ok || opened.value.kind !== 'grant') return 'A node showed a grant that cannot be read.'
    const { master, epoch } = opened.value
    return `A node showed that ${names.master(master.masterId)} had been given it at epoch ${epoch}; no event of that was held here.`
  },
  'ibcf.authority.resolved.v1': ({ disputedEpoch, masterId, epoch }, names) =>
    `The contest over epoch ${disputedEpoch} was decided: ${names.master(masterId)} is master of record at epoch ${epoch}.`,
  'ibcf.authority.released.v1': ({ epoch, reason }) => `Its authority at epoch ${epoch} was given up. ${said(reason)}`.trim(),
  'ibcf.authority.lapsed.v1': ({ masterId, epoch }, names) => `The grant to ${names.master(masterId)} at epoch ${epoch} ran out.`,
  'ibcf.authority.reviewed.v1': ({ verdict, findings }) =>
    `The broken glass was looked into and ${verdict === 'upheld' ? 'upheld' : 'found wrong'}. ${said(findings)}`.trim(),
  'ibcf.enrolment.requested.v1': ({ name, kind }) => `${quoted(name)} asked to join as ${kind}.`,
  'ibcf.enrolment.approved.v1': ({ domainId }, names) => `It was let into ${names.domain(domainId)}.`,
  'ibcf.enrolment.refused.v1': ({ reason }) => `It was turned away. ${said(reason)}`.trim(),
  'ibcf.lifecycle.transitioned.v1': ({ from, to, reason }) => `${from} became ${to}. ${said(reason)}`.trim(),
  'ibcf.connectivity.assessed.v1': ({ to, reason }) => `It is ${to}. ${said(reason)}`.trim(),
  'ibcf.key.revoked.v1': ({ reason }) => `Its key was cut. ${said(reason)}`.trim(),
  'ibcf.session.opened.v1': ({ expectedEvents }) => `It came back; ${counted(expectedEvents, 'event')} to be replayed.`,
  'ibcf.session.closed.v1': ({ verdict, receivedEvents, reasons }) =>
    [closings[verdict], `${counted(receivedEvents, 'event')} received.`, ...reasons.map(({ sentence }) => said(sentence))].join(' '),
  'ibcf.segment.accepted.v1': ({ from, to }) => `Its events ${from} to ${to} were taken in.`,
  'ibcf.evidence.parked.v1': ({ sentence, code }) =>
    `Something it sent was refused and kept as evidence. ${said(sentence)} (${plainText(code)})`,
  'ibcf.policy.published.v1': ({ name, version }) => `The policy ${quoted(name)} ${plainText(version)} was published.`,
  'ibcf.policy.assigned.v1': ({ policyBundleId }, names) => `It is to be as the policy ${names.policy(policyBundleId)} says.`,
  'ibcf.policy.targeted.v1': ({ policyBundleId, reason }, names) =>
    `Some of its nodes are to be as the policy ${names.policy(policyBundleId)} says. ${said(reason)}`.trim(),
  'ibcf.policy.withdrawn.v1': ({ reason }) => `An assignment of a policy was withdrawn. ${said(reason)}`.trim(),
  'ibcf.rollout.planned.v1': ({ name, policyBundleId, waves }, names) =>
    `The rollout ${quoted(name)} of the policy ${names.policy(policyBundleId)} was planned, in ${counted(waves.length, 'wave')}.`,
  'ibcf.rollout.enlisted.v1': ({ wave, nodeIds }) => `Put into wave ${wave + 1}: ${counted(nodeIds.length, 'node')}.`,
  'ibcf.rollout.started.v1': ({ reason }) => `The rollout was started. ${said(reason)}`.trim(),
  'ibcf.rollout.gate-opened.v1': ({ wave, reason }) => `The gate before wave ${wave + 1} was opened. ${said(reason)}`.trim(),
  'ibcf.rollout.advanced.v1': ({ wave, reason }) => `Wave ${wave + 1} was opened. ${said(reason)}`.trim(),
  'ibcf.rollout.paused.v1': ({ reason }) => `The rollout was paused. ${said(reason)}`.trim(),
  'ibcf.rollout.approved.v1': ({ reason }) => `Another person agreed to what the rollout installs. ${said(reason)}`.trim(),
  'ibcf.rollout.resumed.v1': ({ reason }) => `The rollout was resumed. ${said(reason)}`.trim(),
  'ibcf.rollout.aborted.v1': ({ reason }) => `The rollout was aborted. ${said(reason)}`.trim(),
  'ibcf.rollout.completed.v1': ({ reason }) => `The rollout was completed. ${said(reason)}`.trim(),
  'ibcf.waiver.granted.v1': ({ path, until, reason }) =>
    `Drift at ${plainText(path)} is accepted until ${plainText(until)}. ${said(reason)}`.trim(),
  'ibcf.waiver.revoked.v1': ({ reason }) => `Drift that was accepted is not any more. ${said(reason)}`.trim(),
  'ibcf.reconciliation.set.v1': ({ policy, reason }) =>
    `What comes back is reconciled ${policy === null ? 'as the domain above says' : `by the policy ${policy}`}. ${said(reason)}`.trim(),
  'ibcf.hardware.offered.v1': ({ serial }) =>
    `Another machine${serial === null ? '' : ` (${plainText(serial, 60)})`} asked to be this node from now on.`,
  'ibcf.hardware.refused.v1': ({ reason }) => `The other machine was turned away. ${said(reason)}`.trim(),
  'ibcf.key.replaced.v1': ({ serial, reason }) =>
    `It has another key${serial === null ? '' : ` and the serial ${plainText(serial, 60)}`}; the old key was cut. ${said(reason)}`.trim(),
  'ibcf.fork.resolved.v1': ({ at, reason }) => `It was decided which telling of its log counts from event ${at} on. ${said(reason)}`.trim(),
  'ibcf.node.released.v1': ({ reason }) => `Let go to another domain: ${reason}`,
  'ibcf.node.taken.v1': ({ reason }) => `Taken over into this domain: ${reason}`,
  'ibcf.node.scheduled.v1': ({ schedule, reason }) =>
    `It is expected to be heard ${schedule === null ? 'as it said itself' : scheduleWords(schedule)}. ${said(reason)}`.trim(),
  'ibcf.relay.registered.v1': ({ name, kind }) => `The relay ${quoted(name)} was registered as ${kind}.`,
  'ibcf.relay.rerouted.v1': ({ reason }) => `The relay leads another way. ${said(reason)}`.trim(),
  'ibcf.relay.retired.v1': ({ reason }) => `The relay was retired. ${said(reason)}`.trim(),
  'ibcf.attention.acknowledged.v1': ({ note }) => `It was seen to need attention. ${said(note)}`.trim(),
  'ibcf.attention.snoozed.v1': ({ until, reason }) => `It was put off until ${plainText(until)}. ${said(reason)}`.trim(),
  'ibcf.attention.assigned.v1': ({ operatorId }) =>
    operatorId === null ? 'It is nobody’s task any more.' : 'It was given to a person to see to.',
  'ibcf.attention.resolved.v1': ({ reason }) => `What needed attention was resolved. ${said(reason)}`.trim(),
  'ibcf.attention.weighted.v1': () => 'What counts how much for attention was set.',
  'ibcf.maintenance.begun.v1': ({ until, reason }) => `It is being worked on until ${plainText(until)}. ${said(reason)}`.trim(),
  'ibcf.maintenance.ended.v1': ({ cause, reason }) =>
    cause === 'time' ? 'The time for working on it is over.' : `It is not worked on any more. ${said(reason)}`.trim(),
  'ibcf.note.written.v1': ({ text }) => `Noted: ${said(text)}`,
  'ibcf.bundle.packed.v1': ({ forName, carriedBy }) =>
    `A bundle was packed for ${quoted(forName)}${carriedBy === '' ? '' : `, to be carried by ${quoted(carriedBy)}`}.`,
  'ibcf.bundle.departed.v1': ({ carriedBy, note }) =>
    `The bundle is on its way${carriedBy === '' ? '' : `, carried by ${quoted(carriedBy)}`}. ${said(note)}`.trim(),
  'ibcf.bundle.lost.v1': ({ reason }) => `The bundle was given up for lost. ${said(reason)}`.trim(),
  'ibcf.bundle.imported.v1': ({ fromName, storedEvents, outcome }) =>
    `A bundle of ${quoted(fromName)} was taken in${outcome === 'part' ? ' in part' : ''}: ${counted(storedEvents, 'new event')}.`,
  'ibcf.bundle.receipt-back.v1': ({ fromMasterId }, names) => `${names.master(fromMasterId)} acknowledged the bundle.`,
  'ibcf.command.issued.v1': ({ kind, reason }) => `It is to do ${plainText(kind, 60)}. ${said(reason)}`.trim(),
  'ibcf.command.approved.v1': ({ reason }) => `A second person approved the command. ${said(reason)}`.trim(),
  'ibcf.command.cancelled.v1': ({ reason }) => `The command was cancelled. ${said(reason)}`.trim(),
  'ibcf.command.superseded.v1': () => 'A later command took its place.',
  'ibcf.command.lapsed.v1': () => 'The command was not run in its time.',
  'ibcf.command.settled.v1': ({ outcome, findings }) =>
    `A person found that the command ${outcome === 'applied' ? 'took effect' : 'did not take effect'}. ${said(findings)}`.trim(),
  'ibcf.presence.digested.v1': ({ contacts }) => `Presence was summed up: ${counted(contacts, 'contact')}.`,
}

const recorded: Recorded = {
  'ibcf.log.opened.v1': ({ reason }) => `It opened a log. ${said(reason)}`.trim(),
  'ibcf.connection.lost.v1': ({ attempts }) => `It lost its master after ${counted(attempts, 'attempt')} and goes on alone.`,
  'ibcf.connection.regained.v1': ({ offlineSeconds }) => `It found its master again after ${secondsInWords(offlineSeconds)} alone.`,
  'ibcf.decision.taken.v1': ({ policy, decision, basis }) =>
    `It decided alone, by ${quoted(policy)}: ${said(decision)} Because: ${said(basis)}`,
  'ibcf.alarm.raised.v1': ({ name, severity, detail }) => `Alarm (${severity}): ${plainText(name)}. ${said(detail)}`.trim(),
  'ibcf.agent.started.v1': ({ version, unclean }) =>
    `Its agent ${plainText(version)} started${unclean ? ' after it had ended without warning' : ''}.`,
  'ibcf.desired.adopted.v1': ({ policyBundleId, policyVersion }, names) =>
    `It took on the policy ${names.policy(policyBundleId)} ${plainText(policyVersion)}.`,
  'ibcf.desired.refused.v1': ({ policyBundleId, sentence, code }, names) =>
    `It refused the policy ${names.policy(policyBundleId)}. ${said(sentence)} (${plainText(code)})`,
  'ibcf.desired.proven.v1': ({ policyBundleId, version, isAfterRestart, found }, names) =>
    `It runs ${plainText(version)} under the policy ${names.policy(policyBundleId)}${isAfterRestart ? ', after a restart' : ''}. Found: ${said(found)}`,
  'ibcf.command.received.v1': () => 'It received a command.',
  'ibcf.command.started.v1': ({ attempt }) => `It began to run a command${attempt > 1 ? `, for the ${attempt}. time` : ''}.`,
  'ibcf.command.applied.v1': ({ proof }) => `It ran a command. Found afterwards: ${said(proof)}`,
  'ibcf.command.rejected.v1': ({ sentence, code }) => `It refused a command. ${said(sentence)} (${plainText(code)})`,
  'ibcf.command.expired.v1': () => 'A command reached it too late and was not run.',
  'ibcf.command.withdrawn.v1': ({ why }) => `It did not run a command that was ${why}.`,
  'ibcf.command.unsure.v1': ({ sentence }) => `It cannot say whether a command took effect. ${said(sentence)}`,
  'ibcf.observation.recorded.v1': ({ kind, values }) => `Observed ${plainText(kind)}: ${valuesInWords(values)}.`,
  'ibcf.health.changed.v1': ({ from, to, detail }) => `Its health went from ${from} to ${to}. ${said(detail)}`.trim(),
  'ibcf.link.measured.v1': ({ link }) =>
    `Its link: ${rounded(link.rtt_ms)} ms round trip, ${rounded(link.loss_pct)} % loss, ${rounded(link.bandwidth_kbps)} kbit/s.`,
  'ibcf.relay.overflowed.v1': ({ origin, lane, reason, items, events, code }) =>
    `Of what ${plainText(origin)} left there (${lane}), ${counted(items, 'piece')} with ${counted(events, 'event')} ${
      { dropped: 'had to make room and were let go', full: 'were not taken for lack of room', refused: 'were refused by the next hop' }[
        reason
      ]
    }${code === null ? '.' : ` (${plainText(code)}).`}`,
  'ibcf.snapshot.taken.v1': ({ parts }) => `It took a snapshot: ${parts.map(({ name }) => name).join(', ') || 'nothing in it'}.`,
}

function scheduleWords(schedule: ContactSchedule): string {
  switch (schedule.kind) {
    case 'interval':
      return `every ${secondsInWords(schedule.everySeconds)}`
    case 'cron':
      return `at ${plainText(schedule.expression)} (${plainText(schedule.zone)})`
    case 'window':
      return `within ${secondsInWords(schedule.openSeconds)} of ${plainText(schedule.opens)} (${plainText(schedule.zone)})`
  }
}

/** Of an event by a master. `data` must fit the type. */
export function sentenceOfDecision(type: DecisionType, data: unknown, names: Names): string {
  const say = decided[type] as (data: unknown, names: Names) => string
  return say(data, names)
}

/** Of an event in a node's own log. `data` must fit the type. */
export function sentenceOfFact(type: NodeEventType, data: unknown, names: Names): string {
  const say = recorded[type] as (data: unknown, names: Names) => string
  return say(data, names)
}

export function isDecisionType(type: string): type is DecisionType {
  return Object.hasOwn(decisions, type)
}

export function isNodeEventType(type: string): type is NodeEventType {
  return Object.hasOwn(nodeEvents, type)
}

const closings: Readonly<Record<DecisionData<'ibcf.session.closed.v1'>['verdict'], string>> = {
  CLEAN: 'Its return ended clean.',
  QUARANTINED: 'Its return ended in quarantine.',
  ABANDONED: 'Its return was given up.',
}

/** A text of others as a sentence: with a full stop, if it has no end of its own. */
function said(text: string): string {
  const words = plainText(text, 500)
  return words === '' || /[.!?…]$/u.test(words) ? words : `${words}.`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function valuesInWords(values: Readonly<Record<string, number | string | boolean>>): string {
  const shown = Object.entries(values).slice(0, 6)
  const rest = Object.keys(values).length - shown.length
  const words = shown.map(
    ([name, value]) => `${plainText(name, 60)} ${typeof value === 'number' ? String(value) : plainText(String(value), 60)}`,
  )
  return [...words, ...(rest > 0 ? [`${rest} more`] : [])].join(', ') || 'nothing'
}
