/**
 * The software that a rollout brings ([RO12]): a command for each node, in the name of who started the rollout, with the agreement of the
 * second person, under a key of its own for each rollout, node and artifact, so that nothing is installed twice.
 */
import type { z } from 'zod'
import type { commandData } from '../../fleet/command/kinds.ts'
import type { Rollout } from '../../fleet/rollout/rollout.ts'
import type { Commit } from '../../ingest/master-port.ts'
import { createUlidSource, type DomainId, type EventId, type OperatorId } from '../../kernel/ids.ts'
import type { Ports } from '../../kernel/ports.ts'
import { issueRequestOf, issueTo, signatureFor } from '../commands/issue.ts'
import type { ReadModel } from '../read-model.ts'

export type Software = z.infer<(typeof commandData)['install-artifact']>

export type Bringing = {
  readonly rolloutId: string
  readonly rollout: Rollout
  readonly software: Software
  /** In whose name; another of the two who agreed is the second person. */
  readonly actor: string | null
}

/** Whether the node was told, now or before. One that takes no such command now is told at a later look. */
export function bringSoftware(
  model: ReadModel,
  ports: Pick<Ports, 'clock' | 'random' | 'crypto'>,
  commit: Pick<Commit, 'decide' | 'signStatement'>,
  nodeId: string,
  { rolloutId, rollout, software, actor }: Bringing,
): boolean {
  const { startedBy = null, approvedBy = null } = rollout.agreement ?? {}
  const second = [approvedBy, startedBy].find((operator) => operator !== null && operator !== actor)
  const domainId = model.lifecycle(nodeId)?.domainId
  if (actor === null || second === undefined || second === null || domainId === undefined) return false
  const reason = `Rollout ${rollout.name}`.slice(0, 1000)
  const names = {
    commandId: createUlidSource(ports.clock, ports.random)<EventId>(),
    idempotencyKey: `rollout/${rolloutId}/${nodeId}/${software.artifactId}`,
    batchId: null,
  }
  const request = issueRequestOf(ports.crypto, { kind: 'install-artifact', data: software, expiresAt: null, reason }, names)
  const issued = issueTo(model, commit, nodeId, request, actor as OperatorId)
  if (!issued.ok) return false
  if (issued.value.isKnown) return true
  const command = model.command(issued.value.commandId)?.issued ?? undefined
  const signed = command === undefined ? {} : { signature: signatureFor(model, commit.signStatement, command) }
  commit.decide({
    type: 'ibcf.command.approved.v1',
    subject: issued.value.commandId as EventId,
    domain: domainId as DomainId,
    data: { bodyDigest: request.bodyDigest, ...signed, reason },
    actor: second as OperatorId,
    placement: model.placement(nodeId),
  })
  return true
}
