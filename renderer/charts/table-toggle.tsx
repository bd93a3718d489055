/** Every chart can be read as a table: the switch between the two. */
import { t } from '@lingui/core/macro'
import { Table2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { IconButton } from '../ui/button.tsx'

export function useTableToggle(): readonly [boolean, ReactNode] {
  const [isTable, setTable] = useState(false)
  const button = (
    <IconButton
      key="table"
      label={t`Show as a table`}
      icon={<Table2 aria-hidden="true" />}
      isPressed={isTable}
      onPress={() => setTable(!isTable)}
    />
  )
  return [isTable, button]
}
