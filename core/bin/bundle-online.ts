/** The verbs of `ibcf bundle` that ask a running master. */
import type { z } from 'zod'
import type { exportedView, importedView, receiptView, takenReceipts } from '../contract/sync.ts'
import { AppError, exitCodes } from '../kernel/app-error.ts'
import { createFiles } from '../platform/files.ts'
import { callProcedure, targetOfDirectory } from './api-client.ts'
import type { CommandIo } from './command.ts'
import { pathOption, readOptions } from './options.ts'

type Common = { readonly data?: string | undefined; readonly operator?: string | undefined }

const common = { data: { type: 'string' }, operator: { type: 'string' }, json: { type: 'boolean' } } as const

export async function exportBundle(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = readOptions(args, {
    ...common,
    to: { type: 'string' },
    for: { type: 'string', multiple: true },
    full: { type: 'boolean' },
    lanes: { type: 'string' },
    domain: { type: 'string' },
    'max-bytes': { type: 'string' },
    minutes: { type: 'string' },
    'bits-per-second': { type: 'string' },
    'part-bytes': { type: 'string' },
    plain: { type: 'boolean' },
    'yes-plain': { type: 'boolean' },
  })
  const made = (await ask(values, io, 'sync.export', {
    file: pathOption(values.to, 'to', io),
    to: values.for ?? [],
    full: values.full === true,
    ...(values.lanes === undefined ? {} : { lanes: values.lanes.split(',') }),
    ...(values.domain === undefined ? {} : { domainId: values.domain }),
    ...numberOption('maxBytes', values['max-bytes'], 'max-bytes'),
    ...numberOption('minutes', values.minutes, 'minutes'),
    ...numberOption('bitsPerSecond', values['bits-per-second'], 'bits-per-second'),
    ...numberOption('partBytes', values['part-bytes'], 'part-bytes'),
    plain: values.plain === true,
    confirmPlain: values['yes-plain'] === true,
  })) as z.infer<typeof exportedView>
  io.stdout(
    values.json === true
      ? JSON.stringify({ ok: true, ...made })
      : [
          `${made.file}: ${made.events} events of ${made.logs} logs and ${made.blobs} pieces of content in ${made.sizeBytes} bytes, ${made.encrypted ? 'encrypted' : 'not encrypted'}.`,
          ...(made.parts.length === 0 ? [] : [`In ${made.parts.length} parts.`]),
          ...(made.left.events + made.left.blobs === 0
            ? []
            : [`${made.left.events} events and ${made.left.blobs} pieces of content did not fit and go with the next one.`]),
        ].join('\n'),
  )
  return exitCodes.done
}

export async function importBundle(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = readOptions(args, { ...common, 'receipt-to': { type: 'string' } }, 1)
  const taken = (await ask(values, io, 'sync.import', {
    file: pathOption(positionals[0], 'file', io),
    ...(values['receipt-to'] === undefined ? {} : { receiptFile: pathOption(values['receipt-to'], 'receipt-to', io) }),
  })) as z.infer<typeof importedView>
  const isWhole = taken.refused.length + taken.gaps.length === 0
  if (values.json === true) io.stdout(JSON.stringify({ ok: isWhole, ...taken }))
  else {
    io.stdout(`From ${JSON.stringify(taken.from.name)}: ${taken.storedEvents} events and ${taken.storedBlobs} pieces of content were new.`)
    for (const { log, at } of taken.forks)
      io.stdout(`Told otherwise before: ${log} from ${at} on. Both are kept, without effect, until somebody decides.`)
    for (const { log, from, to } of taken.absent)
      io.stdout(`Left out, or still to come: ${log} ${from} to ${to}, of which its origin speaks.`)
    for (const { log, expected } of taken.gaps) io.stdout(`Cannot be placed yet: ${log}; what comes from ${expected} on is missing.`)
    for (const { code, sentence, log, count } of taken.refused) io.stdout(`Refused (${code}): ${sentence} ${log} (${count} times)`)
  }
  return isWhole ? exitCodes.done : exitCodes.checkFailed
}

const lookEveryMs = 200

type InAirlock = {
  readonly importId: string
  readonly stage: string
  readonly preview: unknown
  readonly problem: { readonly code: string; readonly sentence: string } | null
}

/** What it would change, by the airlock of the master; it is put away again, and nothing is taken in. */
export async function previewBundle(args: readonly string[], io: CommandIo): Promise<number> {
  const { values, positionals } = readOptions(args, common, 1)
  let seen = (await ask(values, io, 'bundle.inspect', { file: pathOption(positionals[0], 'file', io) })) as InAirlock
  const { importId } = seen
  try {
    while (seen.stage === 'inspecting' || seen.stage === 'previewing') {
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
      seen = (await ask(values, io, 'bundle.import', { importId })) as InAirlock
      if (seen.stage === 'inspected') seen = (await ask(values, io, 'bundle.preview', { importId })) as InAirlock
    }
  } finally {
    await ask(values, io, 'bundle.cancel', { importId })
  }
  if (seen.problem !== null) throw new AppError('Rejected', seen.problem.code, seen.problem.sentence)
  io.stdout(values.json === true ? JSON.stringify({ ok: true, preview: seen.preview }) : JSON.stringify(seen.preview, null, 2))
  return exitCodes.done
}

export async function receipt(args: readonly string[], io: CommandIo): Promise<number> {
  const { values } = readOptions(args, { ...common, to: { type: 'string' }, take: { type: 'string' } })
  if ((values.to === undefined) === (values.take === undefined))
    throw new AppError('Invalid', 'OPTIONS_EXCLUDE', 'Give --to, to write a receipt, or --take, to take one in.')
  if (values.to !== undefined) {
    const made = (await ask(values, io, 'sync.receipt', { file: pathOption(values.to, 'to', io) })) as z.infer<typeof receiptView>
    io.stdout(values.json === true ? JSON.stringify({ ok: true, ...made }) : `${made.file}: receipt ${made.n}, over ${made.points} logs.`)
    return exitCodes.done
  }
  const taken = (await ask(values, io, 'sync.takeReceipt', { file: pathOption(values.take, 'take', io) })) as z.infer<typeof takenReceipts>
  const isTaken = taken.items.every(({ kind }) => kind !== 'refused')
  if (values.json === true) io.stdout(JSON.stringify({ ok: isTaken, ...taken }))
  else
    for (const { kind, masterId, n, code } of taken.items)
      io.stdout(code === null ? `Receipt ${n} of ${masterId}: ${kind}.` : `Refused (${code}).`)
  return isTaken ? exitCodes.done : exitCodes.refused
}

function ask(values: Common, io: CommandIo, procedure: string, input: unknown): Promise<unknown> {
  return callProcedure(
    targetOfDirectory(pathOption(values.data, 'data', io), createFiles()),
    'main',
    procedure,
    input,
    values.operator,
    io.signal,
  )
}

function numberOption(name: string, value: string | undefined, option: string): Readonly<Record<string, number>> {
  if (value === undefined) return {}
  const number = Number(value)
  if (!Number.isFinite(number) || number <= 0)
    throw new AppError('Invalid', 'OPTION_MALFORMED', `--${option} takes a number above zero.`, { option, given: value.slice(0, 40) })
  return { [name]: number }
}
