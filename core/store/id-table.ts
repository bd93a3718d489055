/**
 * Numbers of ids that were met, by the 16 bytes of the id. Every stored event asks for its subject's: a table of plain words answers
 * without a text being made for the question, and takes a quarter of the room of a map of texts.
 */
export type IdTable = {
  /** The number of the id at `start` in `bytes`; 0 when it was not met. */
  readonly get: (bytes: Uint8Array, start: number) => number
  readonly set: (bytes: Uint8Array, start: number, number: number) => void
  readonly clear: () => void
}

const wordsPerId = 4

/** Begins anew when `most` ids are in it: whoever asks finds the others in the tables. */
export function createIdTable(most: number): IdTable {
  let room = 256
  // An entry's place, counted from 1; 0 where there is none. Twice as many slots as entries, a power of two.
  let slots = new Int32Array(2 * room)
  let words = new Uint32Array(wordsPerId * room)
  let numbers = new Float64Array(room)
  let count = 0

  /** The slot of the id, or the free one where it would be. */
  function slotOf(a: number, b: number, c: number, d: number): number {
    const mask = slots.length - 1
    // The last words of a ULID are random; multiplied, so that ids that count up do not lie in a row.
    let slot = (Math.imul(d ^ (c << 7) ^ (b >>> 3) ^ a, 0x9e3779b1) >>> 7) & mask
    for (;;) {
      const place = slots[slot] as number
      if (place === 0) return slot
      const at = wordsPerId * (place - 1)
      if (words[at + 3] === d && words[at + 2] === c && words[at + 1] === b && words[at] === a) return slot
      slot = (slot + 1) & mask
    }
  }

  function add(a: number, b: number, c: number, d: number, number: number): void {
    slots[slotOf(a, b, c, d)] = ++count
    words.set([a, b, c, d], wordsPerId * (count - 1))
    numbers[count - 1] = number
  }

  function clear(): void {
    slots.fill(0)
    count = 0
  }

  function grow(): void {
    const [oldWords, oldNumbers, oldCount] = [words, numbers, count]
    room *= 2
    slots = new Int32Array(2 * room)
    words = new Uint32Array(wordsPerId * room)
    numbers = new Float64Array(room)
    count = 0
    const wordOf = (index: number): number => oldWords[index] as number
    for (let index = 0; index < oldCount; index++) {
      const at = wordsPerId * index
      add(wordOf(at), wordOf(at + 1), wordOf(at + 2), wordOf(at + 3), oldNumbers[index] as number)
    }
  }

  return {
    get: (bytes, start) => {
      const place = slots[
        slotOf(wordAt(bytes, start), wordAt(bytes, start + 4), wordAt(bytes, start + 8), wordAt(bytes, start + 12))
      ] as number
      return place === 0 ? 0 : (numbers[place - 1] as number)
    },
    set: (bytes, start, number) => {
      if (count >= most) clear()
      else if (count === room) grow()
      add(wordAt(bytes, start), wordAt(bytes, start + 4), wordAt(bytes, start + 8), wordAt(bytes, start + 12), number)
    },
    clear,
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) >>> 0
  )
}
