/** Reads a command's options; what does not fit is one clear sentence and exit status 2. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { resolve } from 'node:path'
import { AppError } from '../kernel/app-error.ts'
import type { CommandIo } from './command.ts'

type Options = NonNullable<ParseArgsConfig['options']>

/** Throws Invalid `OPTION_UNKNOWN` with Node's own words, which name the option. */
export function readOptions<Wanted extends Options>(args: readonly string[], options: Wanted, positionals = 0) {
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: positionals > 0, strict: true })
    if (parsed.positionals.length > positionals) throw new TypeError(`Unexpected argument '${parsed.positionals[positionals]}'`)
    return parsed
  } catch (cause) {
    throw new AppError(
      'Invalid',
      'OPTION_UNKNOWN',
      cause instanceof Error ? `${cause.message.split(/\.\s/)[0]}.` : 'The options do not fit.',
      {},
      cause,
    )
  }
}

/** Throws Invalid `OPTION_MISSING`. */
export function required(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw new AppError('Invalid', 'OPTION_MISSING', `--${name} is needed.`, { option: name })
  return value
}

export function pathOption(value: string | undefined, name: string, io: CommandIo): string {
  return resolve(io.cwd, required(value, name))
}

/** Throws Invalid `CHOICE_UNKNOWN`. */
export function choiceOption<Choice extends string>(value: string, name: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((candidate) => candidate === value.toUpperCase())
  if (choice === undefined)
    throw new AppError('Invalid', 'CHOICE_UNKNOWN', `--${name} is one of ${choices.join(', ')}.`, { option: name, given: value })
  return choice
}
