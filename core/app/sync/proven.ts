/** A segment that was proven where it was read. */
import type { FiledSegment } from '../../store/accept-segment.ts'

/** Plain data: it crosses between threads. `publicKey` is the key that it was proven with. */
export type ProvenSegment = { readonly segment: FiledSegment; readonly publicKey: Uint8Array }
