/** Lets go of content that nothing refers to, in the background of a master, now and then ([ST33]). */
import type { Scheduler } from '../../kernel/ports.ts'
import { collectBlobs } from '../../store/blobs-collect.ts'
import type { Store } from '../../store/open.ts'
import type { Background } from '../writer/background.ts'

const everyMs = 60 * 60_000

/** The answer stops it. */
export function keepCollecting(
  { transact }: Pick<Store, 'transact'>,
  background: Pick<Background, 'register'>,
  scheduler: Scheduler,
): () => void {
  const goOn = background.register('letting go of content', () => transact((writer) => collectBlobs(writer)).done > 0)
  let cancel = scheduler.after(everyMs, run)
  function run(): void {
    cancel = scheduler.after(everyMs, run)
    goOn()
  }
  // A file of an older version is counted first.
  goOn()
  return () => cancel()
}
