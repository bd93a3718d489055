/**
 * A process that appends to a store until it is killed. It prints `ready`, then after every transaction the last seq that is now
 * acknowledged. Arguments: the data directory.
 */
import { writeSync } from 'node:fs'
import { appendEvents } from '../../../core/store/append-events.ts'
import { readHead } from '../../../core/store/frontier.ts'
import { lockDataDirectory } from '../../../core/store/lock.ts'
import { openStore } from '../../../core/store/open.ts'
import { signTail } from '../../../core/store/sign-tail.ts'
import { hlcOf, testEvent, testOrigin } from '../../helpers/log/origin.ts'
import { putKeyOf, recordedAt, testPorts } from '../../helpers/store/open.ts'

const directory = process.argv[2] ?? ''
const node = testOrigin(1)
using lock = await lockDataDirectory(directory, 'node')
using store = await openStore({ directory, mode: 'read-write', role: 'node', ports: testPorts })
putKeyOf(store, node)
let seq = readHead(store.reader, node.log)?.seq ?? 0
writeSync(1, lock === undefined ? '' : 'ready\n')
for (;;) {
  const count = 1 + (seq % 40)
  const events = Array.from({ length: count }, (_, index) => testEvent(node, seq + index + 1, { pad: 'x'.repeat((seq * 37) % 900) }))
  store.transact((writer) => {
    appendEvents(writer, node.log, events, recordedAt)
    if (seq % 3 === 0) signTail(writer, node.log, { keyId: node.keyId, privateKey: node.keyPair.privateKey }, hlcOf(seq))
  })
  seq += count
  writeSync(1, `${seq}\n`)
}
