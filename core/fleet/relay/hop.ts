/** One step of a way to the master: `from` is reached through `to`; null is the master itself. A node may have several. */
export type Hop = { readonly from: string; readonly to: string | null }
