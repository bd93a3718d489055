/** The pages of the guide, their parts, and finding a part by the words in it. */
import { type Block, readMarkdown, type Span } from './markdown.ts'

export type GuidePage = { readonly id: string; readonly title: string; readonly blocks: readonly Block[] }
/** A part begins at a heading; `at` is the place of that heading among the blocks of its page. */
export type GuideHit = {
  readonly pageId: string
  readonly title: string
  readonly heading: string
  readonly at: number
  readonly excerpt: string
}

export function toPage(id: string, text: string): GuidePage {
  const blocks = readMarkdown(text)
  const first = blocks.find((block) => block.kind === 'heading')
  return { id, title: first?.text ?? id, blocks }
}

/** Every part that holds each word typed, or a word that begins with it; those that say it in a heading first. */
export function searchGuide(pages: readonly GuidePage[], typed: string): readonly GuideHit[] {
  const wanted = wordsOf(typed)
  if (wanted.length === 0) return []
  const hits = pages.flatMap((page) =>
    partsOf(page).flatMap((part) => {
      const heading = wordsOf(`${page.title} ${part.heading}`)
      const all = [...heading, ...wordsOf(part.text)]
      if (!wanted.every((word) => all.some((known) => known.startsWith(word)))) return []
      const inHeading = wanted.filter((word) => heading.some((known) => known.startsWith(word))).length
      return [
        { inHeading, hit: { pageId: page.id, title: page.title, heading: part.heading, at: part.at, excerpt: part.text.slice(0, 140) } },
      ]
    }),
  )
  return hits.toSorted((one, other) => other.inHeading - one.inHeading).map(({ hit }) => hit)
}

type Part = { readonly heading: string; readonly at: number; readonly text: string }

function partsOf(page: GuidePage): readonly Part[] {
  const parts: { heading: string; at: number; text: string }[] = []
  page.blocks.forEach((block, at) => {
    if (block.kind === 'heading') parts.push({ heading: block.text, at, text: '' })
    else {
      const part = parts.at(-1)
      if (part !== undefined) part.text = `${part.text} ${textOf(block)}`.trim()
    }
  })
  return parts
}

function textOf(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return plain(block.spans)
    case 'list':
      return block.items.map(plain).join(' ')
    case 'code':
    case 'heading':
      return block.text
    case 'diagram':
      return ''
  }
}

function plain(spans: readonly Span[]): string {
  return spans.map(({ text }) => text).join('')
}

function wordsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}
