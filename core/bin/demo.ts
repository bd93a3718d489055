/** `ibcf demo`: a living simulated island, on its own. */
import { exitCodes } from '../kernel/app-error.ts'
import { startServing } from '../app/entry-serving.ts'
import { parseAddress } from '../app/node-listener.ts'
import type { Command } from './command.ts'
import { pathOption, readOptions } from './options.ts'
import { protectionOf, serveUntilStopped } from './serving.ts'

export const command: Command = {
  name: 'demo',
  summary: 'runs the demo island: 200 simulated nodes that come and go',
  usage: `
ibcf demo --data DIR [--listen HOST:PORT] [--console DIR]

A simulated island in a workspace of its own, apart from the master in DIR. With --console it can be looked at in a browser.
Prints {"ready":true,"demo":"open","nodes":200,...} when it lives.`,
  run: async (args, io) => {
    const { values } = readOptions(args, {
      data: { type: 'string' },
      listen: { type: 'string' },
      console: { type: 'string' },
      json: { type: 'boolean' },
    })
    const serving = await startServing({
      directory: pathOption(values.data, 'data', io),
      name: 'Regional master',
      rootDomainName: 'Island',
      level: 'REGION',
      keyProtection: protectionOf(undefined),
      address: parseAddress(values.listen ?? '127.0.0.1:0'),
      ...(values.console === undefined ? {} : { consoleDirectory: pathOption(values.console, 'console', io) }),
    })
    const { state } = await serving.workspaces.openDemo()
    const nodes = serving.workspaces.get('demo')?.demo?.view().nodes ?? 0
    await serveUntilStopped(serving, io, { demo: state, nodes })
    return exitCodes.done
  },
}
