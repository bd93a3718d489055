/**
 * Turns the passing of a command's time into an event ([CM17]): folds never read a clock, so the master that held the domain when the
 * time ran out says so. A deadline queue finds the next one without a scan; a command of which its node has begun is left to the node.
 */
import { decideLapse } from '../../fleet/command/decide.ts'
import type { MasterPort } from '../../ingest/master-port.ts'
import { isAppError } from '../../kernel/app-error.ts'
import type { DomainId } from '../../kernel/ids.ts'
import type { Ports } from '../../kernel/ports.ts'
import type { ReadModel } from '../read-model.ts'
import { createWallDeadlines } from '../wall-deadlines.ts'
import { effectIn } from './facts.ts'
import { commandIds, knownCommand } from './known-command.ts'

export type ExpiryWatch = {
  /** After anything was decided or reported about it. */
  readonly look: (commandId: string) => void
  readonly close: () => void
}

export type ExpiryWatchParts = {
  readonly model: ReadModel
  readonly ports: Pick<Ports, 'clock' | 'scheduler' | 'diagnostics'>
  readonly commit: MasterPort['commit']
}

/** The disk is full, or another master holds the domain now. */
const retryMs = 60_000

export function createExpiryWatch({ model, ports, commit }: ExpiryWatchParts): ExpiryWatch {
  const { clock, diagnostics } = ports
  const deadlines = createWallDeadlines(ports, (id) => lapse(id))

  const look = (commandId: string): void => {
    const known = knownCommand(model, commandId)
    const expiresAt = known?.issued.expiresAt ?? null
    const isOpen = known !== undefined && expiresAt !== null && ['issued', 'queued', 'exported', 'sent', 'received'].includes(known.stage)
    deadlines.set(commandId, isOpen ? Date.parse(expiresAt) : undefined)
  }

  const lapse = (commandId: string): void => {
    const known = knownCommand(model, commandId)
    if (known === undefined) return
    const judged = decideLapse(known.decisions, known.stage, { nowMs: clock.now(), judgedBy: 'own-clock' })
    if (!judged.ok) return
    const { domainId, placement } = known.issued
    if (effectIn(model, domainId).effect !== 'yes') {
      deadlines.set(commandId, clock.now() + retryMs)
      return
    }
    try {
      commit(({ decide }) =>
        decide({ type: 'ibcf.command.lapsed.v1', subject: commandId, domain: domainId as DomainId, data: judged.value, placement }),
      )
    } catch (error) {
      diagnostics.warn('that a command expired could not be recorded', { code: isAppError(error) ? error.code : 'UNEXPECTED', commandId })
      deadlines.set(commandId, clock.now() + retryMs)
    }
  }

  // Of an earlier run: what ran out while nobody was listening is said now.
  for (const commandId of commandIds(model.reader, 'WHERE word IS NULL AND expires_at IS NOT NULL')) look(commandId)
  return {
    look,
    close: deadlines.close,
  }
}
