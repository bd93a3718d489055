/** The first step of the airlock: the bundle goes through the parser process, and what it says is kept beside the store ([CU7], [CU8]). */
import { AppError, isAppError } from '../../kernel/app-error.ts'
import type { Crypto, Files } from '../../kernel/ports.ts'
import { readFrames } from './frames.ts'
import { errorOfFailure } from './parse-bundle.ts'
import type { StartParser } from './parser.ts'
import { openSpool, type Spooled } from './spool.ts'

export type InspectParts = {
  /** The plain archive; what decrypts it is on this side. */
  readonly source: AsyncIterable<Uint8Array>
  readonly directory: string
  readonly startParser: StartParser
  readonly ports: { readonly files: Files; readonly crypto: Crypto }
  readonly signal: AbortSignal
  /** Bytes of the source so far. */
  readonly onProgress: (doneBytes: number) => void
}

/**
 * Nothing of the store is touched. Throws Unavailable `CANCELLED` and what the source throws, Corrupt and Incompatible as the parser
 * says, `PARSER_GARBLED` where it ended or said nonsense.
 */
export async function inspectInto({ source, directory, startParser, ports, signal, onProgress }: InspectParts): Promise<Spooled> {
  const parser = startParser()
  const spool = openSpool(directory, ports)
  const stop = (): void => void parser.kill()
  signal.addEventListener('abort', stop)
  try {
    let failedToFeed: Error | undefined
    const fed = feed().catch((error: unknown) => {
      // What cannot be read on this side is why the parser saw no end; what it says of that is not the reason.
      if (!(isAppError(error) && error.code === 'PARSER_GARBLED')) failedToFeed = asError(error)
      return parser.kill()
    })
    let isWhole = false
    try {
      for await (const frame of readFrames(parser.output)) {
        if (frame.head.kind === 'failed') throw errorOfFailure(frame.head)
        if (frame.head.kind === 'end') isWhole = true
        spool.take(frame)
      }
    } catch (error) {
      await parser.kill()
      await fed
      if (failedToFeed !== undefined) throw failedToFeed
      throw error
    }
    await fed
    if (failedToFeed !== undefined) throw failedToFeed
    requireGoing()
    if (!isWhole)
      throw new AppError(
        'Corrupt',
        'PARSER_GARBLED',
        'The process that reads the bundle ended before the bundle did; nothing was taken in.',
      )
    return spool.finish()
  } catch (error) {
    spool.giveUp()
    requireGoing()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
    await parser.kill()
  }

  async function feed(): Promise<void> {
    let done = 0
    for await (const chunk of source) {
      requireGoing()
      await parser.write(chunk)
      done += chunk.length
      onProgress(done)
    }
    parser.end()
  }

  function requireGoing(): void {
    if (signal.aborted) throw new AppError('Unavailable', 'CANCELLED', 'It was cancelled; nothing was taken in.')
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new AppError('Bug', 'NOT_AN_ERROR', String(error))
}
