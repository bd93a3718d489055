/** A state machine: drawn by mermaid from the master's own table, with the present state lit; and the same in words. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Maximize2 } from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { useTableToggle } from '../../charts/table-toggle.tsx'
import { useToken } from '../../charts/use-token.ts'
import type { DiagramLook } from '../../diagram/messages.ts'
import { IconButton } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ScrollBox } from '../../ui/scroll-box.tsx'
import { Table } from '../../ui/table.tsx'
import { drawDiagram, type Drawing } from './sandbox.ts'
import { type Machine, readStateMachine, waysOut, withoutLabels } from './state-machine-text.ts'
import classes from './state-machine.module.css'

type Shown = { readonly url: string; readonly drawing: Drawing } | 'failed' | null

export function StateMachine({ text, title }: { readonly text: string; readonly title: string }): ReactNode {
  const machine = useMemo(() => readStateMachine(text), [text])
  const [isTable, toggle] = useTableToggle()
  const [isLarge, setLarge] = useState(false)
  const compact = useMemo(() => withoutLabels(text), [text])
  const shown = useDrawing(compact)
  const alternative = describe(machine, title)
  const ways = waysOut(machine)
  return (
    <figure className={classes['figure']}>
      <div className={classes['tools']}>
        {shown !== null && shown !== 'failed' ? (
          <IconButton label={t`Show larger`} icon={<Maximize2 aria-hidden="true" />} onPress={() => setLarge(true)} />
        ) : null}
        {toggle}
      </div>
      {isTable || shown === 'failed' ? (
        <MachineTable machine={machine} title={title} />
      ) : (
        <div className={classes['paper']}>
          {shown === null ? (
            <span className={classes['blank']} />
          ) : (
            <img className={classes['image']} src={shown.url} width={shown.drawing.width} height={shown.drawing.height} alt={alternative} />
          )}
        </div>
      )}
      {ways.length === 0 ? null : (
        <figcaption className={classes['ways']}>
          <Trans>From here:</Trans>{' '}
          {ways.map((way, at) => (
            <span key={`${way.to}${way.label}`}>
              {at === 0 ? '' : ', '}
              <strong>{way.to}</strong>
              {way.label === '' ? '' : ` (${way.label})`}
            </span>
          ))}
        </figcaption>
      )}
      <Dialog title={title} isOpen={isLarge} onClose={() => setLarge(false)} width="wide">
        <LargeDrawing text={text} alternative={alternative} />
      </Dialog>
    </figure>
  )
}

/** A diagram that is no machine: what it says must stand in the words beside it as well. */
export function PlainDiagram({ text, title }: { readonly text: string; readonly title: string }): ReactNode {
  const shown = useDrawing(text)
  if (shown === null) return <span className={classes['blank']} />
  return (
    <figure className={classes['figure']}>
      {shown === 'failed' ? (
        <pre className={classes['source']}>{text}</pre>
      ) : (
        <img className={classes['image']} src={shown.url} width={shown.drawing.width} height={shown.drawing.height} alt={title} />
      )}
      <figcaption className={classes['ways']}>{title}</figcaption>
    </figure>
  )
}

/** With the words on every arrow. Drawn when it is first looked at. */
function LargeDrawing({ text, alternative }: { readonly text: string; readonly alternative: string }): ReactNode {
  const shown = useDrawing(text)
  if (shown === null || shown === 'failed') return <span className={classes['blank']} />
  return <img className={classes['large']} src={shown.url} width={shown.drawing.width} height={shown.drawing.height} alt={alternative} />
}

function MachineTable({ machine, title }: { readonly machine: Machine; readonly title: string }): ReactNode {
  return (
    <ScrollBox label={title} height="22rem" isWide>
      <Table
        label={title}
        rows={machine.arrows}
        keyOf={(arrow) => `${arrow.from} ${arrow.to} ${arrow.label}`}
        columns={[
          {
            id: 'from',
            title: t`From`,
            draw: (arrow) => (arrow.from === machine.present ? <strong>{arrow.from}</strong> : arrow.from),
            width: '34%',
          },
          {
            id: 'to',
            title: t`To`,
            draw: (arrow) => (arrow.to === machine.present ? <strong>{arrow.to}</strong> : arrow.to),
            width: '34%',
          },
          { id: 'label', title: t`When`, draw: (arrow) => <span title={arrow.label}>{arrow.label}</span> },
        ]}
      />
    </ScrollBox>
  )
}

function describe(machine: Machine, title: string): string {
  const ways = waysOut(machine)
    .map((way) => (way.label === '' ? way.to : `${way.to} (${way.label})`))
    .join(', ')
  if (machine.present === null) return title
  return ways === ''
    ? t`${title}. Present state: ${machine.present}. No way leads out of it.`
    : t`${title}. Present state: ${machine.present}. From here to: ${ways}.`
}

function useDrawing(text: string): Shown {
  const surface = useToken('--surface')
  const ink = useToken('--ink')
  const inkSoft = useToken('--ink-soft')
  const line = useToken('--line-strong')
  const present = useToken('--accent')
  const presentInk = useToken('--accent-ink')
  const scheme = useToken('color-scheme')
  const [shown, setShown] = useState<Shown>(null)
  useEffect(() => {
    let url: string | null = null
    let isOver = false
    const look: DiagramLook = { isDark: scheme === 'dark', surface, ink, inkSoft, line, present, presentInk }
    drawDiagram(text, look).then(
      (drawing) => {
        if (isOver) return
        url = URL.createObjectURL(new Blob([drawing.svg], { type: 'image/svg+xml' }))
        setShown({ url, drawing })
      },
      () => (isOver ? undefined : setShown('failed')),
    )
    return () => {
      isOver = true
      if (url !== null) URL.revokeObjectURL(url)
    }
  }, [text, surface, ink, inkSoft, line, present, presentInk, scheme])
  return shown
}
