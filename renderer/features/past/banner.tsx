/** Says over a whole page, unmistakably, that it is of the past, and leads back to now. */
import { Trans } from '@lingui/react/macro'
import { History } from 'lucide-react'
import type { ReactNode } from 'react'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { Button } from '../../ui/button.tsx'
import { usePast } from './moment.ts'
import classes from './past.module.css'
import { TimeControl } from './time-control.tsx'

type Props = { readonly asOf: string; readonly onChoose: (at: string) => void; readonly onNow: () => void }

export function PastBanner({ asOf, onChoose, onNow }: Props): ReactNode {
  const formats = useFormats()
  // The bar over every page says it already.
  if (usePast() === asOf) return null
  return (
    <div className={classes['banner']} role="status">
      <History aria-hidden="true" size={18} />
      <p>
        <strong>
          <Trans>The past: as of {formats.instant(asOf)}</Trans>
        </strong>{' '}
        <Age at={asOf} isSpoken />
        {'. '}
        <Trans>By what is known of it today. Ages count to that instant; nothing can be done here.</Trans>
      </p>
      <TimeControl asOf={asOf} onChoose={onChoose} />
      <Button look="primary" onPress={onNow}>
        <Trans>Back to now</Trans>
      </Button>
    </div>
  )
}
