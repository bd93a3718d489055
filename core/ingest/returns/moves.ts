/** What a return does to the mode and phase of its node, along the machines that core/fleet keeps as tables. */
import type { ConnectivityMode } from '../../fleet/node/node-record.ts'
import type { EventId } from '../../kernel/ids.ts'
import { accepted, type Result } from '../../kernel/result.ts'
import type { Commit, NodeStanding } from '../master-port.ts'
import type { Finding } from './judged.ts'

/**
 * To RETURNING, from wherever it is: a node that says itself that it was on its own was, whether or not we had noticed; and a return
 * that ended in the middle leads by way of AUTONOMOUS.
 */
export function moveToReturning(commit: Commit, { nodeId, mode }: NodeStanding, backlogMessages: number): Result<EventId | undefined> {
  const before = moveBefore(commit, nodeId, mode)
  if (!before.ok) return before
  return commit.moveMode(nodeId, 'RETURNING', 'connection-detected', 'It proved who it is and asks to return.', debtOf(backlogMessages))
}

function moveBefore(commit: Commit, nodeId: NodeStanding['nodeId'], mode: ConnectivityMode | null): Result<EventId | undefined> {
  switch (mode) {
    case 'AUTONOMOUS':
    case 'DISCONNECTED':
      return accepted(undefined)
    case 'RETURNING':
    case 'REPLAYING':
      return commit.moveMode(nodeId, 'AUTONOMOUS', 'link-dropped', 'Its last return was not finished.')
    case 'LIVE':
    case 'DELAYED':
    case 'EDGE_CACHED':
    case null:
      return commit.moveMode(nodeId, 'AUTONOMOUS', 'connection-lost', 'It says itself that it was on its own.')
  }
}

export function moveToReplaying(commit: Commit, { nodeId }: NodeStanding, backlogMessages: number): Result<EventId | undefined> {
  const reason = backlogMessages === 0 ? 'Nothing is missing here.' : `Uploads ${backlogMessages} events.`
  return commit.moveMode(nodeId, 'REPLAYING', 'backlog-upload', reason, debtOf(backlogMessages))
}

/** From RETURNING too: the way out is through REPLAYING, even of nothing. */
export function moveToLive(commit: Commit, standing: NodeStanding): Result<EventId | undefined> {
  const replaying = standing.mode === 'RETURNING' ? moveToReplaying(commit, standing, 0) : accepted(undefined)
  if (!replaying.ok) return replaying
  return commit.moveMode(standing.nodeId, 'LIVE', 'replay-complete', 'Its return is finished.', debtOf(0))
}

/** For the gravest finding; a node that is in QUARANTINED already, or whose phase knows no way there, stays where it is. */
export function quarantine(commit: Commit, { nodeId, phase }: NodeStanding, findings: readonly Finding[]): void {
  const gravest = findings.find(({ kind }) => kind !== 'notice')
  if (gravest === undefined || phase === 'QUARANTINED') return
  commit.movePhase(nodeId, gravest.kind === 'trust' ? 'trust-violation' : 'drift-violation', gravest.sentence, gravest.code)
}

function debtOf(backlogMessages: number): { seconds_behind: number; backlog_messages: number; replay_required: boolean } {
  return { seconds_behind: 0, backlog_messages: backlogMessages, replay_required: backlogMessages > 0 }
}
