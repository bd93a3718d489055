/** What the airlock says no with, and how it words what went wrong. */
import type { ImportView } from '../../contract/courier.ts'
import { AppError, isAppError } from '../../kernel/app-error.ts'

export function requireStage(view: ImportView, ...stages: readonly ImportView['stage'][]): void {
  if (stages.includes(view.stage)) return
  throw new AppError('Rejected', 'IMPORT_NOT_READY', 'That is not the next step of this bundle.', { stage: view.stage })
}

export function requireGoing(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('Unavailable', 'CANCELLED', 'It was cancelled; nothing was taken in.')
}

export function stale(): AppError {
  return new AppError(
    'Conflict',
    'PREVIEW_STALE',
    'What it would change is not what was shown: something happened here meanwhile. Look at it again.',
  )
}

export function isCancelled(error: unknown): boolean {
  return isAppError(error) && error.code === 'CANCELLED'
}

export function problemOf(error: unknown): NonNullable<ImportView['problem']> {
  return isAppError(error)
    ? { code: error.code, sentence: error.message }
    : { code: 'UNEXPECTED', sentence: 'The bundle could not be dealt with.' }
}
