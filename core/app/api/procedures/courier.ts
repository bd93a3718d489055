/** What answers the procedures of contract/procedures/courier.ts. */
import { AppError } from '../../../kernel/app-error.ts'
import { parseEnvelope } from '../../../sync/envelope.ts'
import { receiptLimits } from '../../../sync/receipt.ts'
import { must, requireOperator } from '../../acts/act.ts'
import { listBundles, listStations, masterName, readBundleRow } from '../../queries/bundles.ts'
import { act, actorOf, found, type MasterContext, os } from './implementing.ts'

/** Whoever may not act may not have sticks read, written or ejected either. */
function requireCourier(context: MasterContext): void {
  const { master } = context.served
  master.moment(() => requireOperator({ master, actor: actorOf(context) }, 'operator'))
}

export const bundleHandlers = {
  list: os.bundle.list.handler(({ input, context: { served } }) => served.master.moment(() => listBundles(served.master.model, input))),
  get: os.bundle.get.handler(({ input, context: { served } }) =>
    found(
      served.master.moment(() => readBundleRow(served.master.model, input.bundleId)),
      'BUNDLE_UNKNOWN',
      'No bundle of that id is known here.',
    ),
  ),
  stations: os.bundle.stations.handler(({ context: { served } }) => ({
    items: served.master.moment(() => listStations(served.master.model)),
  })),
  plan: os.bundle.plan.handler(({ input, context: { served } }) => served.courier.packing.plan(input)),
  pack: os.bundle.pack.handler(({ input, context }) => context.served.courier.packing.pack(input, actorOf(context))),
  packing: os.bundle.packing.handler(({ context: { served } }) => served.courier.packing.job()),
  cancelPacking: os.bundle.cancelPacking.handler(({ context }) => {
    requireCourier(context)
    return context.served.courier.packing.cancel()
  }),
  markCarried: os.bundle.markCarried.handler(async ({ input, context }) => ({
    eventIds: await act(context, 'courier.markCarried', input),
  })),
  markLost: os.bundle.markLost.handler(async ({ input, context }) => ({ eventIds: await act(context, 'courier.markLost', input) })),
  imports: os.bundle.imports.handler(({ context: { served } }) => ({
    items: served.master.facts.directory === null ? [] : [...served.courier.airlock().imports()],
  })),
  import: os.bundle.import.handler(({ input, context: { served } }) => served.courier.airlock().get(input.importId)),
  inspect: os.bundle.inspect.handler(({ input, context }) => context.served.courier.airlock().inspect(input.file, actorOf(context))),
  preview: os.bundle.preview.handler(({ input, context }) => {
    requireCourier(context)
    return context.served.courier.airlock().preview(input.importId)
  }),
  acceptSender: os.bundle.acceptSender.handler(({ input, context }) =>
    context.served.courier.airlock().acceptSender(input, actorOf(context)),
  ),
  apply: os.bundle.apply.handler(({ input, context }) => context.served.courier.airlock().apply(input, actorOf(context))),
  takeReceipt: os.bundle.takeReceipt.handler(async ({ input, context }) => {
    requireCourier(context)
    const { master } = context.served
    const bytes = master.ports.files.read(input.file)
    if (bytes === undefined) throw new AppError('NotFound', 'FILE_MISSING', 'There is no such file any more.', { path: input.file })
    const [taken] = await act(context, 'sync.takeReceipts', { envelopes: [must(parseEnvelope(bytes, receiptLimits))] })
    if (taken === undefined || taken.kind === 'refused')
      throw new AppError(
        'Rejected',
        taken?.refusal.code ?? 'STATEMENT_MALFORMED',
        taken?.refusal.sentence ?? 'This is not a signed statement.',
      )
    const arrived = await act(context, 'courier.noteReceipts', {})
    const fromName = master.moment(() => masterName(master.model, taken.masterId))
    return { fromName, isNews: taken.kind === 'newer', arrived }
  }),
  cancel: os.bundle.cancel.handler(({ input, context }) => {
    requireCourier(context)
    return context.served.courier.airlock().cancel(input.importId)
  }),
}

export const volumeHandlers = {
  list: os.volume.list.handler(async ({ context: { served } }) => ({ items: [...(await served.courier.volumes.list())] })),
  name: os.volume.name.handler(({ input, context }) => {
    requireCourier(context)
    return context.served.courier.volumes.name(input.path)
  }),
  forget: os.volume.forget.handler(({ input, context }) => {
    requireCourier(context)
    context.served.courier.volumes.forget(input.path)
    return {}
  }),
  eject: os.volume.eject.handler(async ({ input, context }) => {
    requireCourier(context)
    await context.served.courier.volumes.eject(input.path)
    return {}
  }),
}
