/** What a node says it is made of and runs: as reported, with its age. Whether it can be trusted is checked by the master and shown once it is. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { useFormats } from '../../i18n/use-formats.ts'
import { Facts } from '../../ui/facts.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty } from '../../ui/shown.tsx'
import type { NodeDetail } from './model.ts'

export function SupplyChainPanel({ node }: { readonly node: NodeDetail }): ReactNode {
  const formats = useFormats()
  const chain = node.record.supply_chain
  return (
    <Section title={t`Supply chain`} note={chain === null ? undefined : t`as reported, not verified`} at={node.ages.inventory}>
      {chain === null ? (
        <Empty title={t`Nothing was reported`}>
          <Trans>Hardware, firmware and software appear with its first snapshot.</Trans>
        </Empty>
      ) : (
        <>
          <Facts
            title={t`Hardware`}
            items={[
              { name: t`Serial`, value: chain.hardware.serial, isCode: true },
              { name: t`Maker`, value: chain.hardware.manufacturer },
              { name: t`Model`, value: chain.hardware.model },
              { name: t`Bill of materials`, value: chain.hardware.bom_ref, isCopied: true },
            ]}
          />
          <Facts
            title={t`Firmware`}
            items={[
              { name: t`Version`, value: chain.firmware.version, isCode: true },
              { name: t`Signature`, value: chain.firmware.signature, isCopied: true },
              { name: t`Provenance`, value: chain.firmware.provenance_ref, isCopied: true },
            ]}
          />
          <Facts
            title={t`Software`}
            items={[
              { name: t`Version`, value: node.record.actual_state.reported_version, isCode: true },
              { name: t`Artifact`, value: chain.software.artifact_id, isCopied: true },
              { name: t`SBOM`, value: chain.software.sbom_ref, isCopied: true },
              {
                name: t`Attestations`,
                value: chain.software.attestations.length === 0 ? null : formats.count(chain.software.attestations.length),
              },
              { name: t`Signature`, value: chain.software.signature, isCopied: true },
            ]}
          />
        </>
      )}
    </Section>
  )
}
