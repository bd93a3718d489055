/** What a relay says of itself: the link that leads on from it, and what it holds for others until that carries it ([RY7]). */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import type { Answers } from '../../client/rpc.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import type { Formats } from '../../i18n/format.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { healthName } from '../../i18n/words.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Facts } from '../../ui/facts.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty, Shown } from '../../ui/shown.tsx'
import type { NodeDetail } from './model.ts'

type Relay = Answers['relay']['list']['items'][number]

/** Nothing for a node that nobody reaches the master through. */
export function RelayPanel({ node }: { readonly node: NodeDetail }): ReactNode {
  const { kind } = node.record
  return kind === 'RELAY' || kind === 'GATEWAY' ? <RelayShown node={node} /> : null
}

function RelayShown({ node }: { readonly node: NodeDetail }): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.relays(node.record.domain_id))
  return (
    <Shown answer={answer}>
      {({ items }) => {
        const relay = items.find(({ id }) => id === node.record.id)
        return (
          <Section title={t`As a relay`} at={relay?.carrying?.at ?? null}>
            {relay === undefined ? <Empty title={t`Nobody is reached through it now`} /> : <RelayFacts relay={relay} />}
          </Section>
        )
      }}
    </Shown>
  )
}

function RelayFacts({ relay }: { readonly relay: Relay }): ReactNode {
  const formats = useFormats()
  const { carrying } = relay
  const reasons = relay.reasons.map((reason) => boundText(reason, 200)).join(' ')
  return (
    <>
      <Facts
        items={[
          { name: t`Its path`, value: healthName(relay.health) },
          { name: t`Nodes behind it`, value: t`${formats.count(relay.nodesHeard)} of ${formats.count(relay.nodesBehind)} heard` },
          { name: t`Would be hidden`, value: t`${formats.count(relay.hiddenNodes)} that have no other way` },
          { name: t`Link onwards`, value: relay.upstreamLink === null ? null : linkWords(relay.upstreamLink, formats) },
          ...(carrying === null
            ? []
            : [
                { name: t`Next hop`, value: carrying.isUpstreamHere ? t`reached` : t`not reached: it holds what comes` },
                {
                  name: t`Holds for others`,
                  value: t`${formats.count(carrying.heldEvents)} events of ${formats.count(carrying.heldOrigins)} origins, ${formats.bytes(carrying.heldBytes)}`,
                },
                { name: t`Of its room`, value: formats.quantity(carrying.queueUsedPct, 'percent') },
                {
                  name: t`Not carried`,
                  value: t`${formats.count(carrying.droppedEvents)} made room, ${formats.count(carrying.notTakenEvents)} found none, ${formats.count(carrying.refusedEvents)} refused onwards`,
                },
              ]),
        ]}
      />
      {reasons === '' ? null : <p>{reasons}</p>}
      {carrying === null ? (
        <p>
          <Trans>It tells nothing of what it holds for others: it runs no relay of ours.</Trans>
        </p>
      ) : null}
    </>
  )
}

function linkWords({ rtt_ms, loss_pct, bandwidth_kbps }: NonNullable<Relay['upstreamLink']>, formats: Formats): string {
  const loss = t`${formats.quantity(rtt_ms, 'ms')}, loss ${formats.quantity(loss_pct, 'percent')}`
  return bandwidth_kbps === 0 ? loss : `${loss}, ${formats.quantity(bandwidth_kbps, 'kbps')}`
}
