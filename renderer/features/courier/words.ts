/** The words of the courier desk: stages, steps, lanes, what is wrong with a form. */
import { t } from '@lingui/core/macro'
import type { Bundle, Import, PackProblem, Share, Step } from './model.ts'

export function stageName(stage: NonNullable<Bundle['stage']>): string {
  switch (stage) {
    case 'packed':
      return t`Packed`
    case 'in-transit':
      return t`On its way`
    case 'imported-there':
      return t`Arrived`
    case 'receipt-back':
      return t`Arrived, receipt back`
    case 'lost':
      return t`Lost`
  }
}

export function stageMeaning(stage: NonNullable<Bundle['stage']>): string {
  switch (stage) {
    case 'packed':
      return t`It lies on the stick. Say who carries it when it goes.`
    case 'in-transit':
      return t`Somebody carries it. It counts as arrived once word or a receipt comes back.`
    case 'imported-there':
      return t`The other station says that it was taken in.`
    case 'receipt-back':
      return t`The other station acknowledged it. What it held is not sent again.`
    case 'lost':
      return t`Given up. Nothing is lost by it: what it held goes again with the next bundle.`
  }
}

export function stepName(step: Step): string {
  switch (step) {
    case 'read':
      return t`Read`
    case 'effect':
      return t`See what it changes`
    case 'take-in':
      return t`Take in`
    case 'receipt':
      return t`Receipt`
  }
}

export function progressName(stage: NonNullable<Import['progress']>['stage']): string {
  switch (stage) {
    case 'planning':
      return t`Working out what goes`
    case 'packing':
      return t`Packing`
    case 'checking':
      return t`Reading it back`
    case 'reading':
      return t`Reading the bundle`
    case 'looking':
      return t`Working out what it changes`
    case 'taking-in':
      return t`Taking it in`
    case 'answering':
      return t`Writing the receipt`
  }
}

export function laneName(lane: Share['id']): string {
  switch (lane) {
    case 'control':
      return t`Decisions and alarms`
    case 'fact':
      return t`Observations`
    case 'bulk':
      return t`Snapshots and digests`
    case 'blobs':
      return t`Content`
  }
}

export function packProblemSentence(problem: PackProblem): string {
  switch (problem) {
    case 'station-missing':
      return t`Choose for whom it is.`
    case 'directory-missing':
      return t`Choose a stick or name a folder.`
    case 'limit-malformed':
      return t`Give the limit as a number above zero.`
    case 'due-malformed':
      return t`Give the day as 2026-11-30, or leave it empty.`
  }
}
