/** The words of commands. */
import { t } from '@lingui/core/macro'
import { boundText } from '../../ui/bound-text.ts'
import type { Lasting, OrderKind, OrderProblem, PartName, Stage, Step } from './model.ts'

/** A kind that this console does not know is called as it is. */
export function commandKindName(kind: string): string {
  switch (kind) {
    case 'set-config':
      return t`Set configuration`
    case 'restart':
      return t`Restart`
    case 'run-snapshot':
      return t`Take a snapshot`
    case 'install-artifact':
      return t`Install software`
    default:
      return boundText(kind, 60)
  }
}

export function commandKindMeaning(kind: OrderKind): string {
  switch (kind) {
    case 'set-config':
      return t`Sets places of the node's configuration. A policy that says otherwise shows it as drift.`
    case 'restart':
      return t`Starts the agent, or the whole machine, again. Proven once it is back.`
    case 'run-snapshot':
      return t`Lets the node write down how it is now, so that desired and actual can be compared on fresh evidence.`
    case 'install-artifact':
      return t`Swaps the agent's software, and goes back by itself when its health fails. Another person has to agree.`
  }
}

export function stageName(stage: Stage | Step): string {
  switch (stage) {
    case 'issued':
      return t`Issued`
    case 'queued':
      return t`Waiting for contact`
    case 'exported':
      return t`On a stick`
    case 'sent':
      return t`Sent`
    case 'received':
      return t`Received`
    case 'started':
      return t`Started`
    case 'applied':
      return t`Proven`
    case 'rejected':
      return t`Refused`
    case 'expired':
      return t`Too late`
    case 'superseded':
      return t`Replaced`
    case 'cancelled':
      return t`Cancelled`
    case 'outcome-unknown':
      return t`Outcome unknown`
  }
}

export function lastingName(lasting: Lasting): string {
  switch (lasting) {
    case 'hour':
      return t`within the hour`
    case 'shift':
      return t`within 8 hours`
    case 'day':
      return t`within a day`
    case 'week':
      return t`within a week`
    case 'none':
      return t`whenever it is heard`
  }
}

export function partName(part: PartName): string {
  switch (part) {
    case 'inventory':
      return t`Hardware`
    case 'configuration':
      return t`Configuration`
    case 'software':
      return t`Software`
    case 'firmware':
      return t`Firmware`
    case 'health':
      return t`Health`
  }
}

export function orderProblemName(problem: OrderProblem): string {
  switch (problem.kind) {
    case 'empty':
      return t`Say what is to be done.`
    case 'not-a-change':
      return t`Line ${problem.line}: a path, an equals sign, a value: /log/level = "info".`
    case 'not-json':
      return t`Line ${problem.line}: the value is not JSON. Text stands in quotation marks.`
    case 'not-an-artifact':
      return t`This is not what "ibcf artifact publish" printed.`
  }
}
