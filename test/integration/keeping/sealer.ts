/** A process that seals all old bulk of a store until it is done or killed. It says each step. Arguments: the data directory. */
import { writeSync } from 'node:fs'
import { lockDataDirectory } from '../../../core/store/lock.ts'
import { openStore } from '../../../core/store/open.ts'
import { finishing, sealing } from '../../../core/store/seal-bulk.ts'
import { testOrigin } from '../../helpers/log/origin.ts'
import { testPorts } from '../../helpers/store/open.ts'

const directory = process.argv[2] ?? ''
using lock = await lockDataDirectory(directory, 'seal')
using store = await openStore({ directory, mode: 'read-write', role: 'master', ports: testPorts })
writeSync(1, lock === undefined ? '' : 'ready\n')
for (const _ of finishing(store)) writeSync(1, 'finishing\n')
for (let isMore = true; isMore; ) {
  const steps = sealing(store, testOrigin(1, 'bulk').log, { atMostBytes: 600_000 }, testPorts.clock.now())
  let step = steps.next()
  for (; step.done !== true; step = steps.next()) writeSync(1, 'step\n')
  isMore = step.value !== undefined
}
writeSync(1, 'done\n')
