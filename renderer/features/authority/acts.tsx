/** The acts of authority: give, name, claim, break the glass, resolve, release, look into. Those that cannot be done say why. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { ChevronDown, Gavel, GlassWater, HandHelping, KeyRound, type LucideIcon, LogOut, SearchCheck, Send } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { MasterClient } from '../../client/rpc.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { levelName } from '../../i18n/words.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Choice, TextEntry } from '../../ui/fields.tsx'
import { Menu } from '../../ui/menu.tsx'
import { say } from '../../ui/notices.ts'
import { Segments } from '../../ui/segments.tsx'
import { ReasonDialog } from '../acts/reason-dialog.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import { type AuthorityAct, type DomainAuthority, readRef, type RefForm, toAuthorityActs } from './model.ts'
import classes from './panel.module.css'
import { authorityActMeaning, authorityActName, authorityBarrier } from './words.ts'

const icons: Readonly<Record<AuthorityAct, LucideIcon>> = {
  grant: Send,
  delegate: HandHelping,
  claim: KeyRound,
  'break-glass': GlassWater,
  resolve: Gavel,
  release: LogOut,
  review: SearchCheck,
}

export function AuthorityActs({ view }: { readonly view: DomainAuthority }): ReactNode {
  const { queries } = useWorkspace()
  const master = useQuery(queries.master())
  const whyNot = useWhyNot('authority')
  const [asked, setAsked] = useState<AuthorityAct | null>(null)
  const entries = toAuthorityActs(view, master.data?.id ?? '').map(({ act, barrier }) => {
    const Icon = icons[act]
    const reason = barrier === null ? whyNot : authorityBarrier(barrier)
    return {
      id: act,
      name: authorityActName(act),
      note: reason ?? authorityActMeaning(act),
      icon: <Icon aria-hidden="true" />,
      isBarred: reason !== null,
      onAction: () => (reason === null ? setAsked(act) : say(reason)),
    }
  })
  return (
    <>
      <Menu
        label={t`Act on the authority`}
        buttonClassName={classes['button']}
        isNamedByContent
        sections={[
          { entries: entries.filter(({ isBarred }) => !isBarred) },
          { title: t`Not now`, entries: entries.filter(({ isBarred }) => isBarred) },
        ]}
      >
        <Trans>Act on the authority</Trans>
        <ChevronDown aria-hidden="true" size={14} />
      </Menu>
      {asked === null ? null : <ActDialog key={asked} act={asked} view={view} onClose={() => setAsked(null)} />}
    </>
  )
}

type DialogProps = { readonly act: AuthorityAct; readonly view: DomainAuthority; readonly onClose: () => void }

function ActDialog({ act, view, onClose }: DialogProps): ReactNode {
  const [ref, setRef] = useState<RefForm>({ masterId: '', level: 'LOCAL', publicKey: '' })
  const [rank, setRank] = useState('1')
  const [favoured, setFavoured] = useState(view.claimants[0]?.masterId ?? '')
  const [debt, setDebt] = useState(view.debts[0]?.eventId ?? '')
  const [verdict, setVerdict] = useState<'upheld' | 'withdrawn'>('upheld')
  const [inherits, setInherits] = useState(false)
  const to = readRef(ref)
  const asksRef = act === 'grant' || act === 'delegate'
  const place = Number(rank)
  const whyNot =
    asksRef && to === null
      ? t`Name the master by its id.`
      : act === 'delegate' && !(Number.isInteger(place) && place >= 1)
        ? t`The place is a whole number from one on.`
        : null
  const { domainId } = view
  const perform = (client: MasterClient, reason: string): Promise<unknown> => {
    switch (act) {
      case 'grant':
        return client.authority.grant({ domainId, to: to ?? { masterId: '' }, reason })
      case 'delegate':
        return client.authority.delegate({ domainId, to: to ?? { masterId: '' }, rank: place })
      case 'claim':
        return client.authority.claim({ domainId, reason })
      case 'break-glass':
        return client.authority.breakGlass({ domainId, reason })
      case 'resolve':
        return client.authority.resolve({ domainId, inFavourOf: favoured, reason })
      case 'release':
        return client.authority.release({ domainId, inherit: inherits, reason })
      case 'review':
        return client.authority.review({ domainId, eventId: debt, verdict, findings: reason })
    }
  }
  return (
    <ReasonDialog
      title={`${authorityActName(act)}: ${boundText(view.domainName, 60)}`}
      explanation={authorityActMeaning(act)}
      actName={authorityActName(act)}
      look={act === 'break-glass' || act === 'release' || act === 'grant' ? 'danger' : 'primary'}
      needsReason={act !== 'delegate'}
      {...(act === 'review' ? { reasonLabel: t`What was found, kept on the record` } : {})}
      whyNot={whyNot}
      perform={perform}
      done={t`Recorded: ${authorityActName(act)}.`}
      onClose={onClose}
    >
      {asksRef ? <RefFields form={ref} onChange={setRef} /> : null}
      {act === 'delegate' ? (
        <TextEntry label={t`Its place among those who may`} value={rank} onChange={setRank} inputMode="decimal" />
      ) : null}
      {act === 'resolve' ? (
        <Choice
          label={t`In favour of`}
          value={favoured}
          onChange={setFavoured}
          options={view.claimants.map(({ masterId, masterName }) => ({ id: masterId, name: boundText(masterName ?? masterId, 60) }))}
        />
      ) : null}
      {act === 'release' ? (
        <Segments
          label={t`Who decides here afterwards`}
          value={inherits ? 'above' : 'nobody'}
          onChange={(whose) => setInherits(whose === 'above')}
          options={[
            { id: 'nobody', name: t`Nobody, until it is taken over` },
            { id: 'above', name: t`Who holds the domain above` },
          ]}
        />
      ) : null}
      {act === 'review' ? (
        <>
          <Choice
            label={t`Which`}
            value={debt}
            onChange={setDebt}
            options={view.debts.map(({ eventId, masterName, masterId, epoch, nodes }) => ({
              id: eventId,
              name:
                nodes === null
                  ? t`${boundText(masterName ?? masterId, 60)} at epoch ${epoch}`
                  : t`${boundText(masterName ?? masterId, 60)} at the node ${nodes.map(({ nodeId, name }) => boundText(name ?? nodeId, 60)).join(', ')}`,
            }))}
          />
          <Segments
            label={t`Verdict`}
            value={verdict}
            onChange={setVerdict}
            options={[
              { id: 'upheld', name: t`It was right` },
              { id: 'withdrawn', name: t`It was wrong` },
            ]}
          />
        </>
      ) : null}
    </ReasonDialog>
  )
}

function RefFields({ form, onChange }: { readonly form: RefForm; readonly onChange: (form: RefForm) => void }): ReactNode {
  return (
    <>
      <TextEntry
        label={t`Id of the other master`}
        help={t`It stands on the other console under "What is held".`}
        value={form.masterId}
        onChange={(masterId) => onChange({ ...form, masterId })}
        isCode
        autoFocus
        maxLength={40}
      />
      <Choice
        label={t`Its level`}
        value={form.level}
        onChange={(level) => onChange({ ...form, level })}
        options={(['GLOBAL', 'REGION', 'LOCAL'] as const).map((id) => ({ id, name: levelName(id) }))}
      />
      <TextEntry
        label={t`Its public key`}
        help={t`Needed where it is not known here by its own word yet.`}
        value={form.publicKey}
        onChange={(publicKey) => onChange({ ...form, publicKey })}
        isCode
        maxLength={100}
      />
    </>
  )
}
