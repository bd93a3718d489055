/**
 * The parser process of the airlock: it reads a bundle from its standard input and says what is in it on its standard output. It is started
 * with nothing in its environment, may read no file but its own code, and is ended when it takes more memory than it should.
 */
import { once } from 'node:events'
import { createCompression } from '../platform/compression.ts'
import { createCrypto } from '../platform/crypto.ts'
import { parseBundle } from './courier/parse-bundle.ts'

const output = process.stdout
// Whoever listened is gone: there is nobody left to say anything to.
output.on('error', () => process.exit(1))
for await (const frame of parseBundle(process.stdin, { crypto: createCrypto(), compression: createCompression() })) {
  if (!output.write(frame)) await once(output, 'drain')
}
