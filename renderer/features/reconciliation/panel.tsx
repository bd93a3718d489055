/** How strictly a domain judges the nodes that come back: what holds, whose word it is, and setting it ([RT11]). */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { type ReactNode, useState } from 'react'
import type { Answers } from '../../client/rpc.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Choice } from '../../ui/fields.tsx'
import { Section } from '../../ui/section.tsx'
import { Shown } from '../../ui/shown.tsx'
import { ReasonDialog } from '../acts/reason-dialog.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'

type Setting = Answers['reconciliation']['get']
type Policy = Setting['policy']

const inherited = 'inherited'

export function ReconciliationPanel({ domain }: { readonly domain: Answers['domain']['get'] }): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.reconciliation(domain.row.id))
  const whyNot = useWhyNot('engineer')
  const [isOpen, setOpen] = useState(false)
  return (
    <Section
      title={t`Nodes that come back`}
      actions={
        <Button whyNot={whyNot} onPress={() => setOpen(true)}>
          <Trans>Change</Trans>
        </Button>
      }
    >
      <Shown answer={answer}>
        {(setting) => (
          <>
            <p>
              <strong>{policyName(setting.policy)}</strong>, {originOf(setting, domain)}
            </p>
            <p>{policyMeaning(setting.policy)}</p>
            {isOpen ? <ChangeDialog domain={domain} setting={setting} onClose={() => setOpen(false)} /> : null}
          </>
        )}
      </Shown>
    </Section>
  )
}

type ChangeProps = { readonly domain: Answers['domain']['get']; readonly setting: Setting; readonly onClose: () => void }

function ChangeDialog({ domain, setting, onClose }: ChangeProps): ReactNode {
  const [chosen, setChosen] = useState<Policy | typeof inherited>(setting.own ?? inherited)
  const policy = chosen === inherited ? null : chosen
  return (
    <ReasonDialog
      title={t`Nodes that come back to ${boundText(domain.row.name, 60)}`}
      explanation={policy === null ? t`As the domain above has it.` : policyMeaning(policy)}
      actName={t`Put in force`}
      whyNot={policy === setting.own ? t`Nothing was changed.` : null}
      perform={(client, reason) => client.reconciliation.set({ domainId: domain.row.id, policy, reason })}
      done={t`In force for verdicts from now on; those that were given stand.`}
      onClose={onClose}
    >
      <Choice
        label={t`They are judged`}
        value={chosen}
        onChange={setChosen}
        options={[
          ...(['strict', 'field', 'permissive'] as const).map((id) => ({ id, name: policyName(id) })),
          { id: inherited, name: t`As the domain above` },
        ]}
      />
    </ReasonDialog>
  )
}

function originOf({ own, setBy }: Setting, domain: Answers['domain']['get']): string {
  if (own !== null) return t`set in this domain.`
  if (setBy === null) return t`because nobody set anything else.`
  return t`inherited from ${boundText(domain.path.find(({ id }) => id === setBy)?.name ?? setBy, 60)}.`
}

function policyName(policy: Policy): string {
  switch (policy) {
    case 'strict':
      return t`Strict`
    case 'field':
      return t`For the field`
    case 'permissive':
      return t`Permissive`
  }
}

function policyMeaning(policy: Policy): string {
  switch (policy) {
    case 'strict':
      return t`What a node did alone and was not allowed expressly is a violation.`
    case 'field':
      return t`What the policy forbids is a violation; what it is silent on is tolerated.`
    case 'permissive':
      return t`Nothing a node did alone keeps it out; it is told, and corrected while the node is live. Who it is, is judged as strictly as everywhere.`
  }
}
