/** The policy desk: what nodes are to be, which domain follows which version, and publishing a new one. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { FilePlus2, FileSliders } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useAct, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { healthName } from '../../i18n/words.ts'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { Facts } from '../../ui/facts.tsx'
import { Choice } from '../../ui/fields.tsx'
import { JsonText } from '../../ui/json-text.tsx'
import { Name } from '../../ui/name.tsx'
import { say } from '../../ui/notices.ts'
import { PageHead } from '../../ui/page-head.tsx'
import { Empty, ProblemPanel, Shown } from '../../ui/shown.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import { emptyForm, formFrom, groupPolicies, type Policy, type PolicyForm } from './model.ts'
import classes from './page.module.css'
import { PublishDialog } from './publish.tsx'

export function PolicyDesk(): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.policies())
  const whyNot = useWhyNot('engineer')
  const [draft, setDraft] = useState<PolicyForm | null>(null)
  const [assigning, setAssigning] = useState<Policy | null>(null)
  const [chosenId, setChosenId] = useState<string | null>(null)
  return (
    <div className={classes['page']}>
      <PageHead
        title={<Trans>Policies</Trans>}
        lead={<Trans>What nodes are to be. A published version never changes; a new one takes its place.</Trans>}
        aside={
          <Button look="primary" whyNot={whyNot} icon={<FilePlus2 aria-hidden="true" />} onPress={() => setDraft(emptyForm)}>
            <Trans>New policy</Trans>
          </Button>
        }
      />
      <Shown answer={answer}>
        {({ items }) => {
          const groups = groupPolicies(items)
          const chosen = items.find((policy) => policy.id === chosenId) ?? groups[0]?.versions[0]
          return (
            <>
              {chosen === undefined ? (
                <div className={classes['pad']}>
                  <Empty title={t`No policy published yet`} icon={<FileSliders aria-hidden="true" size={20} />}>
                    <Trans>Publish one and assign it to a domain; then every node in it shows what differs.</Trans>
                  </Empty>
                </div>
              ) : (
                <div className={classes['room']}>
                  <PolicyList groups={groups} chosen={chosen} onChoose={setChosenId} />
                  <PolicyDetail
                    key={chosen.id}
                    policy={chosen}
                    whyNot={whyNot}
                    onAssign={() => setAssigning(chosen)}
                    onNewVersion={() => setDraft(formFrom(chosen))}
                  />
                </div>
              )}
              {draft === null ? null : (
                <PublishDialog
                  initial={draft}
                  published={items}
                  onClose={() => setDraft(null)}
                  onPublished={(policy) => setChosenId(policy.id)}
                />
              )}
              {assigning === null ? null : <AssignDialog policy={assigning} onClose={() => setAssigning(null)} />}
            </>
          )
        }}
      </Shown>
    </div>
  )
}

type ListProps = { readonly groups: ReturnType<typeof groupPolicies>; readonly chosen: Policy; readonly onChoose: (id: string) => void }

function PolicyList({ groups, chosen, onChoose }: ListProps): ReactNode {
  return (
    <nav className={classes['list']} aria-label={t`Policies`}>
      {groups.map((group) => (
        <div key={group.name} className={classes['group']}>
          <h2 className={classes['groupName']}>
            <Name text={group.name} />
          </h2>
          <ul>
            {group.versions.map((policy) => (
              <li key={policy.id}>
                <button
                  type="button"
                  className={classes['version']}
                  aria-current={policy.id === chosen.id ? 'true' : undefined}
                  onClick={() => onChoose(policy.id)}
                >
                  <code>{boundText(policy.version, 24)}</code>
                  <span className={classes['assigned']}>
                    <Plural value={policy.assignedDomainIds.length} _0="not assigned" one="# domain" other="# domains" />
                  </span>
                  <Age at={policy.publishedAt} className={classes['age']} />
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  )
}

type DetailProps = {
  readonly policy: Policy
  readonly whyNot: string | null
  readonly onAssign: () => void
  readonly onNewVersion: () => void
}

function PolicyDetail({ policy, whyNot, onAssign, onNewVersion }: DetailProps): ReactNode {
  const { queries } = useWorkspace()
  const formats = useFormats()
  const domains = useQuery(queries.domains())
  const names = policy.assignedDomainIds.map((id) => domains.data?.items.find((row) => row.id === id)?.name ?? id)
  return (
    <article className={classes['detail']} aria-label={t`The chosen policy`}>
      <header className={classes['head']}>
        <h2 className={classes['title']}>
          <Name text={policy.name} /> <code>{boundText(policy.version, 24)}</code>
        </h2>
        <div className={classes['buttons']}>
          <Button whyNot={whyNot} onPress={onNewVersion}>
            <Trans>New version</Trans>
          </Button>
          <Button whyNot={whyNot} onPress={onAssign}>
            <Trans>Assign to a domain</Trans>
          </Button>
        </div>
      </header>
      <Facts
        items={[
          { name: t`Target version`, value: policy.targetVersion, isCode: true },
          { name: t`Applies to`, value: names.length === 0 ? t`no domain yet` : names.map((name) => boundText(name, 60)).join(', ') },
          {
            name: t`Maintenance window`,
            value: policy.constraints.maintenance_window === '' ? t`any time` : policy.constraints.maintenance_window,
            isCode: policy.constraints.maintenance_window !== '',
          },
          { name: t`Needs to be online`, value: policy.constraints.requires_online ? t`yes` : t`no` },
          { name: t`Least battery`, value: formats.quantity(policy.constraints.min_battery_pct, 'percent') },
          {
            name: t`Installs`,
            value:
              policy.software === undefined
                ? t`nothing`
                : t`${boundText(policy.software.name, 40)} ${boundText(policy.software.version, 40)}, goes back at ${healthName(policy.software.rollBackAt)}`,
          },
          { name: t`Published`, value: formats.instant(policy.publishedAt) },
          { name: t`Published by`, value: policy.publishedBy ?? t`the master itself` },
          { name: t`Id`, value: policy.id, isCopied: true },
        ]}
      />
      <h3 className={classes['subtitle']}>
        <Trans>Configuration</Trans>
      </h3>
      <JsonText value={policy.configuration} label={t`Configuration`} />
    </article>
  )
}

function AssignDialog({ policy, onClose }: { readonly policy: Policy; readonly onClose: () => void }): ReactNode {
  const { queries } = useWorkspace()
  const formats = useFormats()
  const domains = useQuery(queries.domains())
  const rows = domains.data?.items ?? []
  const [domainId, setDomainId] = useState<string | null>(null)
  const assign = useAct((client, into: string) => client.policy.assign({ policyBundleId: policy.id, domainId: into }))
  const chosen = rows.find((row) => row.id === (domainId ?? rows[0]?.id))
  const submit = async (): Promise<void> => {
    if (chosen === undefined) return
    const done = await assign.run(chosen.id)
    if (done === null) return
    say(t`${boundText(policy.name, 40)} ${boundText(policy.version, 20)} is what ${boundText(chosen.name, 40)} is to be.`)
    onClose()
  }
  return (
    <Dialog title={t`Assign ${boundText(policy.name, 40)} ${boundText(policy.version, 20)}`} isOpen onClose={onClose}>
      <Choice
        label={t`To the domain`}
        value={chosen?.id ?? null}
        onChange={setDomainId}
        options={rows.map((row) => ({
          id: row.id,
          name: boundText(row.name, 60),
          depth: row.depth,
          note: t`${formats.count(row.subtree.nodes)} nodes`,
        }))}
      />
      {chosen === undefined ? null : (
        <p>
          <Plural
            value={chosen.subtree.nodes}
            one="# node is compared with it from now on, unless a domain below has a policy of its own."
            other="# nodes are compared with it from now on, unless a domain below has a policy of its own."
          />
        </p>
      )}
      {assign.problem === null ? null : <ProblemPanel problem={assign.problem} isInline />}
      <DialogActions>
        <Button onPress={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button look="primary" isPending={assign.isRunning} onPress={() => void submit()}>
          <Trans>Assign</Trans>
        </Button>
      </DialogActions>
    </Dialog>
  )
}
