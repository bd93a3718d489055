/** Bundles and the volumes they are carried on: names, inputs and outputs. */
import { z } from 'zod'
import { id, pageRequest } from '../common.ts'
import {
  acceptSenderRequest,
  applyRequest,
  bundlePage,
  bundleRow,
  importRequest,
  importView,
  inspectRequest,
  markCarriedRequest,
  markLostRequest,
  packJob,
  packRequest,
  planRequest,
  planView,
  stationView,
  volumeRequest,
  volumeView,
} from '../courier.ts'
import { base, done, nothing } from './base.ts'

export const bundleProcedures = {
  list: base
    .route({ method: 'GET', path: '/bundles', summary: 'Bundles packed here with their way, or those taken in here' })
    .input(z.object({ which: z.enum(['packed', 'imported']).default('packed'), ...pageRequest }))
    .output(bundlePage),
  get: base
    .route({ method: 'GET', path: '/bundles/{bundleId}', summary: 'One bundle' })
    .input(z.object({ bundleId: id }))
    .output(bundleRow),
  stations: base
    .route({ method: 'GET', path: '/bundles/stations', summary: 'Masters that bundles can be packed for' })
    .input(nothing)
    .output(z.object({ items: z.array(stationView) })),
  plan: base
    .route({ method: 'POST', path: '/bundles/plan', summary: 'What would fit and what would stay behind' })
    .input(planRequest)
    .output(planView),
  pack: base
    .route({ method: 'POST', path: '/bundles/pack', summary: 'Begin to pack a bundle onto a volume' })
    .input(packRequest)
    .output(packJob),
  packing: base
    .route({ method: 'GET', path: '/bundles/packing', summary: 'The bundle that is being packed' })
    .input(nothing)
    .output(packJob),
  cancelPacking: base.route({ method: 'POST', path: '/bundles/packing/cancel', summary: 'Give up packing' }).input(nothing).output(packJob),
  markCarried: base
    .route({ method: 'POST', path: '/bundles/carried', summary: 'Say that somebody carries it, and when it is due' })
    .input(markCarriedRequest)
    .output(done),
  markLost: base.route({ method: 'POST', path: '/bundles/lost', summary: 'Give a bundle up for lost' }).input(markLostRequest).output(done),
  imports: base
    .route({ method: 'GET', path: '/bundles/airlock', summary: 'What is or was in the airlock, newest first' })
    .input(nothing)
    .output(z.object({ items: z.array(importView) })),
  import: base
    .route({ method: 'GET', path: '/bundles/airlock/{importId}', summary: 'One bundle in the airlock' })
    .input(importRequest)
    .output(importView),
  inspect: base
    .route({ method: 'POST', path: '/bundles/inspect', summary: 'Read a bundle through the airlock; nothing is taken in' })
    .input(inspectRequest)
    .output(importView),
  preview: base
    .route({ method: 'POST', path: '/bundles/preview', summary: 'Work out again what it would change' })
    .input(importRequest)
    .output(importView),
  acceptSender: base
    .route({ method: 'POST', path: '/bundles/accept-sender', summary: 'Accept the card of whom a bundle is from, by the words of its key' })
    .input(acceptSenderRequest)
    .output(importView),
  apply: base
    .route({ method: 'POST', path: '/bundles/apply', summary: 'Take in what was previewed' })
    .input(applyRequest)
    .output(importView),
  takeReceipt: base
    .route({ method: 'POST', path: '/bundles/receipt', summary: 'Take in a receipt that came back, and note which bundles arrived' })
    .input(inspectRequest)
    .output(z.object({ fromName: z.string(), isNews: z.boolean(), arrived: z.number().int().nonnegative() })),
  cancel: base
    .route({ method: 'POST', path: '/bundles/cancel', summary: 'Stop what the airlock does with a bundle, or put it away' })
    .input(importRequest)
    .output(importView),
}

export const volumeProcedures = {
  list: base
    .route({ method: 'GET', path: '/volumes', summary: 'Removable volumes and named directories, with the bundles on them by name' })
    .input(nothing)
    .output(z.object({ items: z.array(volumeView) })),
  name: base
    .route({ method: 'POST', path: '/volumes/name', summary: 'Let a directory count as a volume' })
    .input(volumeRequest)
    .output(volumeView),
  forget: base.route({ method: 'POST', path: '/volumes/forget', summary: 'Forget a named directory' }).input(volumeRequest).output(nothing),
  eject: base
    .route({ method: 'POST', path: '/volumes/eject', summary: 'Let go of a volume so that it can be taken out' })
    .input(volumeRequest)
    .output(nothing),
}
