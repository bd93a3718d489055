/** What file systems that sticks come with cannot hold. */

/** FAT keeps the length of a file in 32 bits. */
const fatBytes = 2 ** 32 - 1

/** In bytes; null where no file of ours comes near the limit. Every system has its own name for FAT. */
export function largestFileOn(fileSystem: string | null): number | null {
  return fileSystem !== null && /^(v?fat(12|16|32)?|msdos|fat32|fat16)$/i.test(fileSystem) ? fatBytes : null
}
