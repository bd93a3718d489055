/** The page the window shows instead of the console when core does not serve: calm, complete, with one thing to do. */
import type { Trouble } from './core-lifecycle.ts'
import { type Origin, pageHeaders } from './content-security.ts'
import type { PageFile } from './page-files.ts'

export const troublePath = '/trouble'
export const troubleScriptPath = '/trouble.js'

const origin: Origin = 'console'

/** `nonce` is fresh; every text of the trouble is escaped, since a path in it may hold anything. [SH6] */
export function troublePage(trouble: Trouble, facts: { readonly version: string; readonly dataDir: string }, nonce: string): PageFile {
  const wait =
    trouble.restartsInMs === undefined
      ? ''
      : `<p class="quiet" id="wait">It starts again by itself in ${trouble.restartsInMs / 1000} seconds.</p>`
  const body = `<!doctype html>
<html lang="en" data-ready="trouble">
<head>
<meta charset="utf-8">
<title>IBCF Field Console</title>
<style nonce="${nonce}">${style}</style>
<script type="module" src="${troubleScriptPath}"></script>
</head>
<body>
<main>
<h1>The console is not running</h1>
<p id="sentence">${escapeHtml(trouble.sentence)}</p>
<p id="next-step">${escapeHtml(trouble.nextStep)}</p>
${wait}
<p class="acts">
<button id="start-again" class="first">Start again</button>
<button id="copy">Copy for the radio</button>
<button id="show-data-folder">Show the data folder</button>
<button id="quit">Quit</button>
</p>
<p id="told" role="status"></p>
<dl>
<dt>Code</dt><dd id="code">${escapeHtml(trouble.code)}</dd>
<dt>Data folder</dt><dd>${escapeHtml(facts.dataDir)}</dd>
<dt>Version</dt><dd>${escapeHtml(facts.version)}</dd>
</dl>
</main>
</body>
</html>
`
  return { status: 200, headers: pageHeaders(origin, 'text/html; charset=utf-8', nonce), body }
}

export function troubleScript(nonce: string): PageFile {
  return { status: 200, headers: pageHeaders(origin, 'text/javascript; charset=utf-8', nonce), body: script }
}

export function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (character) => names[character] ?? character)
}

const script = `const host = window.ibcfHost
const by = (id) => document.getElementById(id)
const told = (answer) => { by('told').textContent = answer.ok ? '' : answer.message }
by('start-again').addEventListener('click', async () => { by('start-again').disabled = true; told(await host.startAgain()) })
by('show-data-folder').addEventListener('click', async () => told(await host.showDataFolder()))
by('quit').addEventListener('click', () => host.quit())
by('copy').addEventListener('click', async () => {
  const lines = [by('code').textContent, by('sentence').textContent, by('next-step').textContent]
  const answer = await host.copyText(lines.join('\\n'))
  by('told').textContent = answer.ok ? 'Copied.' : answer.message
})
by('start-again').focus()
`

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #f6f7f8; color: #1c2329; }
@media (prefers-color-scheme: dark) { body { background: #14181c; color: #dfe5ea; } }
main { max-width: 40rem; padding: 2rem; }
h1 { font-size: 1.5rem; font-weight: 600; margin: 0 0 1rem; }
.quiet, dl { opacity: .75; }
.acts { display: flex; flex-wrap: wrap; gap: .75rem; margin: 2rem 0 .5rem; }
button { font: inherit; min-height: 44px; padding: 0 1.25rem; border-radius: 8px; border: 1px solid #8a98a5; background: none; color: inherit; cursor: pointer; }
button.first { background: #1f5fa8; border-color: #1f5fa8; color: #fff; }
button:focus-visible { outline: 3px solid #7fb2e8; outline-offset: 2px; }
button:disabled { opacity: .5; cursor: default; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 2rem 0 0; font-size: .875rem; }
dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, monospace; }
#told { min-height: 1.5em; margin: 0; }
`
