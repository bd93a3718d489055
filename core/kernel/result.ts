/** An expected refusal is a value: it says what was refused, why, and what would allow it. */
import type { Facts } from './app-error.ts'

export type Rejection = {
  readonly code: string
  /** One sentence for a person. */
  readonly sentence: string
  readonly facts: Facts
}

export type Result<Value, Refusal = Rejection> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly refusal: Refusal }

export function accepted<Value>(value: Value): Result<Value, never> {
  return { ok: true, value }
}

export function refused(code: string, sentence: string, facts: Facts = {}): Result<never> {
  return { ok: false, refusal: { code, sentence, facts } }
}
