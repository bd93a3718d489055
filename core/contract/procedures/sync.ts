/** Other masters and bundles: names, inputs and outputs. */
import {
  acceptPeerRequest,
  cardView,
  exportedView,
  exportRequest,
  importedView,
  importRequest,
  peerList,
  peerView,
  receiptRequest,
  receiptView,
  takenReceipts,
} from '../sync.ts'
import { base, nothing } from './base.ts'

export const syncProcedures = {
  card: base
    .route({ method: 'GET', path: '/sync/card', summary: 'The card of this master, and the words to read out with it' })
    .input(nothing)
    .output(cardView),
  peers: base
    .route({ method: 'GET', path: '/sync/peers', summary: 'Masters whose cards were accepted, and what each acknowledged last' })
    .input(nothing)
    .output(peerList),
  acceptPeer: base
    .route({ method: 'POST', path: '/sync/peers', summary: 'Accept the card of another master' })
    .input(acceptPeerRequest)
    .output(peerView),
  export: base
    .route({ method: 'POST', path: '/sync/export', summary: 'Pack a bundle into a file of this machine' })
    .input(exportRequest)
    .output(exportedView),
  import: base
    .route({ method: 'POST', path: '/sync/import', summary: 'Take in a bundle from a file of this machine' })
    .input(importRequest)
    .output(importedView),
  receipt: base
    .route({ method: 'POST', path: '/sync/receipt', summary: 'Write a receipt of everything held into a file of this machine' })
    .input(receiptRequest)
    .output(receiptView),
  takeReceipt: base
    .route({ method: 'POST', path: '/sync/receipt/take', summary: 'Take in a receipt from a file of this machine' })
    .input(receiptRequest)
    .output(takenReceipts),
}
