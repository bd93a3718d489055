/** Writes resources/schemas from the schemas of core: `node build/write-schemas.mjs`, under Node 24. */
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeSchemas } from './checks/schemas.mjs'

const changed = await writeSchemas(dirname(dirname(fileURLToPath(import.meta.url))))
console.log(changed.length === 0 ? 'The schemas are up to date.' : `Written: ${changed.join(', ')}`)
