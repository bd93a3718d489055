/** `ibcf master`: a headless master. */
import { masterLevels } from '../fleet/node/node-record.ts'
import { exitCodes } from '../kernel/app-error.ts'
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
            [--console DIR] [--passphrase-file FILE]

Founds the master when DIR is empty: its key, its name, its root domain. Prints one line when it serves:
{"ready":true,"url":...,"socket":...,"masterId":...,"pid":...}. Ends cleanly on SIGTERM.

  --data DIR            where everything is kept; one master at a time
  --listen HOST:PORT    where nodes reach it (port 0 = any free one); without it, only this machine's command line does
  --name N              name of the master, used when it is founded (default: Regional master)
  --domain N            name of its root domain, used when it is founded (default: Island)
  --level L             GLOBAL, REGION (default) or LOCAL
  --console DIR         also serves the console's built files to browsers at the same address
  --passphrase-file F   seals the private keys under the passphrase in F`,
  run: async (args, io) => {
    const { values } = readOptions(args, {
      data: { type: 'string' },
      listen: { type: 'string' },
      name: { type: 'string' },
      domain: { type: 'string' },
      level: { type: 'string' },
      console: { type: 'string' },
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
      keyProtection: protectionOf(
        values['passphrase-file'] === undefined ? undefined : pathOption(values['passphrase-file'], 'passphrase-file', io),
      ),
    })
    await serveUntilStopped(serving, io)
    return exitCodes.done
  },
}
