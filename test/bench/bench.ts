/** What a bench is, and how its figures are taken: ours and the limit in turns, in the same run, so that both meet the same machine. */

export type BenchLine = {
  readonly bench: string
  readonly value: number
  readonly unit: string
  /** What was measured beside it, with its figure. */
  readonly against: string
  /** Better when larger. */
  readonly ratio: number
  readonly goal: string
  /** Where a goal is missed: how far, and what the cost is made of. */
  readonly note?: string
}

export type BenchOptions = {
  /** Events in the store before anything is measured. */
  readonly events: number
  /** As it was asked for; undefined where nothing was, and a bench has a size of its own. */
  readonly eventsAsked: number | undefined
  /** Nodes of the fleet that questions are asked about. */
  readonly nodes: number
  /** Turns of each contender; the median counts. */
  readonly turns: number
}

export type Bench = {
  readonly name: string
  readonly run: (options: BenchOptions) => Promise<readonly BenchLine[]>
}

export type Contender = {
  readonly name: string
  /** One turn; answers how many units of work it did. */
  readonly turn: (turn: number) => number
}

/** Units per second of each contender, the median of its turns, taken one after the other, turn by turn. */
export function race(contenders: readonly Contender[], turns: number): readonly number[] {
  const rates = contenders.map((): number[] => [])
  for (let turn = 0; turn < turns; turn++) {
    for (const [index, contender] of contenders.entries()) {
      const began = performance.now()
      const units = contender.turn(turn)
      rates[index]?.push(units / ((performance.now() - began) / 1000))
    }
  }
  return rates.map(median)
}

/** As `race`, for contenders that wait for something. */
export async function raceAsync(contenders: readonly AsyncContender[], turns: number): Promise<readonly number[]> {
  const rates = contenders.map((): number[] => [])
  for (let turn = 0; turn < turns; turn++) {
    for (const [index, contender] of contenders.entries()) {
      const began = performance.now()
      const units = await contender.turn(turn)
      rates[index]?.push(units / ((performance.now() - began) / 1000))
    }
  }
  return rates.map(median)
}

export type AsyncContender = { readonly name: string; readonly turn: (turn: number) => number | Promise<number> }

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Two significant places are enough for a ratio. */
export function round(value: number, places: number = 0): number {
  const factor = 10 ** places
  return Math.round(value * factor) / factor
}
