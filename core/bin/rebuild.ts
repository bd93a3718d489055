/** `ibcf rebuild`: makes the projections of a data directory anew, while no master runs on it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createProjectionEngine } from '../app/projecting/engine.ts'
import { createProjectionKeeper } from '../app/projecting/keep-projections.ts'
import { type ProjectionStatus, readProjectionStatus } from '../app/projecting/read-status.ts'
import { readGenerations } from '../app/projecting/tables.ts'
import { AppError, exitCodes } from '../kernel/app-error.ts'
import { createPorts } from '../platform/ports.ts'
import { projections } from '../projections/all.ts'
import { lockDataDirectory } from '../store/lock.ts'
import { openStore } from '../store/open.ts'
import type { Command, CommandIo } from './command.ts'
import { pathOption, readOptions } from './options.ts'

const reportEveryMs = 250
const barWidth = 30

export const command: Command = {
  name: 'rebuild',
  summary: 'makes the projections of a data directory anew from its events',
  usage: `
ibcf rebuild --data DIR [--json]

Folds every event again into new tables and swaps them in when they are complete; what was there before serves until then. All
projections are made at once, since reading the events is most of the work. A rebuild that another run began is gone on with; Ctrl-C
stops this one, and the next run, of this command or of the master, goes on with it. While a master runs on the directory, use
ibcf call projection.rebuild instead.
With --json every line is {"done":...,"total":...,"rate":...,"etaSeconds":...}; the last one is {"ok":...,"events":...,"stateHash":...}.`,
  run: async (args, io) => {
    const { values } = readOptions(args, { data: { type: 'string' }, json: { type: 'boolean' } })
    const directory = pathOption(values.data, 'data', io)
    const ports = createPorts('rebuild', 'warn')
    if (!existsSync(join(directory, 'store.sqlite')))
      throw new AppError('NotFound', 'STORE_MISSING', `There is no event store in ${directory}.`, { directory })
    using _lock = await lockDataDirectory(directory, 'rebuild')
    using store = await openStore({ directory, mode: 'read-write', role: 'master', ports })
    const engine = store.transact((writer) => createProjectionEngine(writer, projections, ports.crypto))
    const keeper = createProjectionKeeper({ store, engine, ports, told: () => undefined })
    if (!readGenerations(store.reader).some(({ state }) => state === 'building')) keeper.rebuild('Asked for on the command line.')
    const show = values.json === true ? printLine(io) : drawBar()
    let shownAt = Number.NEGATIVE_INFINITY
    for (let isMore = true; isMore && !io.signal.aborted; ) {
      isMore = false
      keeper.finish(() => {
        isMore = true
        return 'stop'
      })
      // Signals are heard between slices.
      await ports.scheduler.yield()
      if (isMore && ports.clock.monotonic() - shownAt < reportEveryMs) continue
      shownAt = ports.clock.monotonic()
      const [status] = readProjectionStatus(store.reader, engine.kept, ports.clock.now())
      if (status !== undefined) show(status)
    }
    const isDone = !readGenerations(store.reader).some(({ state }) => state === 'building')
    const [status] = readProjectionStatus(store.reader, engine.kept, ports.clock.now())
    const stateHash = engine.stateHash(store.reader)
    if (values.json === true) io.stdout(JSON.stringify({ ok: isDone, events: status?.head ?? 0, stateHash }))
    else if (isDone) io.stdout(`All projections were made anew from ${status?.head ?? 0} events. State hash: ${stateHash}`)
    else io.stdout('Stopped. What is done is kept, and the next run goes on from there.')
    return isDone ? exitCodes.done : exitCodes.checkFailed
  },
}

function printLine(io: CommandIo): (status: ProjectionStatus) => void {
  return ({ rebuild }) => {
    if (rebuild === null) return
    const { done, total, rate, etaSeconds } = rebuild
    io.stdout(JSON.stringify({ done, total, rate, etaSeconds }))
  }
}

/** On a terminal only: elsewhere a bar is noise. */
function drawBar(): (status: ProjectionStatus) => void {
  if (!process.stderr.isTTY) return () => undefined
  return ({ rebuild, head }) => {
    const { done, total, rate, etaSeconds } = rebuild ?? { done: head, total: head, rate: 0, etaSeconds: 0 }
    const filled = total === 0 ? barWidth : Math.floor((done / total) * barWidth)
    const left = etaSeconds === null ? '' : `, ${etaSeconds} s left`
    process.stderr.write(`\r[${'#'.repeat(filled)}${' '.repeat(barWidth - filled)}] ${done} of ${total} events, ${rate}/s${left}   `)
    if (rebuild === null) process.stderr.write('\n')
  }
}
