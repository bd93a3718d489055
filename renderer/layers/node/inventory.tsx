/** What a node has, as its last inventory said, and the key it speaks with. */
import { t } from '@lingui/core/macro'
import type { ReactNode } from 'react'
import { useFormats } from '../../i18n/use-formats.ts'
import { Facts } from '../../ui/facts.tsx'
import { Section } from '../../ui/section.tsx'
import type { NodeDetail } from './model.ts'

export function InventoryPanel({ node }: { readonly node: NodeDetail }): ReactNode {
  const formats = useFormats()
  const { inventory } = node.record.actual_state
  const { constraints } = node.record.desired_state
  return (
    <Section title={t`Inventory and identity`} at={node.ages.inventory}>
      <Facts
        items={[
          { name: t`Processor`, value: inventory?.cpu ?? null },
          { name: t`Memory`, value: inventory === null ? null : formats.quantity(inventory.ram_gb, 'gigabyte') },
          { name: t`Storage`, value: inventory === null ? null : formats.quantity(inventory.storage_gb, 'gigabyte') },
          ...(inventory !== null && inventory.gpus.length > 0 ? [{ name: t`Graphics`, value: inventory.gpus.join(', ') }] : []),
          { name: t`Key`, value: node.keyId, isCopied: true },
          {
            name: t`Manages alone for`,
            value: node.autonomyBudgetSeconds === null ? null : formats.longDuration(node.autonomyBudgetSeconds),
          },
          ...(constraints === null
            ? []
            : [
                {
                  name: t`Maintenance window`,
                  value: constraints.maintenance_window === '' ? t`any time` : constraints.maintenance_window,
                  isCode: constraints.maintenance_window !== '',
                },
                { name: t`Needs to be online`, value: constraints.requires_online ? t`yes` : t`no` },
                { name: t`Least battery`, value: formats.quantity(constraints.min_battery_pct, 'percent') },
              ]),
        ]}
      />
    </Section>
  )
}
