/** Answers what the page asks of the shell, after making sure that it is our page that asks and that it asks something we know. */
import { type HostAnswer, type HostCall, type Theme, themes } from '../preload/host-bridge.ts'
import { consoleUrl } from './content-security.ts'

/** Where a call came from. `frameUrl` is undefined when the frame was gone before its call arrived. */
export type Caller = {
  readonly frameUrl: string | undefined
  readonly isTopFrame: boolean
  readonly isConsoleWindow: boolean
}

/** A radio message is a few lines; nothing the page asks of the shell comes near this, counted as JSON. */
export const maxCallBytes = 64 * 1024

export type HostDeeds = {
  readonly showDataFolder: () => Promise<string>
  readonly startAgain: () => void
  readonly copyText: (text: string) => void
  readonly useTheme: (theme: Theme) => void
  /** The answer says why it failed; empty when it was saved, or the person thought better of it. */
  readonly savePdf: (fileName: string) => Promise<string>
  readonly quit: () => void
}

/** Refusals are answers with a code, never an exception across the bridge. [SH4] */
export async function answerCall(caller: Caller, raw: unknown, deeds: HostDeeds): Promise<HostAnswer> {
  if (!isOurPage(caller)) return refuse('CALL_FOREIGN_SENDER', 'Only the console itself may ask this of the shell.')
  const sizeBytes = measure(raw)
  if (sizeBytes === undefined) return refuse('CALL_MALFORMED', 'The call is not one the shell knows.')
  if (sizeBytes > maxCallBytes)
    return refuse('CALL_TOO_LARGE', `A call to the shell may be ${maxCallBytes} bytes long at most, not ${sizeBytes}.`)
  const call = parseCall(raw)
  if (call === undefined) return refuse('CALL_MALFORMED', 'The call is not one the shell knows.')
  return perform(call, deeds)
}

/** Reads what a page sent; undefined when it is not a call. */
export function parseCall(raw: unknown): HostCall | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined
  const { call, text, theme, fileName }: Readonly<Record<string, unknown>> = { ...raw }
  switch (call) {
    case 'show-data-folder':
    case 'start-again':
    case 'quit':
      return { call }
    case 'copy-text':
      return typeof text === 'string' ? { call, text } : undefined
    // A name that is offered in a dialog of the system: letters, figures and dashes, no path.
    case 'save-pdf':
      return typeof fileName === 'string' && /^[A-Za-z0-9-]{1,80}$/.test(fileName) ? { call, fileName } : undefined
    case 'report-theme': {
      const known = themes.find((one) => one === theme)
      return known === undefined ? undefined : { call, theme: known }
    }
    default:
      return undefined
  }
}

async function perform(call: HostCall, deeds: HostDeeds): Promise<HostAnswer> {
  switch (call.call) {
    case 'show-data-folder': {
      const reason = await deeds.showDataFolder()
      return reason === '' ? { ok: true } : refuse('CALL_FAILED', `The folder could not be shown: ${reason}`)
    }
    case 'start-again':
      deeds.startAgain()
      return { ok: true }
    case 'copy-text':
      deeds.copyText(call.text)
      return { ok: true }
    case 'report-theme':
      deeds.useTheme(call.theme)
      return { ok: true }
    case 'save-pdf': {
      const reason = await deeds.savePdf(call.fileName)
      return reason === '' ? { ok: true } : refuse('CALL_FAILED', `The PDF could not be saved: ${reason}`)
    }
    case 'quit':
      deeds.quit()
      return { ok: true }
  }
}

function isOurPage(caller: Caller): boolean {
  return caller.isConsoleWindow && caller.isTopFrame && caller.frameUrl !== undefined && caller.frameUrl.startsWith(consoleUrl)
}

function measure(raw: unknown): number | undefined {
  try {
    const text = JSON.stringify(raw)
    return text === undefined ? undefined : Buffer.byteLength(text)
  } catch {
    // Circular or otherwise beyond JSON: certainly not one of ours.
    return undefined
  }
}

function refuse(code: string, message: string): HostAnswer {
  return { ok: false, code, message }
}
