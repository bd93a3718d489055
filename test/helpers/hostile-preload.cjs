/** What a page that is not ours would do if it ever came by a preload: asks the shell to quit, and tells what it was answered. */
const { ipcRenderer } = require('electron')

void ipcRenderer.invoke('ibcf:call', { call: 'quit' }).then((answer) => {
  globalThis.addEventListener('DOMContentLoaded', () => tell(answer))
  if (document.readyState !== 'loading') tell(answer)
})

function tell(answer) {
  document.title = JSON.stringify(answer)
}
