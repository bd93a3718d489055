/** What answers the procedures of contract/procedures/store.ts. */
import type { ArchiveView } from '../../../contract/archives.ts'
import { requireOperator } from '../../acts/act.ts'
import { act, actorOf, os, type MasterContext } from './implementing.ts'

async function archiveOf(context: MasterContext, keepBulkDays?: number): Promise<ArchiveView> {
  const { master, archive } = context.served
  const sealing = await act(context, 'store.sealing', {})
  return master.moment(() => archive.view(master.model.reader, sealing, keepBulkDays))
}

export const storeHandlers = {
  get: os.store.get.handler(({ context: { served } }) => served.master.moment(() => served.keeping.store(served.master.model.reader))),
  backup: os.store.backup.handler(({ input, context }) => {
    const { master, keeping } = context.served
    master.moment(() => requireOperator({ master, actor: actorOf(context) }, 'authority'))
    return keeping.begin(input)
  }),
  cancelBackup: os.store.cancelBackup.handler(({ context }) => {
    const { master, keeping } = context.served
    master.moment(() => requireOperator({ master, actor: actorOf(context) }, 'authority'))
    return keeping.cancel()
  }),
  backups: os.store.backups.handler(({ context: { served } }) => ({
    items: [...served.keeping.backups()],
    current: served.keeping.backup(),
  })),
  archive: os.store.archive.handler(({ input, context }) => archiveOf(context, input.keepBulkDays)),
  setRetention: os.store.setRetention.handler(async ({ input, context }) => {
    const { master, archive } = context.served
    master.moment(() => requireOperator({ master, actor: actorOf(context) }, 'engineer'))
    archive.remember(input.keepBulkDays)
    await act(context, 'store.setRetention', input)
    master.feed.tell({ topics: ['store'] })
    return archiveOf(context)
  }),
  seal: os.store.seal.handler(({ input, context }) => act(context, 'store.seal', input)),
  seals: os.store.seals.handler(({ input, context: { served } }) =>
    served.master.moment(() => served.archive.seals(served.master.model.reader, input)),
  ),
}
