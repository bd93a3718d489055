/** The checkpointer's thread, started and asked for the writer. */
import { Worker } from 'node:worker_threads'
import type { Ports } from '../../kernel/ports.ts'
import { checkpoint, type Checkpointed, checkpointInline } from '../../store/checkpoint.ts'
import type { CheckpointerAsked, CheckpointerData, CheckpointerTold } from '../../store/entry-checkpointer.ts'
import type { GroupingStore } from '../../store/grouping.ts'
import { besideUs } from '../beside-us.ts'
import { createCheckpoints } from './checkpoints.ts'

/** 128 MiB: a log as long as this is moved by the commit that finds it, whatever it costs. */
const longestLogPages = 32_768
const inlineLogPages = 4000

/** Until the other thread is there, and when it is not any more, commits move the log themselves as they always could. */
export function checkpointElsewhere(store: GroupingStore, ports: Ports): { readonly close: () => void } {
  const worker = new Worker(besideUs(import.meta.url, '../../store/', 'entry-checkpointer'), {
    name: 'checkpointer',
    workerData: { directory: store.directory } satisfies CheckpointerData,
  })
  let settle: ((moved: Checkpointed | undefined) => void) | undefined
  let isEnding = false
  checkpointInline(store.reader, longestLogPages)
  worker.on('message', (told: CheckpointerTold) => settle?.(told.ok ? told : undefined))
  worker.on('error', (error) =>
    ports.diagnostics.error('the checkpointer failed; commits checkpoint themselves from now on', { reason: error.message }),
  )
  worker.on('exit', () => {
    if (isEnding) return
    policy.close()
    checkpointInline(store.reader, inlineLogPages)
  })
  const policy = createCheckpoints({
    ...ports,
    transactions: store.transactions,
    elsewhere: (kind) =>
      new Promise((resolve) => {
        settle = resolve
        worker.postMessage({ kind } satisfies CheckpointerAsked)
      }),
    here: () => void checkpoint(store.reader, 'PASSIVE'),
  })
  return {
    close: () => {
      isEnding = true
      policy.close()
      worker.postMessage({ kind: 'close' } satisfies CheckpointerAsked)
    },
  }
}
