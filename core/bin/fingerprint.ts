/** `ibcf fingerprint`: six words for what a place holds, to be read out over a radio. */
import { exitCodes } from '../kernel/app-error.ts'
import { everything, heldFingerprint } from '../app/held/fingerprint.ts'
import { domainScope } from '../app/held/scopes.ts'
import { readStateHash } from '../app/projecting/hash.ts'
import { createPorts } from '../platform/ports.ts'
import { projections } from '../projections/all.ts'
import { missingBlobs } from '../store/blob-references.ts'
import { openStore } from '../store/open.ts'
import type { Command } from './command.ts'
import { pathOption, readOptions } from './options.ts'

const missingAtMost = 1000

export const command: Command = {
  name: 'fingerprint',
  summary: 'six words for what a place holds, to compare by voice',
  usage: `
ibcf fingerprint --data DIR [--domain ID] [--json]

The words stand for the frontier: every log held here, how far, with its hash. Two places that read out the same words for the same
scope hold the same events. --domain limits it to a domain with all below it; without, it is everything.
Two places of equal words and equal versions also show the same: on a master the state hash says so. It is told of everything, and
null while subjects wait to be judged again.
With --json: {"scope":...,"logs":...,"fingerprint":...,"hex":...,"missingBlobs":...,"stateHash":...}.`,
  run: async (args, io) => {
    const { values } = readOptions(args, { data: { type: 'string' }, domain: { type: 'string' }, json: { type: 'boolean' } })
    const directory = pathOption(values.data, 'data', io)
    const ports = createPorts('fingerprint', 'warn')
    using store = await openStore({ directory, mode: 'read-only', role: 'master', ports })
    const { reader } = store
    const scope = values.domain === undefined ? everything : domainScope(reader, values.domain)
    const { logs, words, hex } = heldFingerprint(reader, ports.crypto, scope)
    const isMaster = reader.get("SELECT 1 FROM store_facts WHERE name = 'role' AND value = 'master'") !== undefined
    const state = isMaster ? readStateHash(reader, projections, ports.crypto) : undefined
    const stateHash = state?.isSettled === true ? state.hash : null
    const missing = missingBlobs(reader, missingAtMost).length
    if (values.json === true)
      io.stdout(JSON.stringify({ scope: scope.name, logs, fingerprint: words.join(' '), hex, missingBlobs: missing, stateHash }))
    else {
      io.stdout(words.join(' '))
      io.stdout(`Of ${scope.name}: ${logs} logs.`)
      if (stateHash !== null) io.stdout(`State hash: ${stateHash}`)
      if (missing > 0) io.stdout(`${missing} contents that events need are missing.`)
    }
    return exitCodes.done
  },
}
