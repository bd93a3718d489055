/** Where programs of the site lie, as a port: a file each, the one before beside it, and a way to start one and ask who it is. */

export type Started =
  | { readonly isUp: true; readonly version: string; readonly health: string }
  | { readonly isUp: false; readonly sentence: string }

export type SoftwarePlace = {
  /** SHA-256 in hex of what lies there; undefined when nothing does. */
  readonly digestInPlace: (name: string) => string | undefined
  /** Swaps the file durably, and keeps what lay there; the same bytes twice keep what was before them. */
  readonly put: (name: string, bytes: Uint8Array) => void
  /** Puts back what was kept, or leaves nothing where nothing had been. */
  readonly putBack: (name: string) => void
  /** Starts it; answers what it says of itself, or why it did not come up. */
  readonly start: (name: string) => Promise<Started>
}

/** A file of that name stays in its folder, on every system. */
export function isFileName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name) && !name.endsWith('.previous') && !name.endsWith('.new')
}
