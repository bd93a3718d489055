/**
 * Reads the small part of Markdown that the guide is written in, into values that the view draws as elements: no markup is ever
 * taken from a text. Headings, paragraphs, lists, `code`, **strong**, *emphasis*, and fences named `diagram`.
 */

export type Span = { readonly kind: 'text' | 'strong' | 'emphasis' | 'code'; readonly text: string }

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2; readonly text: string }
  | { readonly kind: 'paragraph'; readonly spans: readonly Span[] }
  | { readonly kind: 'list'; readonly isNumbered: boolean; readonly items: readonly (readonly Span[])[] }
  | { readonly kind: 'diagram'; readonly name: string }
  | { readonly kind: 'code'; readonly text: string }

export function readMarkdown(text: string): readonly Block[] {
  const blocks: Block[] = []
  const lines = text.split(/\r?\n/)
  let at = 0
  while (at < lines.length) {
    const line = lines[at] ?? ''
    const heading = /^(#{1,2}) (.+)$/.exec(line)
    const fence = /^```\s*(.*)$/.exec(line)
    if (fence !== null) {
      const end = lines.indexOf('```', at + 1)
      const last = end === -1 ? lines.length : end
      const diagram = /^diagram (\w+)$/.exec(fence[1] ?? '')
      blocks.push(
        diagram === null ? { kind: 'code', text: lines.slice(at + 1, last).join('\n') } : { kind: 'diagram', name: diagram[1] ?? '' },
      )
      at = last + 1
    } else if (heading !== null) {
      blocks.push({ kind: 'heading', level: heading[1] === '#' ? 1 : 2, text: heading[2] ?? '' })
      at += 1
    } else if (itemOf(line) !== null) {
      const items: (readonly Span[])[] = []
      const isNumbered = /^\d/.test(line)
      for (let item = itemOf(line); item !== null; item = itemOf(lines[at] ?? '')) {
        items.push(readSpans(item))
        at += 1
      }
      blocks.push({ kind: 'list', isNumbered, items })
    } else if (line.trim() === '') at += 1
    else {
      const begin = at
      while (at < lines.length && (lines[at] ?? '').trim() !== '' && !/^(#|```)/.test(lines[at] ?? '') && itemOf(lines[at] ?? '') === null)
        at += 1
      // A line that looks like a beginning of something but is none is a line of text.
      at = Math.max(at, begin + 1)
      blocks.push({ kind: 'paragraph', spans: readSpans(lines.slice(begin, at).join(' ')) })
    }
  }
  return blocks
}

function itemOf(line: string): string | null {
  return /^(?:- |\d+\. )(.+)$/.exec(line)?.[1] ?? null
}

function readSpans(text: string): readonly Span[] {
  return text
    .split(/(\*\*[^*]+\*\*|\*[^*]+\*|`[^`]+`)/)
    .filter((part) => part !== '')
    .map((part): Span => {
      if (/^\*\*.+\*\*$/.test(part)) return { kind: 'strong', text: part.slice(2, -2) }
      if (/^\*.+\*$/.test(part)) return { kind: 'emphasis', text: part.slice(1, -1) }
      if (/^`.+`$/.test(part)) return { kind: 'code', text: part.slice(1, -1) }
      return { kind: 'text', text: part }
    })
}
