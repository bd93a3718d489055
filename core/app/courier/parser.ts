/** The process that a bundle is read in, as whoever started it sees it. */
export type Parser = {
  /** Resolves when there is room for more. Throws Corrupt `PARSER_GARBLED` once it is gone. */
  readonly write: (bytes: Uint8Array) => Promise<void>
  readonly end: () => void
  /** What it says; ends when it does. */
  readonly output: AsyncIterable<Uint8Array>
  /** Ends it at once, if it has not ended; resolves when it is gone. */
  readonly kill: () => Promise<void>
}

export type StartParser = () => Parser
