/** Sticks between masters: the real exchange, carried by people to whom everything happens that happens to people with sticks. */
import { giveOut, planGiveOut, signedFrontier } from '../../app/sync/give-out.ts'
import { type Taken, takeIn } from '../../app/sync/take-in.ts'
import type { Frontier } from '../../log/frontier.ts'
import { readFrontier } from '../../store/frontier.ts'
import { putBlob, readBlob } from '../../store/blobs.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { Running, Station } from './station.ts'
import { tally, type Witness } from './witness.ts'

export type Stick = {
  readonly from: string
  readonly pieces: readonly Uint8Array[]
  readonly blobs: readonly Uint8Array[]
  /** What the sender holds, as a receipt: the next stick back rests on it. */
  readonly receipt: { readonly frontier: Frontier; readonly life: number; readonly number: number }
}

export type Courier = {
  /** What `to` lacks of what `from` holds, by the last receipt that came back. Undefined while nobody is there to pack. */
  readonly pack: (from: Station, to: Station) => Stick | undefined
  readonly deliver: (to: Station, stick: Stick) => readonly Taken[]
  /** Everything that two places lack of each other goes over at once, as when people sit together. True when anything was new. */
  readonly meet: (a: Station, b: Station) => boolean
  readonly damage: (stick: Stick) => Stick
  readonly firstPart: (stick: Stick) => Stick
}

/** Pieces that go into one transaction: a stick is taken in part by part, and can be pulled in between. */
const piecesAtOnce = 16

/** Where the parts of an encoded segment lie (log/segment.ts). */
const headerAt = 9
const signatureBytes = 64

export function createCourier(random: SeededRandom, witness: Witness): Courier {
  const receipts = new Map<string, Stick['receipt']>()
  let packed = 0

  /** Undefined where the tail could not be signed now: the disk is full, or the power went. */
  function give({ master, power }: Running, theirs: Frontier): Pick<Stick, 'pieces' | 'blobs'> | undefined {
    try {
      master.recorder.sign()
    } catch (error) {
      if (power.isOn() && !isFull(error)) throw error
      return undefined
    }
    const { reader } = master.store
    const { runs, blobs } = planGiveOut(reader, { theirs })
    return {
      pieces: [...giveOut(reader, runs)].map(({ bytes }) => bytes),
      blobs: blobs.flatMap((digest) => readBlob(reader, digest) ?? []),
    }
  }

  /** Where the power goes in between, the rest of the stick is not taken. */
  function take(station: Station, { pieces, blobs }: Pick<Stick, 'pieces' | 'blobs'>): readonly Taken[] {
    const running = station.running()
    if (running === undefined) return []
    const { master, power } = running
    const taken: Taken[] = []
    try {
      for (let at = 0; at < pieces.length; at += piecesAtOnce) taken.push(...takeIn(master, pieces.slice(at, at + piecesAtOnce)))
      if (blobs.length > 0)
        master.store.transact((writer) => {
          for (const bytes of blobs) putBlob(writer, bytes)
        })
    } catch (error) {
      if (power.isOn() && !isFull(error)) throw error
    }
    for (const answer of taken) if (answer.kind === 'refused') tally(witness.refusals, answer.refusal.code)
    return taken
  }

  return {
    pack: (from, to) => {
      const running = from.running()
      if (running === undefined) return undefined
      const theirs = receipts.get(`${from.name} ${to.name}`)?.frontier ?? []
      const load = give(running, theirs)
      if (load === undefined) return undefined
      const receipt = { frontier: signedFrontier(running.master.store.reader).frontier, life: from.life(), number: ++packed }
      return { from: from.name, ...load, receipt }
    },
    deliver: (to, stick) => {
      const taken = take(to, stick)
      if (to.running() === undefined) return taken
      const known = receipts.get(`${to.name} ${stick.from}`)
      const { receipt } = stick
      const isNewer = known === undefined || receipt.life > known.life || (receipt.life === known.life && receipt.number > known.number)
      if (isNewer) receipts.set(`${to.name} ${stick.from}`, receipt)
      return taken
    },
    meet: (a, b) => {
      const [left, right] = [a.running(), b.running()]
      if (left === undefined || right === undefined) return false
      let isNew = false
      for (const [from, to, station] of [
        [left, right, b],
        [right, left, a],
      ] as const) {
        const load = give(from, readFrontier(to.master.store.reader))
        if (load === undefined) continue
        const taken = take(station, load)
        isNew ||= taken.some(({ kind }) => kind === 'stored' || kind === 'forked')
      }
      return isNew
    },
    damage: (stick) => {
      const which = Math.floor(random.between(0, stick.pieces.length))
      const piece = stick.pieces[which]
      if (piece === undefined) return stick
      // Each part of a segment as often as any other: a signature is short, and nothing but the check of it guards it.
      const signature = headerAt + new DataView(piece.buffer, piece.byteOffset).getUint32(headerAt - 4)
      const ends = [signature, signature + signatureBytes, piece.length]
      const part = Math.floor(random.between(0, ends.length))
      const at = Math.floor(random.between(part === 0 ? 0 : (ends[part - 1] ?? 0), ends[part] ?? piece.length))
      return { ...stick, pieces: stick.pieces.with(which, piece.with(at, (piece[at] ?? 0) ^ 1)) }
    },
    firstPart: (stick) => ({ ...stick, pieces: stick.pieces.slice(0, Math.floor(stick.pieces.length / 2)), blobs: [] }),
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'STORE_FULL'
}
