/** Opens the store of a directory and ends: a process of its own, to be killed while it migrates. */
import { createPorts } from '../../../core/platform/ports.ts'
import { openStore } from '../../../core/store/open.ts'

const directory = process.argv[2] ?? ''
using store = await openStore({ directory, mode: 'read-write', role: 'master', ports: createPorts('test', 'error') })
process.stdout.write(`${store.directory}\n`)
