/** Pages of lists that are short enough to be put in order whole, and what lists cannot be asked. */
import { AppError } from '../../kernel/app-error.ts'
import { cursorRefused } from './cursor.ts'

export type PageInput = { readonly cursor?: string | undefined; readonly limit?: number | undefined }
export type ListPage<Item> = { items: Item[]; next: string | null; total: number }

/** Begins after the thing that the cursor names, wherever that stands by now. Throws Invalid `CURSOR_MALFORMED`. */
export function pageOfList<Item>(all: readonly Item[], { cursor, limit = 500 }: PageInput, idOf: (item: Item) => string): ListPage<Item> {
  const start = cursor === undefined ? 0 : all.findIndex((item) => idOf(item) === cursor) + 1
  if (cursor !== undefined && start === 0) throw cursorRefused(cursor)
  const items = all.slice(start, start + limit)
  const last = items.at(-1)
  return { items, next: last === undefined || start + limit >= all.length ? null : idOf(last), total: all.length }
}

export function isWithin(
  instant: string | number,
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
): boolean {
  const ms = typeof instant === 'number' ? instant : Date.parse(instant)
  return (from === undefined || ms >= Date.parse(from)) && (to === undefined || ms < Date.parse(to))
}

export function hasText(text: string | undefined, ...fields: readonly (string | null)[]): boolean {
  const wanted = text?.trim().toLowerCase() ?? ''
  return wanted === '' || fields.some((field) => field?.toLowerCase().includes(wanted) === true)
}

/**
 * The end of a window of what was recorded here: of a history, which only grows, as of an instant is what had been recorded by then ([QY43]).
 * Exclusive. Throws Invalid `AS_OF_IN_FUTURE`.
 */
export function windowEnd(nowMs: number, to: string | undefined, asOf: string | undefined): string | undefined {
  if (asOf === undefined) return to
  const asOfMs = Date.parse(asOf)
  if (asOfMs > nowMs) throw new AppError('Invalid', 'AS_OF_IN_FUTURE', 'That instant has not come yet.', { at: asOf })
  return new Date(Math.min(asOfMs + 1, to === undefined ? Number.POSITIVE_INFINITY : Date.parse(to))).toISOString()
}

const noPast = {
  attention: 'What needs a person rests on who was heard and on what people did about it, and presence has no past here.',
  commands: 'The stage of a command rests on what this place handed over, which is not in the events.',
  domains: 'The figures of domains are counted as of now; a domain’s past is in its digests, as a line over time.',
  enrolments: 'A request stands as it was decided; when that was is in the list.',
  relays: 'The health of a path rests on who was heard, and presence has no past here.',
  returns: 'How far a return has come is not in the events.',
  rollouts: 'How far a rollout has come rests on every node in it, and folding all of them would take too long.',
} as const

/** Never an answer of now to a question about then ([QY43]). Throws Invalid `AS_OF_UNSUPPORTED`. */
export function refuseAsOf(list: keyof typeof noPast, asOf: string | undefined): void {
  if (asOf !== undefined) throw new AppError('Invalid', 'AS_OF_UNSUPPORTED', noPast[list], { list, asOf })
}
