/** Where the entry of a thread lies, as source or bundled: bundled, all entries and chunks are in one folder. */

/** `folder` is where the source lies, from the module at `us`. */
export function besideUs(us: string, folder: string, entry: string): URL {
  return new URL(us.endsWith('.ts') ? `${folder}${entry}.ts` : `./${entry}.mjs`, us)
}
