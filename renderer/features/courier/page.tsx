/** The courier desk: sticks that are plugged in, what is packed and on its way, and the airlock for what comes back. */
import { Plural, Trans } from '@lingui/react/macro'
import { type ReactNode, useState } from 'react'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { Airlock } from './airlock.tsx'
import { ImportHistory, PackedBundles } from './bundles.tsx'
import { OwnWords } from './own-words.tsx'
import { PackDialog } from './pack-dialog.tsx'
import classes from './page.module.css'
import { useCourierQueries } from './use-courier.ts'
import { Volumes } from './volumes.tsx'

export function CourierDesk(): ReactNode {
  const { queries } = useWorkspace()
  const master = useQuery(queries.master())
  const [packingOnto, setPackingOnto] = useState<string | null>(null)
  const isDemo = master.data?.isDemo ?? false
  return (
    <div className={classes['page']}>
      <PageHead title={<Trans>Courier desk</Trans>} lead={<Lead isDemo={isDemo} />} />
      <Airlock />
      <Volumes isDemo={isDemo} onPack={setPackingOnto} />
      <PackedBundles isDemo={isDemo} onPack={() => setPackingOnto('')} />
      <ImportHistory />
      {isDemo ? null : <OwnWords />}
      {packingOnto === null ? null : <PackDialog directory={packingOnto} onClose={() => setPackingOnto(null)} />}
    </div>
  )
}

function Lead({ isDemo }: { readonly isDemo: boolean }): ReactNode {
  const courier = useCourierQueries()
  const packed = useQuery(courier.packed())
  if (isDemo) return <Trans>A simulated island has no sticks. In your own fleet, this is where records are carried by hand.</Trans>
  const late = packed.data?.overdue ?? 0
  if (late > 0)
    return (
      <span className={classes['urgent']}>
        <Plural
          value={late}
          one="# bundle was due and nothing was heard of it. If it is lost, say so: nothing is lost by it."
          other="# bundles were due and nothing was heard of them. If they are lost, say so: nothing is lost by it."
        />
      </span>
    )
  return (
    <Trans>Carry records between stations on a stick. A stick that gets lost loses nothing, and taking one in twice does no harm.</Trans>
  )
}
