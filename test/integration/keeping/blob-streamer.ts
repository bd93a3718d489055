/**
 * A process that puts so many megabytes into a store in chunks, reads them back in pieces, and prints what it needed at most.
 * Arguments: the data directory, megabytes, and `put` (then it prints `put N` after every chunk) or `both`.
 */
import { writeSync } from 'node:fs'
import { openBlobPut } from '../../../core/store/blobs-incoming.ts'
import { streamBlob } from '../../../core/store/blobs.ts'
import { openStore } from '../../../core/store/open.ts'
import { testPorts } from '../../helpers/store/open.ts'

const [directory = '', megabytes = '1', mode = 'both'] = process.argv.slice(2)
using store = await openStore({ directory, mode: 'read-write', role: 'master', ports: testPorts })
using incoming = openBlobPut(store)
for (let chunk = 0; chunk < Number(megabytes); chunk++) {
  incoming.write(testPorts.random.bytes(1024 * 1024))
  if (mode === 'put') writeSync(1, `put ${chunk + 1}\n`)
}
const { digest } = incoming.finish()
let readBytes = 0
for (const piece of streamBlob(store.reader, digest)?.pieces ?? []) readBytes += piece.length
writeSync(1, `${JSON.stringify({ digest, readBytes, rssBytes: process.resourceUsage().maxRSS * 1024 })}\n`)
