/** The words of a return. */
import { t } from '@lingui/core/macro'
import type { Session } from '../../i18n/words.ts'
import type { ReturnStep } from './model.ts'

export function stepName(step: ReturnStep): string {
  switch (step) {
    case 'PROVING':
      return t`Proves who it is`
    case 'LOCKED':
      return t`Session and lock`
    case 'UPLOADING':
      return t`Hands over its backlog`
    case 'RECONCILING':
      return t`Checked and reconciled`
    case 'CLOSED':
      return t`Closed`
  }
}

/** What is happening in this step, and on which side. */
export function stepMeaning(step: ReturnStep): string {
  switch (step) {
    case 'PROVING':
      return t`The node reconnects and proves its identity with its key.`
    case 'LOCKED':
      return t`The master issues a reconciliation lock and a session; no new command reaches the node.`
    case 'UPLOADING':
      return t`Events and snapshots come in pieces, each checked for signature, order and repetition.`
    case 'RECONCILING':
      return t`Desired and actual are compared, drift is computed, projections are brought up to date.`
    case 'CLOSED':
      return t`The lock is released, or the node is put in quarantine.`
  }
}

export function verdictName(verdict: NonNullable<Session['verdict']>): string {
  switch (verdict) {
    case 'CLEAN':
      return t`Clean`
    case 'QUARANTINED':
      return t`Quarantined`
    case 'ABANDONED':
      return t`Abandoned`
  }
}

export function verdictMeaning(verdict: NonNullable<Session['verdict']>): string {
  switch (verdict) {
    case 'CLEAN':
      return t`Everything it recorded while away is here, once, and in order. The node is live again.`
    case 'QUARANTINED':
      return t`It is kept apart until what stands below is dealt with. What could be verified is kept.`
    case 'ABANDONED':
      return t`The link was lost before the end. What came in is kept; the next return goes on from there.`
  }
}
