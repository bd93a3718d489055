/**
 * Draws mermaid diagrams in a sandbox of their own: this page has no origin, no network and no access to the console. Text comes in by
 * message, the finished SVG goes back the same way. It never holds text from nodes: the console feeds it machines only (design 5).
 */
import mermaid from 'mermaid'
import type { DrawAnswer, DrawRequest } from './messages.ts'

window.addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.source !== window.parent || !isRequest(event.data)) return
  const request = event.data
  waiting = waiting.then(() => draw(request)).then((answer) => window.parent.postMessage(answer, '*'))
})
window.parent.postMessage({ kind: 'ready' } satisfies DrawAnswer, '*')

/** mermaid keeps its settings globally, so one diagram is drawn after the other. */
let waiting: Promise<void> = Promise.resolve()

async function draw({ id, text, look }: DrawRequest): Promise<DrawAnswer> {
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    htmlLabels: false,
    theme: 'base',
    look: 'classic',
    // The image it becomes has no fonts of ours, so it is measured in what it will be shown in.
    fontFamily: 'sans-serif',
    state: { useMaxWidth: false, titleTopMargin: 0, nodeSpacing: 34, rankSpacing: 34 },
    themeVariables: {
      fontFamily: 'sans-serif',
      fontSize: '14px',
      darkMode: look.isDark,
      background: look.surface,
      primaryColor: look.surface,
      primaryTextColor: look.ink,
      primaryBorderColor: look.line,
      secondaryColor: look.surface,
      tertiaryColor: look.surface,
      lineColor: look.line,
      textColor: look.ink,
      edgeLabelBackground: look.surface,
      transitionLabelColor: look.inkSoft,
      transitionColor: look.line,
      stateBkg: look.surface,
      stateLabelColor: look.ink,
      specialStateColor: look.ink,
      labelBackgroundColor: look.surface,
    },
    // The server marks the present state with this class; its colour is the theme's.
    themeCSS: `.node rect, .node path { filter: none !important; } .present rect, .present path { fill: ${look.present} !important; stroke: ${look.present} !important; } .present .nodeLabel, .present text, .present tspan { fill: ${look.presentInk} !important; } .edgeLabel text, .edgeLabel tspan { fill: ${look.inkSoft} !important; font-size: 12px; }`,
  })
  const paper = document.getElementById('paper')
  try {
    const { svg } = await mermaid.render(`d${id}`, text, paper ?? undefined)
    const drawn = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement
    const box = (drawn.getAttribute('viewBox') ?? '0 0 0 0').split(/[ ,]+/).map(Number)
    const [width, height] = [Math.ceil(box[2] ?? 0), Math.ceil(box[3] ?? 0)]
    centreLabels(drawn)
    // An image needs its size in the file, and the name space that a page does not.
    drawn.setAttribute('width', String(width))
    drawn.setAttribute('height', String(height))
    drawn.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
    return { kind: 'drawn', id, svg: new XMLSerializer().serializeToString(drawn), width, height }
  } catch (error) {
    return { kind: 'failed', id, reason: error instanceof Error ? error.message.slice(0, 300) : 'unknown' }
  } finally {
    paper?.replaceChildren()
  }
}

/** Without HTML labels mermaid begins the text of a state at the left edge of its box; it belongs in the middle. */
function centreLabels(drawing: Element): void {
  for (const label of drawing.querySelectorAll('.node > .label')) {
    const moved = /translate\(\s*[-\d.]+[ ,]+([-\d.]+)\s*\)/.exec(label.getAttribute('transform') ?? '')
    if (moved === null) continue
    label.setAttribute('transform', `translate(0, ${moved[1] ?? '0'})`)
    for (const text of label.querySelectorAll('text')) text.setAttribute('text-anchor', 'middle')
  }
}

function isRequest(value: unknown): value is DrawRequest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'kind' in value &&
    value.kind === 'draw' &&
    'text' in value &&
    typeof value.text === 'string' &&
    value.text.length <= 50_000
  )
}
