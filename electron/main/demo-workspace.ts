/** Opens the demo island before the page is let at core, when the console was started for it. */
import { consoleUrl } from './content-security.ts'
import { type CoreAddress, pipeToCore } from './core-pipe.ts'
import type { ShellDiagnostics } from './diagnostics.ts'

type WhereCoreIs = () => Promise<CoreAddress | undefined>

/** The same answer as `whereCoreIs`, given once that core has its demo island; one that core cannot make is the page's to tell. */
export function withDemoIsland(whereCoreIs: WhereCoreIs, diagnostics: ShellDiagnostics): WhereCoreIs {
  let opened: { readonly core: CoreAddress; readonly done: Promise<void> } | undefined
  return async () => {
    const core = await whereCoreIs()
    if (core === undefined) return undefined
    // A core that was started again has an address of its own, and no island yet.
    if (opened?.core.socketPath !== core.socketPath) opened = { core, done: openDemo(core, diagnostics) }
    await opened.done
    return core
  }
}

async function openDemo(core: CoreAddress, diagnostics: ShellDiagnostics): Promise<void> {
  const call = new Request(`${consoleUrl}rpc/host/openDemo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"json":{}}',
  })
  const answer = await pipeToCore(call, () => Promise.resolve(core), new AbortController().signal)
  await answer.text()
  if (!answer.ok) diagnostics.note('the demo island was not opened', { status: answer.status })
}
