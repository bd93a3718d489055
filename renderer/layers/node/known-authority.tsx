/** What the node knows of who decides for it, beside what this master holds: they differ while a change is on its way. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { levelName, standingName } from '../../i18n/words.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Facts } from '../../ui/facts.tsx'
import { Section, SectionLink } from '../../ui/section.tsx'
import type { NodeDetail } from './model.ts'

export function KnownAuthority({ node }: { readonly node: NodeDetail }): ReactNode {
  const formats = useFormats()
  const { authority, record } = node
  const known = record.authority
  return (
    <Section
      title={t`Authority`}
      at={known.last_authoritative_update_ts}
      actions={
        <SectionLink href={addressOf({ room: 'domain', domainId: record.domain_id, tab: 'authority', filter: {} })}>
          <Trans>Of its domain</Trans>
        </SectionLink>
      }
    >
      <Facts
        items={[
          { name: t`Master of record`, value: boundText(authority.masterName ?? t`nobody`, 80) },
          { name: t`Standing`, value: standingName(authority.standing) },
          { name: t`Epoch`, value: authority.epoch === null ? null : formats.count(authority.epoch) },
          { name: t`Level`, value: known.master_of_record === null ? null : levelName(known.master_of_record) },
          { name: t`May command it`, value: known.controller_ids.length === 0 ? t`nobody` : known.controller_ids.join(', '), isCode: true },
          {
            name: t`Last decision that it obeyed`,
            value: known.last_authoritative_update_ts === null ? null : formats.instant(known.last_authoritative_update_ts),
          },
        ]}
      />
    </Section>
  )
}
