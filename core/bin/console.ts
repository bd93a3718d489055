/** `ibcf console`: the console in a browser of this machine, where Electron cannot run. */
import { exitCodes } from '../kernel/app-error.ts'
import { startServing } from '../app/entry-serving.ts'
import { parseAddress } from '../app/node-listener.ts'
import type { Command } from './command.ts'
import { pathOption, readOptions } from './options.ts'
import { protectionOf, serveUntilStopped } from './serving.ts'

export const command: Command = {
  name: 'console',
  summary: 'serves the console to a browser on this machine',
  usage: `
ibcf console --data DIR --console DIR [--listen HOST:PORT] [--demo] [--passphrase-file FILE]

The same console as the desktop program, for a browser. Prints one line when it serves, with the address to open:
{"ready":true,"consoleUrl":"http://127.0.0.1:PORT/?token=...",...}. The token works once.

  --data DIR            where this master keeps everything
  --console DIR         the console's built files
  --listen HOST:PORT    default 127.0.0.1:0 (loopback, any free port)
  --demo                opens the demo island as well, and says so in the ready line`,
  run: async (args, io) => {
    const { values } = readOptions(args, {
      data: { type: 'string' },
      console: { type: 'string' },
      listen: { type: 'string' },
      demo: { type: 'boolean' },
      'passphrase-file': { type: 'string' },
      json: { type: 'boolean' },
    })
    const serving = await startServing({
      directory: pathOption(values.data, 'data', io),
      name: 'Regional master',
      rootDomainName: 'Island',
      level: 'REGION',
      address: parseAddress(values.listen ?? '127.0.0.1:0'),
      consoleDirectory: pathOption(values.console, 'console', io),
      keyProtection: protectionOf(
        values['passphrase-file'] === undefined ? undefined : pathOption(values['passphrase-file'], 'passphrase-file', io),
      ),
    })
    const demo = values.demo === true ? await serving.workspaces.openDemo() : undefined
    await serveUntilStopped(serving, io, demo === undefined ? {} : { demo: demo.state })
    return exitCodes.done
  },
}
