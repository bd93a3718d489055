/** What the console and the sandbox that draws diagrams say to each other. */

/** Colours of the present theme, as the drawing uses them. */
export type DiagramLook = {
  readonly isDark: boolean
  readonly surface: string
  readonly ink: string
  readonly inkSoft: string
  readonly line: string
  readonly present: string
  readonly presentInk: string
}

export type DrawRequest = { readonly kind: 'draw'; readonly id: number; readonly text: string; readonly look: DiagramLook }

export type DrawAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'drawn'; readonly id: number; readonly svg: string; readonly width: number; readonly height: number }
  | { readonly kind: 'failed'; readonly id: number; readonly reason: string }
