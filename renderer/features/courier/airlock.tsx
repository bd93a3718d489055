/** The airlock: one bundle at a time is read, shown by what it would change, taken in, and answered with a receipt. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { Check, ShieldQuestion } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useAct, useQuery } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Facts } from '../../ui/facts.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { Progress } from '../../ui/progress.tsx'
import { Section } from '../../ui/section.tsx'
import { ProblemPanel } from '../../ui/shown.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import { changesNothing, inAirlock, type Import, isPart, isRunning, stepOf, steps } from './model.ts'
import classes from './page.module.css'
import { Effect } from './preview.tsx'
import { useCourierQueries } from './use-courier.ts'
import { progressName, stepName } from './words.ts'

export function Airlock(): ReactNode {
  const courier = useCourierQueries()
  const imports = useQuery(courier.imports())
  const current = inAirlock(imports.data?.items ?? [])
  if (current === undefined) return null
  return (
    <Section title={t`Airlock`} note={<Trans>nothing is taken in before you have seen what it changes</Trans>}>
      <Steps current={current} />
      <Inside current={current} />
    </Section>
  )
}

function Steps({ current }: { readonly current: Import }): ReactNode {
  const { step, isOver, isBroken } = stepOf(current)
  const at = steps.indexOf(step)
  return (
    <ol className={classes['steps']} aria-label={t`Steps of taking a bundle in`}>
      {steps.map((one, number) => {
        const isDone = isOver || number < at
        const isHere = !isOver && number === at
        return (
          <li
            key={one}
            className={`${classes['step']} ${isDone ? classes['stepDone'] : ''} ${isHere ? classes['stepHere'] : ''} ${isHere && isBroken ? classes['stepBroken'] : ''}`}
            aria-current={isHere ? 'step' : undefined}
          >
            <span className={classes['stepMark']} aria-hidden="true">
              {isDone ? <Check size={12} /> : number + 1}
            </span>
            {stepName(one)}
          </li>
        )
      })}
    </ol>
  )
}

function Inside({ current }: { readonly current: Import }): ReactNode {
  const whyNot = useWhyNot('operator')
  const { importId, stage, inspection, preview, result, problem, progress } = current
  const cancel = useAct((client) => client.bundle.cancel({ importId }))
  const again = useAct((client) => client.bundle.preview({ importId }))
  const isBusy = isRunning(current)
  return (
    <div className={classes['inside']}>
      {inspection === null ? (
        <p className={classes['path']}>{boundText(current.files[0] ?? '', 200)}</p>
      ) : (
        <About inspection={inspection} />
      )}
      {current.isInterrupted && isBusy ? (
        <p className={classes['soft']}>
          <Trans>The program had ended while this was taken in. It goes on where it was.</Trans>
        </p>
      ) : null}
      {isBusy ? <Running progress={progress} /> : null}
      {problem === null ? null : <ProblemPanel problem={{ kind: 'REJECTED', ...problem, facts: {} }} isInline />}
      {inspection !== null && !inspection.from.isKnown && preview !== null && stage !== 'applied' ? (
        <AcceptSender importId={importId} inspection={inspection} barred={whyNot} />
      ) : null}
      {preview !== null && stage !== 'applied' && (inspection?.from.isKnown ?? false) ? <Effect preview={preview} /> : null}
      {result === null ? null : <Result result={result} />}
      <div className={classes['actions']}>
        {stage === 'previewed' && preview !== null && inspection?.from.isKnown === true ? (
          <Apply importId={importId} preview={preview} barred={whyNot} />
        ) : null}
        {stage === 'inspected' && !isBusy ? (
          <Button look="primary" whyNot={whyNot} isPending={again.isRunning} onPress={() => void again.run(undefined)}>
            <Trans>See what it changes</Trans>
          </Button>
        ) : null}
        <Button whyNot={whyNot} isPending={cancel.isRunning} onPress={() => void cancel.run(undefined)}>
          {stage === 'applied' ? (
            <Trans>Done</Trans>
          ) : stage === 'failed' || stage === 'cancelled' ? (
            <Trans>Put away</Trans>
          ) : isBusy ? (
            <Trans>Stop</Trans>
          ) : (
            <Trans>Leave it</Trans>
          )}
        </Button>
      </div>
    </div>
  )
}

function Running({ progress }: { readonly progress: Import['progress'] }): ReactNode {
  const formats = useFormats()
  const stage = progress === null ? t`Beginning` : progressName(progress.stage)
  const share = progress === null || progress.total === 0 ? null : Math.min(1, progress.done / progress.total)
  const amount = (value: number): string =>
    progress?.stage === 'reading' || progress?.stage === 'packing' ? formats.bytes(value) : formats.count(value)
  const left = progress?.etaSeconds ?? null
  return (
    <div className={classes['running']}>
      <p className={classes['strong']}>{stage}</p>
      <Progress label={stage} share={share}>
        {progress === null ? null : (
          <>
            <span>
              <Trans>
                {amount(progress.done)} of {amount(progress.total)}
              </Trans>
            </span>
            {left === null ? null : (
              <span>
                <Trans>about {formats.duration(left)} left</Trans>
              </span>
            )}
          </>
        )}
      </Progress>
    </div>
  )
}

function About({ inspection }: { readonly inspection: NonNullable<Import['inspection']> }): ReactNode {
  const formats = useFormats()
  const { from, forName, isForUs, packedAt, sizeBytes, isEncrypted, importedBefore, isOlderThanKnown } = inspection
  return (
    <>
      <div className={classes['facts']}>
        <Facts
          items={[
            { name: t`From`, value: from.name },
            { name: t`For`, value: forName ?? t`whoever gets it` },
            { name: t`Packed`, value: formats.instant(packedAt) },
            {
              name: t`Size`,
              value: isEncrypted ? t`${formats.bytes(sizeBytes)}, encrypted` : t`${formats.bytes(sizeBytes)}, not encrypted`,
            },
          ]}
        />
      </div>
      {isForUs ? null : (
        <p className={classes['caution']}>
          <Trans>It is addressed to another station. Taking it in here does no harm; it should still go on to where it belongs.</Trans>
        </p>
      )}
      {importedBefore === null ? null : (
        <p className={classes['soft']}>
          <Trans>It was taken in here before, on {formats.instant(importedBefore)}. Twice does no harm.</Trans>
        </p>
      )}
      {isOlderThanKnown ? (
        <p className={classes['soft']}>
          <Trans>Something newer of that station is here already. What this one holds besides is taken all the same.</Trans>
        </p>
      ) : null}
    </>
  )
}

type AcceptProps = { readonly importId: string; readonly inspection: NonNullable<Import['inspection']>; readonly barred: string | null }

/** The first time: a voice on the radio is what says whose key this is. */
function AcceptSender({ importId, inspection, barred }: AcceptProps): ReactNode {
  const [words, setWords] = useState('')
  const needsAuthority = useWhyNot('authority')
  const accept = useAct((client) => client.bundle.acceptSender({ importId, words }))
  const { name, hasCard } = inspection.from
  const shown = boundText(name, 60)
  return (
    <form
      className={classes['stranger']}
      onSubmit={(event) => {
        event.preventDefault()
        void accept.run(undefined)
      }}
    >
      <p className={classes['strong']}>
        <ShieldQuestion aria-hidden="true" size={16} /> <Trans>This station does not know {shown} yet.</Trans>
      </p>
      {hasCard ? (
        <>
          <p className={classes['soft']}>
            <Trans>
              Call them and have them read out the six words of their station card. Enter what you hear: if it is not what this bundle was
              sealed with, somebody else made it. Until then nothing of it is taken in.
            </Trans>
          </p>
          <TextEntry label={t`The six words that they read out`} value={words} onChange={setWords} isCode isRequired maxLength={200} />
          {accept.problem === null ? null : <ProblemPanel problem={accept.problem} isInline />}
          <div className={classes['actions']}>
            <Button
              type="submit"
              look="primary"
              isPending={accept.isRunning}
              whyNot={barred ?? needsAuthority ?? (words.trim() === '' ? t`Enter the words first.` : null)}
            >
              <Trans>These are their words</Trans>
            </Button>
          </div>
        </>
      ) : (
        <p className={classes['soft']}>
          <Trans>Its card is not in this bundle. Ask for a bundle that holds it, or accept the card from a file.</Trans>
        </p>
      )}
    </form>
  )
}

type ApplyProps = { readonly importId: string; readonly preview: NonNullable<Import['preview']>; readonly barred: string | null }

function Apply({ importId, preview, barred }: ApplyProps): ReactNode {
  const part = isPart(preview)
  const apply = useAct((client) => client.bundle.apply({ importId, digest: preview.digest, isPartAccepted: part }))
  return (
    <>
      <Button look="primary" whyNot={barred} isPending={apply.isRunning} onPress={() => void apply.run(undefined)}>
        {part ? (
          <Trans>Take in the good part</Trans>
        ) : changesNothing(preview) ? (
          <Trans>Take it in again, for a new receipt</Trans>
        ) : (
          <Trans>Take it in</Trans>
        )}
      </Button>
      {apply.problem === null ? null : <ProblemPanel problem={apply.problem} isInline />}
    </>
  )
}

function Result({ result }: { readonly result: NonNullable<Import['result']> }): ReactNode {
  const refused = result.refused.reduce((sum, { count }) => sum + count, 0)
  const left = refused + result.waitingPieces
  return (
    <div className={classes['result']} role="status">
      <p className={classes['good']}>
        <Check aria-hidden="true" size={16} />{' '}
        {result.storedEvents === 0 ? (
          <Trans>All of it was here already.</Trans>
        ) : (
          <Plural value={result.storedEvents} one="# new event was taken in." other="# new events were taken in." />
        )}
      </p>
      {left === 0 ? null : (
        <p className={classes['caution']}>
          <Plural
            value={left}
            one="# piece stayed out; it is asked for in the receipt."
            other="# pieces stayed out; they are asked for in the receipt."
          />
        </p>
      )}
      {result.absent.length === 0 ? null : (
        <p className={classes['soft']}>
          <Plural
            value={result.absent.length}
            one="One log is told of that did not come in full: it was left out, or comes with a later bundle."
            other="# logs are told of that did not come in full: they were left out, or come with a later bundle."
          />
        </p>
      )}
      {result.receiptFile === null ? (
        <p className={classes['soft']}>
          <Trans>
            The receipt could not be written onto the stick. It is kept here, and goes with the next bundle.{' '}
            {result.receiptProblem?.sentence ?? ''}
          </Trans>
        </p>
      ) : (
        <p className={classes['soft']}>
          <Trans>The receipt lies beside the bundle. Let it go back with the stick.</Trans>
        </p>
      )}
    </div>
  )
}
