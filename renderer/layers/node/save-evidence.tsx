/** One piece of evidence as a file that can be checked elsewhere. The master writes it: a console writes no files. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { useAct } from '../../client/workspace.tsx'
import { Button } from '../../ui/button.tsx'
import { say } from '../../ui/notices.ts'
import { ProblemPanel } from '../../ui/shown.tsx'

export function SaveEvidence({ number }: { readonly number: number }): ReactNode {
  const act = useAct((client, which: number) => client.evidence.save({ number: which }))
  const save = async (): Promise<void> => {
    const saved = await act.run(number)
    if (saved !== null) say(t`Written: ${saved.path}`)
  }
  return (
    <>
      <Button look="quiet" isPending={act.isRunning} onPress={() => void save()}>
        <Trans>Save as a file</Trans>
      </Button>
      {act.problem === null ? null : <ProblemPanel problem={act.problem} isInline />}
    </>
  )
}
