/** What answers the procedures of contract/procedures/live.ts. */
import { z } from 'zod'
import { masterContract } from '../../../contract/contract.ts'
import type { WatchedQuery } from '../../../contract/live.ts'
import { AppError } from '../../../kernel/app-error.ts'
import { watcherOf } from '../../queries/rests-on.ts'
import { os } from './implementing.ts'

export const liveHandlers = {
  changes: os.live.changes.handler(({ context, signal }) => context.served.master.feed.subscribe(signal)),
  watch: os.live.watch.handler(({ input, context, signal }) => {
    const { feed, model, moment } = context.served.master
    const asked = inputOf(input.query, input.input)
    return feed.subscribe(
      signal,
      moment(() => watcherOf(model, input.query, asked)),
    )
  }),
}

/** As the query itself would take it. Throws Invalid `WATCH_INPUT_INVALID`. */
function inputOf(query: WatchedQuery, input: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const [area = '', name = ''] = query.split('.')
  const procedures = (masterContract as unknown as Readonly<Record<string, Readonly<Record<string, unknown>>>>)[area]
  const schema = (procedures?.[name] as { readonly '~orpc'?: { readonly inputSchema?: unknown } } | undefined)?.['~orpc']?.inputSchema
  if (!(schema instanceof z.ZodType)) throw new AppError('Bug', 'WATCH_WITHOUT_INPUT', 'A watched query has no input.', { query })
  const read = schema.safeParse(input)
  if (!read.success)
    throw new AppError('Invalid', 'WATCH_INPUT_INVALID', `The query would not take this: ${read.error.issues[0]?.message ?? ''}`, { query })
  return read.data as Readonly<Record<string, unknown>>
}
