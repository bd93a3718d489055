/**
 * Whether this start begins a new life of the master, and its beginning. After a restore the logs of before are closed where they
 * stand, because elsewhere they may go on further: what this master says next goes into logs of a new incarnation ([MA10], [MA11]).
 */
import { join } from 'node:path'
import { decodeTime } from 'ulid'
import { createUlidSource, type IncarnationId } from '../../kernel/ids.ts'
import type { Reader } from '../../kernel/reader.ts'
import { parseLogId } from '../../log/log-id.ts'
import { readFrontier, readHead } from '../../store/frontier.ts'
import type { MasterConfig } from '../config.ts'
import { type MasterIdentity, type Opening, writeIdentity } from '../identity.ts'
import type { Recorder } from '../recorder.ts'
import { lostPoints, type Point, readHighWater } from './high-water.ts'

/** Left in the data directory by a restore, until the new life has begun. */
export const restoredMarkName = 'restored.json'

/** Points named by one event; more go into the next. */
const pointsPerEvent = 256

export type Life = {
  readonly identity: MasterIdentity
  /** Set when this life is yet to be opened. */
  readonly opening: Opening | undefined
  /** What the high-water mark goes on from. */
  readonly mark: readonly Point[]
}

/**
 * Decided before anything is written, and kept beside the store before the first event of the new life is: a start that is killed in
 * between goes on with the same one.
 */
export function judgeLife(config: MasterConfig, identity: MasterIdentity, reader: Reader): Life {
  const { directory, ports } = config
  if (directory === ':memory:') return { identity, opening: undefined, mark: [] }
  const mark = readHighWater(directory, identity.masterId, ports.files)
  if (identity.opening !== undefined) return { identity, opening: identity.opening, mark: [] }
  const lost = lostPoints(reader, mark)
  const isRestored = ports.files.read(join(directory, restoredMarkName)) !== undefined
  if (!isRestored && lost.length === 0) return { identity, opening: undefined, mark }
  const opening: Opening = { reason: isRestored ? 'restored' : 'high-water', lost: lost.slice(0, pointsPerEvent) }
  const begun: MasterIdentity = { ...identity, incarnation: nextIncarnation(config, identity, reader, mark), opening }
  writeIdentity(config, begun)
  return { identity: begun, opening, mark: [] }
}

/**
 * Records the opening event as the first of the new life, and then `awaitContact`. Begun again by the next start when it was not
 * finished; what was recorded before is not recorded twice.
 */
export function openLife(
  recorder: Recorder,
  { identity, opening }: Life,
  config: MasterConfig,
  reader: Reader,
  awaitContact: () => void,
): void {
  if (opening === undefined) return
  const { masterId, rootDomainId, incarnation } = identity
  if (readHead(reader, { origin: masterId, incarnation, lane: 'control', domain: rootDomainId }) === undefined) {
    // First of all the tails of before are closed with a signature.
    recorder.sign()
    const continues = readFrontier(reader, { origin: masterId })
      .filter(({ branch, log }) => branch === 0 && parseLogId(log).incarnation !== incarnation)
      .map(({ log, seq, head }) => ({ log, seq, head }))
    recorder.record(({ decide }) => {
      for (let at = 0; at === 0 || at < continues.length; at += pointsPerEvent) {
        decide({
          type: 'ibcf.incarnation.opened.v1',
          subject: masterId,
          domain: rootDomainId,
          data: {
            incarnation,
            reason: opening.reason,
            continues: continues.slice(at, at + pointsPerEvent),
            lost: at === 0 ? [...opening.lost] : [],
          },
        })
      }
    })
    recorder.sign()
  }
  awaitContact()
  config.ports.files.remove(join(config.directory, restoredMarkName))
  const { opening: _, ...settled } = identity
  writeIdentity(config, settled)
  config.ports.diagnostics.warn('this master began a new life and holds no authority until it is given some', {
    reason: opening.reason,
    incarnation,
  })
}

/** Larger than every one that is known of, so that of two lives the later is always the larger, also when the clock went back. */
function nextIncarnation(config: MasterConfig, identity: MasterIdentity, reader: Reader, mark: readonly Point[]): IncarnationId {
  const logs = [...readFrontier(reader, { origin: identity.masterId }), ...mark].map(({ log }) => parseLogId(log).incarnation as string)
  const newest = [identity.incarnation as string, ...logs].reduce((a, b) => (a > b ? a : b))
  const { clock, random } = config.ports
  const next = createUlidSource(clock, random)<IncarnationId>()
  if (next > newest) return next
  return createUlidSource({ ...clock, now: () => decodeTime(newest) + 1 }, random)<IncarnationId>()
}
