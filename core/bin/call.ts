/** `ibcf call`: any procedure of the contract, from the command line. */
import { createFiles } from '../platform/files.ts'
import { AppError, exitCodes } from '../kernel/app-error.ts'
import { callProcedure, type ApiTarget, targetOfDirectory } from './api-client.ts'
import type { Command, CommandIo } from './command.ts'
import { pathOption, readOptions } from './options.ts'

export const command: Command = {
  name: 'call',
  summary: 'calls any procedure of the API of a running master',
  usage: `
ibcf call PROCEDURE [JSON] (--data DIR | --url URL --token-file FILE) [--operator NAME] [--workspace main|demo]

Prints the answer as JSON; a stream as one JSON line per item, until interrupted.
Procedures are those of the contract, for example: fleet.overview, node.list, enrolment.approve, operator.create, domain.configure.

  --data DIR        the master that runs on this directory, over its private socket
  --url URL         a master that listens elsewhere; its token is read from --token-file
  --operator NAME   who acts (name or id); needed for an act when there is more than one operator
  --workspace W     main (default), demo or host

Example: ibcf call enrolment.approve '{"requestId":"01..."}' --data ./island`,
  run: async (args, io) => {
    const { values, positionals } = readOptions(
      args,
      {
        data: { type: 'string' },
        url: { type: 'string' },
        'token-file': { type: 'string' },
        operator: { type: 'string' },
        workspace: { type: 'string' },
        json: { type: 'boolean' },
      },
      2,
    )
    const [procedure, text = '{}'] = positionals
    if (procedure === undefined)
      throw new AppError('Invalid', 'PROCEDURE_MISSING', 'Name the procedure to call, for example fleet.overview.')
    const answer = await callProcedure(
      targetOf(values, io),
      values.workspace ?? 'main',
      procedure,
      parseInput(text),
      values.operator,
      io.signal,
    )
    if (isStream(answer)) {
      try {
        for await (const item of answer) io.stdout(JSON.stringify(item))
      } catch (error) {
        if (!io.signal.aborted) throw error
      }
      return exitCodes.done
    }
    io.stdout(JSON.stringify(answer, null, values.json === true ? 0 : 2))
    return exitCodes.done
  },
}

function targetOf(
  values: { readonly data?: string | undefined; readonly url?: string | undefined; readonly 'token-file'?: string | undefined },
  io: CommandIo,
): ApiTarget {
  const files = createFiles()
  if (values.url !== undefined && !URL.canParse(values.url))
    throw new AppError('Invalid', 'OPTION_MALFORMED', '--url takes a URL, for example http://10.0.0.1:7400.')
  if (values.url === undefined) return targetOfDirectory(pathOption(values.data, 'data', io), files)
  const bytes = files.read(pathOption(values['token-file'], 'token-file', io))
  if (bytes === undefined) throw new AppError('Unavailable', 'TOKEN_FILE_MISSING', 'The token file is not there.')
  return { url: values.url.replace(/\/$/, ''), token: new TextDecoder().decode(bytes).trim() }
}

function parseInput(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('Invalid', 'INPUT_NOT_JSON', 'The input is not JSON.', { input: text.slice(0, 80) }, cause)
  }
}

function isStream(answer: unknown): answer is AsyncIterable<unknown> {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer
}
