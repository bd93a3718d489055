/** How the master sees the node: its clock, its logs, its phase; and what the node makes of that. */
import type { ConnectivityMode, Phase } from '../fleet/node/node-record.ts'
import { maxAheadMs } from '../kernel/hlc.ts'
import type { Clock } from '../kernel/ports.ts'
import { parseLogId } from '../log/log-id.ts'
import type { Store } from '../store/open.ts'
import type { Head, Journal } from './journal.ts'
import type { Memory } from './memory.ts'

export type Regard = {
  /** Compares the clocks; records once when they are further apart than anyone should work with. */
  readonly hearTime: (masterNow: string) => void
  /** Takes in how far the master holds the node's logs, told at an attachment ([AG3]). */
  readonly hearHeld: (held: readonly Head[]) => void
  /** Takes in mode and phase. True when the node has to attach anew: it was let back in, and must learn what counted. */
  readonly hearPhase: (told: { readonly mode: ConnectivityMode; readonly phase: Phase }) => boolean
  readonly isQuarantined: () => boolean
  readonly mode: () => ConnectivityMode | undefined
  readonly phase: () => Phase | undefined
}

export function createRegard({ clock, store, memory, journal }: { clock: Clock; store: Store; memory: Memory; journal: Journal }): Regard {
  let mode: ConnectivityMode | undefined
  let phase: Phase | undefined
  let isClockFarOff = false

  const isQuarantined = (): boolean => memory.get('isQuarantined') ?? false
  /** Part of the log that is being written was refused: nothing that follows in it can count. */
  const isMute = (): boolean => Object.keys(memory.get('refusedLogs') ?? {}).some(isOfNow)
  const isOfNow = (log: string): boolean => parseLogId(log).incarnation === memory.get('incarnation')

  const openNext = (continues: readonly Head[], reason: string): void =>
    journal.openIncarnation(continues, reason, (writer) =>
      memory.put(writer, 'continued', [...(memory.get('continued') ?? []), ...continues.map(({ log }) => log)]),
    )
  return {
    isQuarantined,
    mode: () => mode,
    phase: () => phase,
    hearTime: (masterNow) => {
      const offsetMs = clock.now() - Date.parse(masterNow)
      const wasFarOff = isClockFarOff
      isClockFarOff = Math.abs(offsetMs) > maxAheadMs
      if (!isClockFarOff || wasFarOff) return
      const detail = `The clock of this node is ${Math.round(Math.abs(offsetMs) / 1000)} s ${offsetMs > 0 ? 'ahead of' : 'behind'} that of its master.`
      journal.record([{ type: 'ibcf.alarm.raised.v1', data: { name: 'clock-far-off', severity: 'warning', detail } }])
    },
    hearHeld: (held) => {
      store.transact((writer) => memory.put(writer, 'held', Object.fromEntries(held.map(({ log, seq }) => [log, seq]))))
      const own = new Map(journal.heads().map((head) => [head.log, head]))
      const continued = memory.get('continued') ?? []
      const surprises = held.filter(({ log, seq, head }) => {
        const here = own.get(log)
        return seq > 0 && !continued.includes(log) && (here === undefined || here.seq < seq || (here.seq === seq && here.head !== head))
      })
      if (surprises.length > 0) openNext(surprises, 'the master holds more of this node than the node itself: it was restored or copied')
      // A person let it back in: what was refused stays as it is, and the node speaks again from the last point that counted.
      else if (!isQuarantined() && isMute()) {
        openNext(
          held.filter(({ log }) => isOfNow(log)),
          'part of the log was refused, and the node was let back in',
        )
      }
    },
    hearPhase: (told) => {
      ;({ mode, phase } = told)
      const wasQuarantined = isQuarantined()
      const isNow = phase === 'QUARANTINED'
      if (isNow !== wasQuarantined) store.transact((writer) => memory.put(writer, 'isQuarantined', isNow))
      return wasQuarantined && !isNow && isMute()
    },
  }
}
