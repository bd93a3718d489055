/** `ibcf seal`: moves old bulk of a data directory into archives, while no master runs on it. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { dayMs, defaultKeepBulkDays, leastSealBytes } from '../app/keeping/retaining.ts'
import { readSettings } from '../app/settings.ts'
import { AppError, exitCodes } from '../kernel/app-error.ts'
import type { Ports } from '../kernel/ports.ts'
import { parseLogId } from '../log/log-id.ts'
import { createPorts } from '../platform/ports.ts'
import { lockDataDirectory } from '../store/lock.ts'
import { openStore, type Store } from '../store/open.ts'
import { finishing, type Sealed, sealing } from '../store/seal-bulk.ts'
import { bulkLogs, chooseSeal } from '../store/seal-choice.ts'
import { previewSeal, type SealPreview } from '../store/seals.ts'
import type { Command, CommandIo } from './command.ts'
import { pathOption, readOptions } from './options.ts'

const archiveBytes = 8 * 1024 * 1024
const mostDays = 3650

export const command: Command = {
  name: 'seal',
  summary: 'moves old bulk out of the event store into archives beside it',
  usage: `
ibcf seal --data DIR [--keep-days N] [--dry-run] [--json]

Bulk (snapshots and digests of presence) that was recorded here more than N days ago goes into archives in DIR/archive, and out of the
store; control and facts always stay. It is read back when it is asked for, and ibcf verify proves it without its archive from the
signed points. Ctrl-C stops between two steps; what is sealed stays sealed. A running master does this by itself: ask it with
ibcf call store.seal.

  --keep-days N   0 to ${mostDays}; by default what the master of DIR is set to, else ${defaultKeepBulkDays}
  --dry-run       only says how much it would be; may be asked while a master runs

With --json the last line is {"ok":true,"logs":...,"events":...,"bytes":...,"archiveBytes":...,"archives":[...]}.`,
  run: async (args, io) => {
    const { values } = readOptions(args, {
      data: { type: 'string' },
      'keep-days': { type: 'string' },
      'dry-run': { type: 'boolean' },
      json: { type: 'boolean' },
    })
    const directory = pathOption(values.data, 'data', io)
    if (!existsSync(join(directory, 'store.sqlite')))
      throw new AppError('NotFound', 'STORE_MISSING', `There is no event store in ${directory}.`, { directory })
    const ports = createPorts('seal', 'warn')
    const days = daysOf(values['keep-days']) ?? readSettings(ports.files, directory).keepBulkDays ?? defaultKeepBulkDays
    const before = ports.clock.now() - days * dayMs
    if (values['dry-run'] === true) {
      using store = await openStore({ directory, mode: 'read-only', role: 'master', ports })
      const preview = previewSeal(store.reader, before, leastSealBytes)
      io.stdout(values.json === true ? JSON.stringify({ ok: true, keepDays: days, ...preview }) : previewInWords(preview, days))
      return exitCodes.done
    }
    using _lock = await lockDataDirectory(directory, 'seal')
    using store = await openStore({ directory, mode: 'read-write', role: 'master', ports })
    const sealed = await sealAll(store, ports, before, io)
    const sum = (of: (one: Sealed) => number): number => sealed.reduce((total, one) => total + of(one), 0)
    const logs = new Set(sealed.map(({ log }) => log)).size
    const events = sum(({ from, to }) => to - from + 1)
    const [bytes, packed] = [sum((one) => one.bytes), sum((one) => one.archiveBytes)]
    if (values.json === true) {
      const archives = sealed.map(({ file }) => file)
      io.stdout(JSON.stringify({ ok: !io.signal.aborted, keepDays: days, logs, events, bytes, archiveBytes: packed, archives }))
    } else if (events === 0) io.stdout(`Nothing was recorded more than ${days} days ago that is worth an archive.`)
    else io.stdout(`Sealed ${events} events of ${logs} logs: ${bytes} bytes are now ${packed} in ${sealed.length} archives.`)
    return io.signal.aborted ? exitCodes.checkFailed : exitCodes.done
  },
}

/** Signals are heard between two steps. */
async function sealAll(store: Store, { clock, scheduler }: Pick<Ports, 'clock' | 'scheduler'>, recordedBefore: number, io: CommandIo) {
  const sealed: Sealed[] = []
  for (const _ of finishing(store)) await scheduler.yield()
  for (const name of bulkLogs(store.reader, '', Number.MAX_SAFE_INTEGER)) {
    const log = parseLogId(name)
    const choice = chooseSeal(store.reader, log, { recordedBefore, leastBytes: leastSealBytes })
    for (let to = 0; choice !== undefined && to < choice.to && !io.signal.aborted; ) {
      const steps = sealing(store, log, { recordedBefore, upTo: choice.to, atMostBytes: archiveBytes }, clock.now())
      try {
        let step = steps.next()
        for (; step.done !== true && !io.signal.aborted; step = steps.next()) await scheduler.yield()
        if (step.done !== true || step.value === undefined) break
        sealed.push(step.value)
        to = step.value.to
      } finally {
        steps.return(undefined)
      }
    }
  }
  return sealed
}

/** Throws Invalid `DAYS_MALFORMED`. */
function daysOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const days = Number(text)
  if (text.trim() !== '' && Number.isInteger(days) && days >= 0 && days <= mostDays) return days
  throw new AppError('Invalid', 'DAYS_MALFORMED', `--keep-days is a number of days from 0 to ${mostDays}.`, { given: text.slice(0, 40) })
}

function previewInWords({ logs, events, bytes }: SealPreview, days: number): string {
  if (events === 0) return `Nothing was recorded more than ${days} days ago that is worth an archive.`
  return `${events} events of ${logs} logs would be sealed: ${bytes} bytes.`
}
