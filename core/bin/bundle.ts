/** `ibcf bundle`: records of a fleet that travel by hand, packed, looked at, taken in, acknowledged. */
import { AppError } from '../kernel/app-error.ts'
import type { Command } from './command.ts'

const usage = `
ibcf bundle export  --data DIR --to FILE [--for MASTER]... [--full] [--lanes control,fact,bulk] [--domain ID] [--max-bytes N]
                    [--minutes N --bits-per-second N] [--part-bytes N] [--plain --yes-plain] [--operator NAME] [--json]
ibcf bundle import  FILE --data DIR [--receipt-to FILE] [--operator NAME] [--json]
ibcf bundle preview FILE --data DIR [--operator NAME] [--json]
ibcf bundle inspect FILE [--identity-file FILE] [--json]
ibcf bundle verify  FILE [--identity-file FILE] [--data DIR] [--json]
ibcf bundle receipt --data DIR (--to FILE | --take FILE) [--operator NAME] [--json]
ibcf bundle list    DIRECTORY [--json]

Export, import, preview and receipt ask the master that runs on --data; the others need none and write nothing.
A bundle is packed for masters whose cards were accepted (ibcf call sync.card, sync.acceptPeer), holds what they lack by their last
receipt, and is encrypted for them. --for takes the id of a master; none packs for whoever gets it, which nothing encrypts: that takes
--plain and --yes-plain. With a limit the most urgent goes first, and what stays behind is told; the next one holds it.

  --part-bytes N       no file of more than N bytes (FAT32 takes 4 GiB less one byte, which is the limit where none is given)
  --identity-file F    the age identity that opens an encrypted bundle; --data finds the keys that segments are checked with
  --receipt-to FILE    what is to be brought back: it acknowledges everything that is held here
  --json               one line for programs

inspect reads a bundle to its end and checks its seal. verify also unpacks everything, and checks each chain and digest. A bundle in
parts is named by its name without them. Exit status: 0 done, 1 a check failed, 3 refused by a rule.`

type Verb = (args: readonly string[], io: Parameters<Command['run']>[1]) => Promise<number>

/** Loaded only when asked for. */
const verbs: Readonly<Record<string, () => Promise<Verb>>> = {
  export: async () => (await import('./bundle-online.ts')).exportBundle,
  import: async () => (await import('./bundle-online.ts')).importBundle,
  preview: async () => (await import('./bundle-online.ts')).previewBundle,
  receipt: async () => (await import('./bundle-online.ts')).receipt,
  inspect: async () => (await import('./bundle-offline.ts')).inspectBundle,
  verify: async () => (await import('./bundle-offline.ts')).verifyBundle,
  list: async () => (await import('./bundle-offline.ts')).listBundles,
}

export const command: Command = {
  name: 'bundle',
  summary: 'records that travel by hand: export, inspect, preview, import, verify, receipt, list',
  usage,
  run: async ([name = '', ...args], io) => {
    const load = Object.hasOwn(verbs, name) ? verbs[name] : undefined
    if (load === undefined)
      throw new AppError('Invalid', 'VERB_UNKNOWN', `ibcf bundle takes one of ${Object.keys(verbs).join(', ')}; --help says more.`, {
        verb: name,
      })
    const verb = await load()
    return verb(args, io)
  },
}
