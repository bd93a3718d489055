/** The guide, page by page, with its diagrams, and a search over all of it. It is written in English. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { type ReactNode, useState } from 'react'
import { addressOf, goTo } from '../../app/navigation.ts'
import { Button } from '../../ui/button.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { Empty } from '../../ui/shown.tsx'
import { PlainDiagram, StateMachine } from '../diagram/state-machine.tsx'
import { diagramNames, drawGuideDiagram } from './diagrams.ts'
import type { Block, Span } from './markdown.ts'
import { searchGuide } from './model.ts'
import classes from './page.module.css'
import { guidePages } from './pages.ts'

type Props = { readonly pageId: string | null; readonly openKeys: () => void }

export function GuideRoom({ pageId, openKeys }: Props): ReactNode {
  const [typed, setTyped] = useState('')
  const page = guidePages.find(({ id }) => id === pageId) ?? guidePages[0]
  const hits = searchGuide(guidePages, typed)
  const show = (id: string, at: number): void => {
    setTyped('')
    goTo({ room: 'guide', pageId: id })
    // After the page is drawn; the address belongs to the router.
    window.requestAnimationFrame(() => document.getElementById(`guide-${String(at)}`)?.scrollIntoView({ block: 'start' }))
  }
  return (
    <div className={classes['room']}>
      <PageHead
        title={<Trans>Guide</Trans>}
        lead={<Trans>How the fleet is kept, explained page by page. Written in English.</Trans>}
        aside={
          <Button onPress={openKeys}>
            <Trans>Every key</Trans>
          </Button>
        }
      />
      <div className={classes['columns']}>
        <div className={classes['side']}>
          <TextEntry label={t`Search the guide`} value={typed} onChange={setTyped} />
          <nav aria-label={t`Pages of the guide`}>
            <ul className={classes['pages']}>
              {guidePages.map(({ id, title }) => (
                <li key={id}>
                  <a href={addressOf({ room: 'guide', pageId: id })} lang="en" aria-current={id === page?.id ? 'page' : undefined}>
                    {title}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
        </div>
        {typed.trim() !== '' ? (
          <section aria-label={t`What was found`} className={classes['text']}>
            {hits.length === 0 ? <Empty title={t`Nothing in the guide has all these words.`} /> : null}
            <ul className={classes['hits']}>
              {hits.map((hit) => (
                <li key={`${hit.pageId}${String(hit.at)}`}>
                  <button type="button" lang="en" onClick={() => show(hit.pageId, hit.at)}>
                    <strong>{hit.heading}</strong>
                    <span>{hit.excerpt}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ) : (
          <article className={classes['text']} lang="en">
            {(page?.blocks ?? []).map((block, at) => (
              <GuideBlock key={`${page?.id ?? ''}${String(at)}`} block={block} at={at} />
            ))}
          </article>
        )}
      </div>
    </div>
  )
}

function GuideBlock({ block, at }: { readonly block: Block; readonly at: number }): ReactNode {
  switch (block.kind) {
    case 'heading':
      return block.level === 1 ? <h2 id={`guide-${String(at)}`}>{block.text}</h2> : <h3 id={`guide-${String(at)}`}>{block.text}</h3>
    case 'paragraph':
      return (
        <p>
          <Spans spans={block.spans} />
        </p>
      )
    case 'list': {
      const items = block.items.map((spans) => (
        <li key={spans.map(({ text }) => text).join('')}>
          <Spans spans={spans} />
        </li>
      ))
      return block.isNumbered ? <ol>{items}</ol> : <ul>{items}</ul>
    }
    case 'code':
      return <pre>{block.text}</pre>
    case 'diagram':
      return <GuideDiagram name={block.name} />
  }
}

function GuideDiagram({ name }: { readonly name: string }): ReactNode {
  const known = diagramNames.find((candidate) => candidate === name)
  if (known === undefined) return null
  const text = drawGuideDiagram(known)
  switch (known) {
    case 'phases':
      return <StateMachine text={text} title={t`Phases of a node`} />
    case 'modes':
      return <StateMachine text={text} title={t`Connectivity of a node`} />
    case 'commands':
      return <StateMachine text={text} title={t`Stages of a command`} />
    case 'objects':
      return <PlainDiagram text={text} title={t`The objects and what they refer to`} />
    case 'layers':
      return <PlainDiagram text={text} title={t`Levels of domains, and the kinds of nodes below them`} />
    case 'return':
      return <PlainDiagram text={text} title={t`The return as a sequence of messages`} />
  }
}

function Spans({ spans }: { readonly spans: readonly Span[] }): ReactNode {
  return spans.map((span, at) => {
    const key = `${String(at)}${span.text}`
    if (span.kind === 'strong') return <strong key={key}>{span.text}</strong>
    if (span.kind === 'emphasis') return <em key={key}>{span.text}</em>
    return span.kind === 'code' ? <code key={key}>{span.text}</code> : <span key={key}>{span.text}</span>
  })
}
