/** What keeps a node out because of who it may be: judged alike under every policy. */
import { finding, laneOf, type Finding, type JudgedAgainst, type TimeAway } from './judged.ts'

const reImage =
  'Have someone look at the machine. If its history was altered, re-image it and enrol it anew; else release it with a reason.'

/** What is found while a part of a log is taken in; it counts outside of a return as well. */
export function incidentFindings({
  refusedParts,
  forks,
  clones = [],
}: Pick<TimeAway, 'refusedParts' | 'forks' | 'clones'>): readonly Finding[] {
  return [
    ...refusedParts.map(({ log, from, code, sentence }) =>
      finding('trust', code, `${sentence} (${laneOf(log)} log, from event ${from}.)`, `What was refused is kept as evidence. ${reImage}`),
    ),
    ...forks.map(({ log, at }) => {
      const sentence = `Its ${laneOf(log)} log was told in two ways from event ${at} on: it was cloned or restored, or its key is in other hands.`
      return finding('trust', 'SEGMENT_FORKED', sentence, 'Find out which machine is the true one, re-key it, and retire the other.')
    }),
    ...clones.slice(0, 1).map(({ log, since }) => {
      const sentence = `Two machines are at work under its key: its ${laneOf(log)} log went on after another machine had begun logs of its own (${since}).`
      return finding(
        'trust',
        'NODE_CLONED',
        sentence,
        'Find out which machine is the true one, switch the other off, and give the true one a new key.',
      )
    }),
  ]
}

export function trustFindings(away: TimeAway, against: JudgedAgainst): readonly Finding[] {
  const revoked = away.isKeyRevoked
    ? [
        finding(
          'trust',
          'KEY_REVOKED',
          'Its key was revoked.',
          'Give it a new key (ibcf node --re-key at the machine, then approve it here), or decommission it.',
        ),
      ]
    : []
  return [...revoked, ...incidentFindings(away), ...withheldFindings(away), ...authorityFindings(away, against)]
}

function withheldFindings({ withheld }: TimeAway): readonly Finding[] {
  return withheld.map(({ log, named, held }) =>
    finding(
      'trust',
      'LANE_WITHHELD',
      `Its own signed word names ${named} events in the ${laneOf(log)} log; only ${held} came.`,
      'See whether a relay still holds them. If not, the machine lost or hid them: look at it, then release it with a reason.',
    ),
  )
}

function authorityFindings({ adopted }: TimeAway, against: JudgedAgainst): readonly Finding[] {
  return adopted.flatMap(({ masterId, placement, epoch }) => {
    const isBeyondOurs = placement > against.placement || (placement === against.placement && epoch >= against.epoch)
    const isOurs = masterId === against.masterId && placement === against.placement && epoch === against.epoch
    if (!isBeyondOurs || isOurs) return []
    return [
      finding(
        'trust',
        'AUTHORITY_UNKNOWN',
        `It obeyed master ${masterId} at epoch ${epoch}, which is not known here to hold that authority.`,
        'Compare with the other master who holds the domain. If neither of you gave that order, treat the key as stolen.',
      ),
    ]
  })
}
