/** `ibcf master`: a headless master. */
import { masterLevels } from '../fleet/node/node-record.ts'
import { AppError, exitCodes } from '../kernel/app-error.ts'
import { returnBudget } from '../contract/nodes.ts'
import { startServing } from '../app/entry-serving.ts'
import { parseAddress } from '../app/node-listener.ts'
import type { Command } from './command.ts'
import { choiceOption, pathOption, readOptions } from './options.ts'
import { protectionOf, serveUntilStopped } from './serving.ts'

export const command: Command = {
  name: 'master',
  summary: 'runs a master without a window; nodes reach it over HTTP',
  usage: `
ibcf master --data DIR [--listen HOST:PORT] [--name N] [--domain N] [--level GLOBAL|REGION|LOCAL]
            [--console DIR] [--passphrase-file FILE] [--returns N,MB]

Founds the master when DIR is empty: its key, its name, its root domain. Prints one line when it serves:
{"ready":true,"url":...,"socket":...,"masterId":...,"pid":...}. Ends cleanly on SIGTERM.

  --data DIR            where everything is kept; one master at a time
  --listen HOST:PORT    where nodes reach it (port 0 = any free one); without it, only this machine's command line does
  --name N              name of the master, used when it is founded (default: Regional master)
  --domain N            name of its root domain, used when it is founded (default: Island)
  --level L             GLOBAL, REGION (default) or LOCAL
  --console DIR         also serves the console's built files to browsers at the same address
  --returns N,MB        let N nodes return at once, with MB megabytes yet to come together (first: 64,268); kept from
                        now on, and changed in the console as well
  --passphrase-file F   seals the private keys under the passphrase in F`,
  run: async (args, io) => {
    const { values } = readOptions(args, {
      data: { type: 'string' },
      listen: { type: 'string' },
      name: { type: 'string' },
      domain: { type: 'string' },
      level: { type: 'string' },
      console: { type: 'string' },
      returns: { type: 'string' },
      'passphrase-file': { type: 'string' },
      json: { type: 'boolean' },
    })
    const serving = await startServing({
      directory: pathOption(values.data, 'data', io),
      name: values.name ?? 'Regional master',
      rootDomainName: values.domain ?? 'Island',
      level: choiceOption(values.level ?? 'REGION', 'level', masterLevels),
      ...(values.listen === undefined ? {} : { address: parseAddress(values.listen) }),
      ...(values.console === undefined ? {} : { consoleDirectory: pathOption(values.console, 'console', io) }),
      ...(values.returns === undefined ? {} : { returnBudget: budgetOf(values.returns) }),
      keyProtection: protectionOf(
        values['passphrase-file'] === undefined ? undefined : pathOption(values['passphrase-file'], 'passphrase-file', io),
      ),
    })
    await serveUntilStopped(serving, io)
    return exitCodes.done
  },
}

/** Throws Invalid `CHOICE_UNKNOWN`. */
function budgetOf(text: string): { readonly maxSessions: number; readonly maxBytes: number } {
  const [, sessions, megabytes] = /^([0-9]{1,6}),([0-9]{1,6})$/.exec(text) ?? []
  const budget = returnBudget.safeParse({ maxSessions: Number(sessions), maxBytes: Number(megabytes) * 1_000_000 })
  if (budget.success) return budget.data
  throw new AppError(
    'Invalid',
    'CHOICE_UNKNOWN',
    `--returns is two whole numbers, as in 64,268: nodes (1 to 4096) and megabytes (1 to 65536); not ${text}.`,
  )
}
