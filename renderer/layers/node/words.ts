/** A node's situation in one calm sentence. */
import { t } from '@lingui/core/macro'
import type { Formats } from '../../i18n/format.ts'
import type { NodeDetail, TrustStanding } from './model.ts'

export function situationOf(node: NodeDetail, formats: Formats): string {
  const { lifecycle, connectivity } = node.record
  if (lifecycle.phase === 'QUARANTINED') return t`In quarantine. ${lifecycle.reason}`
  if (lifecycle.phase === 'RETIRED') return t`Retired. Its history stays.`
  const since = node.modeSince === null ? t`an unknown time` : formats.dayTime(node.modeSince)
  const waiting = formats.count(connectivity.sync_debt.backlog_messages)
  switch (connectivity.mode) {
    case 'LIVE':
      return t`Live since ${since}.`
    case 'DELAYED':
      return t`Heard, but late or slow, since ${since}.`
    case 'EDGE_CACHED':
      return t`Known through periodic sync or a relay's cache since ${since}.`
    case 'AUTONOMOUS':
      return connectivity.sync_debt.backlog_messages > 0
        ? t`On its own since ${since}, buffering ${waiting} messages.`
        : t`On its own since ${since}, buffering.`
    case 'DISCONNECTED':
      return t`Silent for longer than it is meant to manage alone, since ${since}.`
    case 'RETURNING':
      return t`Back in contact since ${since}, proving who it is.`
    case 'REPLAYING':
      return t`Back since ${since}, handing over what it recorded.`
  }
}

export function trustName(trust: TrustStanding): string {
  switch (trust) {
    case 'quarantined':
      return t`Withheld`
    case 'evidence':
      return t`Key trusted`
    case 'key-trusted':
      return t`Key trusted`
    case 'no-key':
      return t`No key`
  }
}
