/** Sticks as people carry them: real bundles, sealed for one master, packed by what its last receipt says and read as the desk reads them. */
import { ageIdentityOf, signCard } from '../../app/sync/sign.ts'
import { decrypted, recipientOf } from '../../app/sync/age.ts'
import { openExport } from '../../app/sync/export-bundle.ts'
import { importBundle } from '../../app/sync/import-bundle.ts'
import { type ServedMaster, servedHere } from '../../app/served-master.ts'
import type { Master } from '../../app/master.ts'
import { isAppError } from '../../kernel/app-error.ts'
import type { Ports } from '../../kernel/ports.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { Station } from './station.ts'
import { tally, type Witness } from './witness.ts'

/** Everyone accepts everyone's card, with what bundles are sealed for. */
export async function exchangeCards(stations: readonly Station[]): Promise<void> {
  for (const from of stations) {
    const master = from.running()?.master
    if (master === undefined) continue
    const envelope = signCard(master, await recipientOf(ageIdentityOf(master)))
    for (const to of stations) if (to !== from) to.act('peer.accept', { envelope })
  }
}

/** Undefined while nobody is there to pack, or the disk has no room for the receipt that goes along. */
export async function packBundle(from: Station, to: Station, real: Ports): Promise<Uint8Array | undefined> {
  const running = from.running()
  if (running === undefined) return undefined
  const { master, power } = running
  try {
    master.recorder.sign()
    const { chunks } = await openExport(atOnce(master, real), master.store.reader, from.desk(), { to: [to.masterId()] })
    const parts: Uint8Array[] = []
    for await (const chunk of chunks) parts.push(chunk)
    return new Uint8Array(Buffer.concat(parts))
  } catch (error) {
    if (power.isOn() && !isFull(error)) throw error
    return undefined
  }
}

/** True when it was read to its end and taken in; what is refused is counted by its code, and nothing of it is written. */
export async function readBundleAt(
  to: Station,
  bytes: Uint8Array,
  { witness, real }: { readonly witness: Witness; readonly real: Ports },
): Promise<boolean> {
  const running = to.running()
  if (running === undefined) return false
  const { master, power } = running
  try {
    await importBundle(atOnce(master, real), () => decrypted([bytes], async () => ageIdentityOf(master)), to.desk())
    return true
  } catch (error) {
    if (!power.isOn() || isFull(error)) return false
    if (!isAppError(error) || error.kind === 'Bug') throw error
    tally(witness.refusals, error.code)
    return false
  }
}

/** One bit of it, anywhere. */
export function flipBit(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const at = Math.floor(random.between(0, bytes.length))
  return bytes.with(at, (bytes[at] ?? 0) ^ 1)
}

/** Packing and reading take no time in the world: who lets others go first waits for real, and no timer of the world fires meanwhile. */
function atOnce(master: Master, real: Ports): ServedMaster {
  const served = servedHere(master)
  return { ...served, ports: { ...served.ports, scheduler: { ...served.ports.scheduler, yield: real.scheduler.yield } } }
}

function isFull(error: unknown): boolean {
  return isAppError(error) && error.code === 'STORE_FULL'
}
