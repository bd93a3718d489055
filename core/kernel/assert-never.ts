/** Ends a switch over a closed union: a new member that nobody handles does not compile. */
import { AppError } from './app-error.ts'

export function assertNever(value: never): never {
  throw new AppError('Bug', 'UNHANDLED_CASE', 'A case that the code does not know was reached.', {
    value: JSON.stringify(value) ?? 'undefined',
  })
}
