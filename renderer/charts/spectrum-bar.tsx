/** How the nodes are spread over the spectrum now: one bar of seven ordered bands, with a column of figures for each; and the same in small for rows. */
import { t } from '@lingui/core/macro'
import type { ReactNode } from 'react'
import { useFormats } from '../i18n/use-formats.ts'
import { type Mode, modeMeaning, modeName } from '../i18n/words.ts'
import { ModeMark } from '../ui/marks.tsx'
import { type Band, toBands } from './bands.ts'
import classes from './spectrum-bar.module.css'

type SpectrumBarProps = {
  readonly modes: Readonly<Record<Mode, number>>
  /** Where the nodes of a band are listed. */
  readonly hrefOf: (mode: Mode) => string
  readonly size?: 'large' | 'medium'
}

export function SpectrumBar({ modes, hrefOf, size = 'large' }: SpectrumBarProps): ReactNode {
  const formats = useFormats()
  const bands = toBands(modes)
  return (
    <div className={classes[size]}>
      <div className={classes['bar']} aria-hidden="true">
        {bands.map((band) => (
          <BandPiece key={band.mode} band={band} />
        ))}
        {bands.every((band) => band.count === 0) ? <span className={classes['nothing']} /> : null}
      </div>
      <ul className={classes['columns']} aria-label={t`Nodes by connectivity`}>
        {bands.map((band) => (
          <li key={band.mode}>
            <a
              href={hrefOf(band.mode)}
              className={`${classes['column']} ${band.count === 0 ? classes['zero'] : ''}`}
              title={modeMeaning(band.mode)}
            >
              <span className={classes['name']}>
                <ModeMark mode={band.mode} size={13} />
                {modeName(band.mode)}
              </span>
              <span className={classes['figures']}>
                <strong className={classes['count']}>{formats.count(band.count)}</strong>
                <span className={classes['share']}>{formats.share(band.share)}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** The spectrum of a row: a thin bar, with the figures as its name. */
export function SpectrumStrip({ modes }: { readonly modes: Readonly<Record<Mode, number>> }): ReactNode {
  const formats = useFormats()
  const bands = toBands(modes)
  const words = bands
    .filter((band) => band.count > 0)
    .map((band) => `${modeName(band.mode)} ${formats.count(band.count)}`)
    .join(', ')
  return (
    <span className={classes['strip']} role="img" aria-label={words === '' ? t`No nodes` : words} title={words}>
      {bands.map((band) => (
        <BandPiece key={band.mode} band={band} />
      ))}
    </span>
  )
}

function BandPiece({ band }: { readonly band: Band }): ReactNode {
  return band.count === 0 ? null : <span className={`${classes['piece']} ${classes[band.mode]}`} style={{ flexGrow: band.share }} />
}
