/** Runs in the page's process before the page, sandboxed, and hands it `window.ibcfHost` and nothing else. It decides nothing. */
import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron'
import {
  callChannel,
  factsArgument,
  type HostAnswer,
  type HostCall,
  type HostFacts,
  type IbcfHost,
  type MenuCommand,
  menuChannel,
} from './host-bridge.ts'

function call(wish: HostCall): Promise<HostAnswer> {
  return ipcRenderer.invoke(callChannel, wish)
}

function onMenu(act: (command: MenuCommand) => void): () => void {
  const listen = (_event: IpcRendererEvent, command: MenuCommand): void => act(command)
  ipcRenderer.on(menuChannel, listen)
  return () => void ipcRenderer.removeListener(menuChannel, listen)
}

function readFacts(): HostFacts {
  const argument = process.argv.find((word) => word.startsWith(factsArgument))
  // Main writes it for every window it makes; a window without it is not ours, and gets no bridge.
  if (argument === undefined) throw new Error('This window was not made by the console.')
  return JSON.parse(decodeURIComponent(argument.slice(factsArgument.length))) as HostFacts
}

const host: IbcfHost = {
  ...readFacts(),
  shell: 'electron',
  onMenu,
  showDataFolder: () => call({ call: 'show-data-folder' }),
  startAgain: () => call({ call: 'start-again' }),
  copyText: (text) => call({ call: 'copy-text', text }),
  reportTheme: (theme) => call({ call: 'report-theme', theme }),
  savePdf: (fileName) => call({ call: 'save-pdf', fileName }),
  quit: () => call({ call: 'quit' }),
}

contextBridge.exposeInMainWorld('ibcfHost', host)
