/** The link's quality, measured by the node's own requests: no traffic is made for the measuring. */
import type { LinkQuality } from '../fleet/node/node-record.ts'

export type LinkMeter = {
  readonly answered: (tookMs: number, sentBytes: number) => void
  readonly failed: () => void
  /** Undefined until the first answer. While nothing answers, `loss_pct` climbs to 100 and the rest is what was last seen. */
  readonly read: () => LinkQuality | undefined
}

/** Requests that loss is counted over. */
const windowSize = 20
/** Weight of the newest measurement. */
const weight = 0.3
/** Smaller bodies say more of the round trip than of the bandwidth. */
const leastBytes = 4096

export function createLinkMeter(): LinkMeter {
  const outcomes: boolean[] = []
  let rttMs: number | undefined
  let bandwidthKbps = 0
  const note = (isAnswered: boolean): void => {
    outcomes.push(isAnswered)
    if (outcomes.length > windowSize) outcomes.shift()
  }
  return {
    answered: (tookMs, sentBytes) => {
      note(true)
      if (sentBytes < leastBytes) rttMs = rttMs === undefined ? tookMs : rttMs + weight * (tookMs - rttMs)
      // Bits over milliseconds are kilobits over seconds.
      else {
        const kbps = (sentBytes * 8) / Math.max(tookMs - (rttMs ?? 0), 1)
        bandwidthKbps = bandwidthKbps === 0 ? kbps : bandwidthKbps + weight * (kbps - bandwidthKbps)
      }
    },
    failed: () => note(false),
    read: () => {
      if (rttMs === undefined) return undefined
      const lost = outcomes.filter((isAnswered) => !isAnswered).length
      return { rtt_ms: tenth(rttMs), loss_pct: tenth((100 * lost) / outcomes.length), bandwidth_kbps: tenth(bandwidthKbps) }
    },
  }
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
