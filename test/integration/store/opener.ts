/** A process that opens a data directory and prints what came of it, as one line of JSON. Arguments: the directory, the mode. */
import { isAppError } from '../../../core/kernel/app-error.ts'
import { lockDataDirectory } from '../../../core/store/lock.ts'
import { openStore } from '../../../core/store/open.ts'
import { lastPosition } from '../../../core/store/read-events.ts'
import { testPorts } from '../../helpers/store/open.ts'

const [directory = '', mode = ''] = process.argv.slice(2)

try {
  if (mode === 'read-only') {
    using store = await openStore({ directory, mode, role: 'node', ports: testPorts })
    print({ events: lastPosition(store.reader) })
  } else if (mode === 'lock') {
    using lock = await lockDataDirectory(directory, 'node')
    print({ locked: lock !== undefined })
  } else {
    using store = await openStore({ directory, mode: 'read-write', role: 'node', ports: testPorts })
    print({ events: lastPosition(store.reader) })
  }
} catch (error) {
  if (!isAppError(error)) throw error
  print({ kind: error.kind, code: error.code, facts: error.facts })
}

function print(outcome: object): void {
  process.stdout.write(`${JSON.stringify(outcome)}\n`)
}
