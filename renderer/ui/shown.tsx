/** What a view shows while it waits, when there is nothing, when it failed, and when what it has may be out of date. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Copy, RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { isWorthRetrying, type Problem, toRadioText } from '../client/problem.ts'
import type { Answer } from '../client/query-cache.ts'
import { useLiveState } from '../client/workspace.tsx'
import { useFormats } from '../i18n/use-formats.ts'
import { problemNextStep, problemSentence } from '../i18n/words.ts'
import { useRadioContext } from '../features/radio/radio-context.ts'
import { Button } from './button.tsx'
import { copyText } from './copy.tsx'
import classes from './shown.module.css'

type ShownProps<Data> = {
  readonly answer: Answer<Data> & { readonly refresh: () => void }
  /** Stands where the content will be, so that nothing moves when it comes. */
  readonly waiting?: ReactNode
  readonly children: (data: Data) => ReactNode
}

/** Draws an answer in whatever state it is. */
export function Shown<Data>({ answer, waiting, children }: ShownProps<Data>): ReactNode {
  if (answer.data === undefined) {
    if (answer.problem !== null) return <ProblemPanel problem={answer.problem} onRetry={answer.refresh} />
    return <>{waiting ?? <Waiting lines={4} />}</>
  }
  return (
    <>
      {answer.problem === null || answer.heardAt === null ? null : (
        <Outdated problem={answer.problem} heardAt={answer.heardAt} onRetry={answer.refresh} />
      )}
      {children(answer.data)}
    </>
  )
}

/** The last asking failed; what is below is older than it should be. */
function Outdated({
  problem,
  heardAt,
  onRetry,
}: {
  readonly problem: Problem
  readonly heardAt: number
  readonly onRetry: () => void
}): ReactNode {
  const formats = useFormats()
  const live = useLiveState()
  const time = formats.time(heardAt)
  // The whole console says so already.
  if (live.kind === 'lost' && problem.kind === 'OFFLINE') return null
  return (
    <p className={classes['outdated']} role="status">
      <span>
        <Trans>
          Shown as it was at {time}. {problemSentence(problem)}
        </Trans>{' '}
        <code>{problem.code}</code>
      </span>
      <Button look="quiet" onPress={onRetry} icon={<RotateCw aria-hidden="true" />}>
        <Trans>Ask again</Trans>
      </Button>
    </p>
  )
}

/** A failure with all a person needs: what, the code, what to do, and a text for the radio. */
export function ProblemPanel({
  problem,
  onRetry,
  isInline = false,
}: {
  readonly problem: Problem
  readonly onRetry?: () => void
  readonly isInline?: boolean
}): ReactNode {
  const context = useRadioContext()
  return (
    <div className={`${classes['problem']} ${isInline ? classes['inline'] : ''}`} role="alert">
      <p className={classes['sentence']}>{problemSentence(problem)}</p>
      <p className={classes['next']}>{problemNextStep(problem)}</p>
      <p className={classes['facts']}>
        <code className={classes['code']}>{problem.code}</code>
        {onRetry !== undefined && isWorthRetrying(problem) ? (
          <Button look="plain" onPress={onRetry} icon={<RotateCw aria-hidden="true" />}>
            <Trans>Try again</Trans>
          </Button>
        ) : null}
        <Button
          look="quiet"
          onPress={() => copyText(toRadioText({ ...problem, sentence: problemSentence(problem) }, context))}
          icon={<Copy aria-hidden="true" />}
        >
          <Trans>Copy for the radio</Trans>
        </Button>
      </p>
    </div>
  )
}

export function Waiting({ lines }: { readonly lines: number }): ReactNode {
  return (
    <div className={classes['waiting']} role="status" aria-label={t`Loading`}>
      {Array.from({ length: lines }, (_, at) => (
        <span key={at} className={classes['bone']} />
      ))}
    </div>
  )
}

export function Empty({
  title,
  children,
  icon,
}: {
  readonly title: string
  readonly children?: ReactNode
  readonly icon?: ReactNode
}): ReactNode {
  return (
    <div className={classes['empty']}>
      {icon}
      <p className={classes['emptyTitle']}>{title}</p>
      {children === undefined ? null : <div className={classes['emptyText']}>{children}</div>}
    </div>
  )
}
