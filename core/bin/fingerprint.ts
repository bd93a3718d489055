/** `ibcf fingerprint`: six words for what a place holds, to be read out over a radio. */
import { exitCodes } from '../kernel/app-error.ts'
import { heldFingerprint } from '../app/held/fingerprint.ts'
import { createPorts } from '../platform/ports.ts'
import { openStore } from '../store/open.ts'
import type { Command } from './command.ts'
import { pathOption, readOptions } from './options.ts'

export const command: Command = {
  name: 'fingerprint',
  summary: 'six words for what a place holds, to compare by voice',
  usage: `
ibcf fingerprint --data DIR [--json]

The words stand for the frontier: every log held here, how far, with its hash. Two places that read out the same words hold the same
events.`,
  run: async (args, io) => {
    const { values } = readOptions(args, { data: { type: 'string' }, json: { type: 'boolean' } })
    const directory = pathOption(values.data, 'data', io)
    const ports = createPorts('fingerprint', 'warn')
    using store = await openStore({ directory, mode: 'read-only', role: 'master', ports })
    const { scope, logs, words, hex } = heldFingerprint(store.reader, ports.crypto)
    io.stdout(values.json === true ? JSON.stringify({ scope, logs, fingerprint: words.join(' '), hex }) : words.join(' '))
    return exitCodes.done
  },
}
