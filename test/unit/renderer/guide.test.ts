import { describe, expect, it } from 'vitest'
import { phaseArrows } from '../../../core/fleet/lifecycle/phase-machine.ts'
import { diagramNames, drawGuideDiagram } from '../../../renderer/features/guide/diagrams.ts'
import { readMarkdown } from '../../../renderer/features/guide/markdown.ts'
import { searchGuide, toPage } from '../../../renderer/features/guide/model.ts'
import { guidePages } from '../../../renderer/features/guide/pages.ts'

describe('the text of the guide', () => {
  it('[UI50] is read into headings, paragraphs, lists, spans and diagrams, and markup stays text', () => {
    expect(
      readMarkdown('# One\n\nA **b** *c* `d`\nmore <b>x</b>\n\n1. first\n2. second\n\n```diagram phases\n```\n```\ncode\n```'),
    ).toEqual([
      { kind: 'heading', level: 1, text: 'One' },
      {
        kind: 'paragraph',
        spans: [
          { kind: 'text', text: 'A ' },
          { kind: 'strong', text: 'b' },
          { kind: 'text', text: ' ' },
          { kind: 'emphasis', text: 'c' },
          { kind: 'text', text: ' ' },
          { kind: 'code', text: 'd' },
          { kind: 'text', text: ' more <b>x</b>' },
        ],
      },
      { kind: 'list', isNumbered: true, items: [[{ kind: 'text', text: 'first' }], [{ kind: 'text', text: 'second' }]] },
      { kind: 'diagram', name: 'phases' },
      { kind: 'code', text: 'code' },
    ])
  })

  it('[UI50] ends for any text, however odd', () => {
    expect(readMarkdown('### three\n#none\n``` open').map(({ kind }) => kind)).toEqual(['paragraph', 'paragraph', 'code'])
  })

  it('[UI50] is found by all words typed or their beginnings, what stands in a heading first', () => {
    const pages = [toPage('a', '# Nodes\n\nAbout sticks.\n\n## Keys\n\nNothing.'), toPage('b', '# Sticks\n\nCarry records.')]
    expect(searchGuide(pages, 'stick').map(({ pageId, heading }) => [pageId, heading])).toEqual([
      ['b', 'Sticks'],
      ['a', 'Nodes'],
    ])
    expect(searchGuide(pages, 'stick carry').map(({ pageId }) => pageId)).toEqual(['b'])
    expect(searchGuide(pages, '  ')).toEqual([])
  })

  it('[UI51] names only diagrams that there are, each drawn somewhere', () => {
    const named = guidePages.flatMap(({ blocks }) => blocks.flatMap((block) => (block.kind === 'diagram' ? [block.name] : [])))
    expect(named.toSorted()).toEqual([...diagramNames].toSorted())
    for (const { blocks } of guidePages) expect(blocks[0]?.kind).toBe('heading')
  })

  it('[UI51] draws every arrow of the table of phases, the references of the schemas and the messages of a return', () => {
    const phases = drawGuideDiagram('phases')
    for (const { from, to } of phaseArrows) expect(phases).toContain(`${from} --> ${to}`)
    expect(phases).not.toMatch(/^\s*class \w+ present/m)
    const objects = drawGuideDiagram('objects')
    expect(objects).toContain('Node -->|domain_id| Domain')
    expect(objects).toContain('Relay -->|upstream_id| Relay')
    expect(objects).toContain('Command -->|node_id| Node')
    expect(drawGuideDiagram('return')).toContain('node->>master: backlog')
  })
})
