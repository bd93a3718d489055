/** Bundles between masters of this process: packed by one, as bytes in memory, taken in by another. */
import { type ExportAsk, openExport, type OpenedExport } from '../../../core/app/sync/export-bundle.ts'
import { importBundle, type ImportReport } from '../../../core/app/sync/import-bundle.ts'
import { decrypted, recipientOf } from '../../../core/app/sync/age.ts'
import { ageIdentityOf, signCard } from '../../../core/app/sync/sign.ts'
import { perform } from '../../../core/app/acts/acts.ts'
import { servedHere } from '../../../core/app/served-master.ts'
import type { Seat } from '../authority/masters.ts'

export const idOf = ({ master }: Seat): string => master.identity.masterId

/** People at each of them accept the cards of the others, with what bundles are encrypted for. */
export async function exchangeCards(...seats: readonly Seat[]): Promise<void> {
  for (const from of seats) {
    const envelope = signCard(from.master, await recipientOf(ageIdentityOf(from.master)))
    for (const to of seats) if (to !== from) perform(to.master, 'peer.accept', { envelope }, to.ada)
  }
}

export type Packed = Pick<OpenedExport, 'manifest' | 'isEncrypted'> & { readonly bytes: Uint8Array }

export async function pack({ master, ada }: Seat, ask: ExportAsk): Promise<Packed> {
  master.recorder.sign()
  const { manifest, isEncrypted, chunks } = await openExport(servedHere(master), master.store.reader, ada, ask)
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return { manifest, isEncrypted, bytes: new Uint8Array(Buffer.concat(parts)) }
}

export async function unpack({ master, ada }: Seat, bytes: Uint8Array): Promise<ImportReport> {
  const open = () => decrypted([bytes], async () => ageIdentityOf(master))
  const report = await importBundle(servedHere(master), open, ada)
  master.store.transact((writer) => master.engine.settle(writer, 10_000))
  return report
}
