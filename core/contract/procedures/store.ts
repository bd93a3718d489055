/** The event store, its backups and archives: names, inputs and outputs. */
import { archiveRequest, archiveView, retentionRequest, sealRequest, sealView, sealingState } from '../archives.ts'
import { pageOf, pageRequest } from '../common.ts'
import { backupList, backupRequest, backupState, storeView } from '../store.ts'
import { base, nothing } from './base.ts'
import { z } from 'zod'

export const storeProcedures = {
  get: base
    .route({ method: 'GET', path: '/store', summary: 'The event store: its size, and when the disk will be full' })
    .input(nothing)
    .output(storeView),
  backup: base
    .route({ method: 'POST', path: '/store/backup', summary: 'Begin a backup into a file of this machine' })
    .input(backupRequest)
    .output(backupState),
  cancelBackup: base
    .route({ method: 'POST', path: '/store/backup/cancel', summary: 'Give up the backup that is being made' })
    .input(nothing)
    .output(backupState),
  backups: base
    .route({ method: 'GET', path: '/store/backups', summary: 'The backup that is being made, and those that were' })
    .input(nothing)
    .output(backupList),
  archive: base
    .route({ method: 'GET', path: '/store/archive', summary: 'Old bulk: how long it stays, what is sealed, what would be sealed now' })
    .input(archiveRequest)
    .output(archiveView),
  setRetention: base
    .route({ method: 'POST', path: '/store/retention', summary: 'Set how many days of bulk stay at hand' })
    .input(retentionRequest)
    .output(archiveView),
  seal: base
    .route({ method: 'POST', path: '/store/seal', summary: 'Begin to seal old bulk into archives' })
    .input(sealRequest)
    .output(sealingState),
  seals: base
    .route({ method: 'GET', path: '/store/seals', summary: 'What was sealed, newest first' })
    .input(z.object(pageRequest))
    .output(pageOf(sealView)),
}
