/** Acts of authority that wait for the signatures of named keys: who signed, who is missing, and what can be done about it ([AU22]). */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { type ReactNode, useState } from 'react'
import type { Answers } from '../../client/rpc.ts'
import { useAct, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { say } from '../../ui/notices.ts'
import { Section } from '../../ui/section.tsx'
import { ProblemPanel } from '../../ui/shown.tsx'
import { ReasonDialog } from '../acts/reason-dialog.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import classes from './drafts.module.css'
import { authorityActName } from './words.ts'
import { missingSignatures } from './model.ts'

type Draft = Answers['authority']['drafts']['items'][number]

/** Nothing where no draft waits: a domain without named keys has none. */
export function AuthorityDrafts({ domainId }: { readonly domainId: string }): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.authorityDrafts())
  const drafts = (answer.data?.items ?? []).filter((draft) => draft.domainId === domainId)
  if (drafts.length === 0) return null
  return (
    <Section title={t`Waiting for signatures`} note={t`named keys have to agree before it counts`}>
      <ul className={classes['drafts']}>
        {drafts.map((draft) => (
          <DraftShown key={draft.draftId} draft={draft} />
        ))}
      </ul>
    </Section>
  )
}

function DraftShown({ draft }: { readonly draft: Draft }): ReactNode {
  const whyNot = useWhyNot('authority')
  const [isDiscarding, setDiscarding] = useState(false)
  const { draftId } = draft
  const sign = useAct((client) => client.authority.sign({ draftId }))
  const finish = useAct((client) => client.authority.finish({ draftId }))
  const missing = missingSignatures(draft)
  const whom = boundText(draft.toMasterName ?? draft.toMasterId, 60)
  const run = async (act: { readonly run: (input: undefined) => Promise<unknown> }, done: string): Promise<void> => {
    if ((await act.run(undefined)) !== null) say(done)
  }
  const problem = sign.problem ?? finish.problem
  return (
    <li className={classes['draft']}>
      <p>
        <strong>{authorityActName(draft.kind)}</strong>{' '}
        <Trans>
          to {whom}, at epoch {draft.epoch}, drafted <Age at={draft.draftedAt} isSpoken />
        </Trans>
      </p>
      {draft.reason === null ? null : <p className={classes['soft']}>{boundText(draft.reason, 300)}</p>}
      <ul className={classes['keys']} aria-label={t`Named keys`}>
        {draft.keys.map(({ keyId, name, hasSigned }) => (
          <li key={keyId} className={hasSigned ? classes['signed'] : classes['unsigned']} title={keyId}>
            {boundText(name, 40)} <span>{hasSigned ? t`signed` : t`not yet`}</span>
          </li>
        ))}
      </ul>
      <p className={classes['soft']}>
        {missing === 0 ? (
          <Trans>Enough have signed: it can be put on the record.</Trans>
        ) : (
          <Trans>
            {draft.threshold} have to sign, {missing} are missing.
          </Trans>
        )}
      </p>
      <div className={classes['acts']}>
        <Button whyNot={whyNot} isPending={sign.isRunning} onPress={() => void run(sign, t`Signed.`)}>
          <Trans>Sign with my key</Trans>
        </Button>
        <Button
          look="primary"
          whyNot={whyNot ?? (missing > 0 ? t`Signatures are missing.` : null)}
          isPending={finish.isRunning}
          onPress={() => void run(finish, t`On the record.`)}
        >
          <Trans>Put on the record</Trans>
        </Button>
        <Button look="quiet" whyNot={whyNot} onPress={() => setDiscarding(true)}>
          <Trans>Give it up</Trans>
        </Button>
        <span className={classes['payload']}>
          <Trans>What is signed</Trans> <CopyButton text={draft.payload} label={t`Copy what another station is to sign`} />
        </span>
      </div>
      {problem === null ? null : <ProblemPanel problem={problem} isInline />}
      {isDiscarding ? (
        <ReasonDialog
          title={t`Give the draft up`}
          explanation={t`The signatures that were gathered are let go. Nothing was decided by it.`}
          actName={t`Give it up`}
          look="danger"
          needsReason={false}
          perform={(client) => client.authority.discard({ draftId })}
          done={t`The draft was given up.`}
          onClose={() => setDiscarding(false)}
        />
      ) : null}
    </li>
  )
}
