/** The console's end of the diagram sandbox: one hidden frame, made when the first diagram is wanted, and a queue of what it is to draw. */
import type { DiagramLook, DrawAnswer, DrawRequest } from '../../diagram/messages.ts'

export type Drawing = { readonly svg: string; readonly width: number; readonly height: number }

/** Longer than the slowest drawing seen by far; then the words beside the diagram must do. */
const patienceMs = 20_000

type Sandbox = { readonly draw: (text: string, look: DiagramLook) => Promise<Drawing> }

let sandbox: Sandbox | null = null
/** Drawn once, shown again: the machines of a fleet are few. */
const drawn = new Map<string, Promise<Drawing>>()
const keptDrawings = 60

/** Draws a text that holds nothing from outside. Rejects when the sandbox cannot. */
export function drawDiagram(text: string, look: DiagramLook): Promise<Drawing> {
  const key = `${JSON.stringify(look)}\n${text}`
  const known = drawn.get(key)
  if (known !== undefined) return known
  sandbox ??= openSandbox()
  const drawing = sandbox.draw(text, look)
  drawn.set(key, drawing)
  drawing.catch(() => drawn.delete(key))
  if (drawn.size > keptDrawings) drawn.delete(drawn.keys().next().value ?? '')
  return drawing
}

/** In the desktop shell the sandbox has an address of its own; a browser finds it beside the console. */
function sandboxAddress(): string {
  return window.location.protocol === 'app:' ? 'app://diagram/' : new URL('diagram/index.html', document.baseURI.split('#')[0]).href
}

function openSandbox(): Sandbox {
  const frame = document.createElement('iframe')
  frame.setAttribute('sandbox', 'allow-scripts')
  frame.setAttribute('aria-hidden', 'true')
  frame.tabIndex = -1
  frame.title = 'Diagram sandbox'
  // Off screen but of full size: mermaid measures what it draws.
  Object.assign(frame.style, { position: 'fixed', left: '-10000px', top: '0', width: '2000px', height: '2000px', border: '0' })
  frame.src = sandboxAddress()

  const waiting = new Map<number, (answer: DrawAnswer) => void>()
  let nextId = 0
  let becomeReady: () => void = () => undefined
  const ready = new Promise<void>((resolve) => {
    becomeReady = resolve
  })
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.source !== frame.contentWindow || !isAnswer(event.data)) return
    if (event.data.kind === 'ready') becomeReady()
    else waiting.get(event.data.id)?.(event.data)
  })
  document.body.append(frame)

  return {
    draw: (text, look) =>
      new Promise((resolve, reject) => {
        nextId += 1
        const id = nextId
        const timer = window.setTimeout(() => {
          waiting.delete(id)
          reject(new Error('The diagram sandbox did not answer.'))
        }, patienceMs)
        waiting.set(id, (answer) => {
          window.clearTimeout(timer)
          waiting.delete(id)
          if (answer.kind === 'drawn') resolve(answer)
          else reject(new Error(answer.kind === 'failed' ? answer.reason : 'unknown answer'))
        })
        void ready.then(() => frame.contentWindow?.postMessage({ kind: 'draw', id, text, look } satisfies DrawRequest, '*'))
      }),
  }
}

function isAnswer(value: unknown): value is DrawAnswer {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    (value.kind === 'ready' || ('id' in value && typeof value.id === 'number' && (value.kind === 'drawn' || value.kind === 'failed')))
  )
}
