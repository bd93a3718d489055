/** The drift heat map by domain: size is nodes, colour is drift, hatching is what nobody knows. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { useFormats } from '../i18n/use-formats.ts'
import { boundText } from '../ui/bound-text.ts'
import { Name } from '../ui/name.tsx'
import { Table } from '../ui/table.tsx'
import classes from './drift-map.module.css'
import { driftColour, type DriftSource, type DriftTile, layoutDriftMap } from './drift-map-layout.ts'
import { useSize } from './use-size.ts'
import { useToken } from './use-token.ts'

type Props = {
  readonly rows: readonly DriftSource[]
  readonly hrefOf: (domainId: string) => string
  readonly height: number
  readonly isTable: boolean
}

export function DriftMap({ rows, hrefOf, height, isTable }: Props): ReactNode {
  const [ref, { width }] = useSize<HTMLDivElement>()
  const formats = useFormats()
  const tiles = layoutDriftMap(rows, isTable ? 1000 : width, height)
  const say = (score: number | null): string => (score === null ? t`unknown` : formats.share(score))
  if (isTable) {
    return (
      <Table
        label={t`Drift by domain`}
        rows={tiles}
        keyOf={(tile) => tile.domainId}
        hrefOf={(tile) => hrefOf(tile.domainId)}
        columns={[
          { id: 'name', title: t`Domain`, draw: (tile) => <Name text={tile.name} /> },
          { id: 'nodes', title: t`Nodes`, align: 'end', draw: (tile) => formats.count(tile.nodes) },
          { id: 'drift', title: t`Mean drift`, align: 'end', draw: (tile) => say(tile.score) },
          { id: 'unknown', title: t`Not known`, align: 'end', draw: (tile) => formats.share(tile.unknownShare) },
        ]}
      />
    )
  }
  return (
    <div>
      <div ref={ref} className={classes['map']} style={{ height }} role="group" aria-label={t`Drift by domain`}>
        {tiles.map((tile) => (
          <Tile key={tile.domainId} tile={tile} href={hrefOf(tile.domainId)} drift={say(tile.score)} />
        ))}
      </div>
      <p className={classes['legend']}>
        <span>{formats.share(0)}</span>
        <Ramp />
        <span>{formats.share(1)}</span>
        <span className={classes['gap']} />
        <span className={classes['hatchSample']} aria-hidden="true" />
        <span>
          <Trans>not known</Trans>
        </span>
      </p>
    </div>
  )
}

function Tile({ tile, href, drift }: { readonly tile: DriftTile; readonly href: string; readonly drift: string }): ReactNode {
  const formats = useFormats()
  const none = useToken('--drift-none')
  const full = useToken('--drift-full')
  const isRoomy = tile.width > 74 && tile.height > 44
  const colour = tile.score === null ? null : driftColour(tile.score, none, full)
  const place = { left: tile.x, top: tile.y, width: tile.width, height: tile.height }
  const nodes = formats.count(tile.nodes)
  const unknown = formats.share(tile.unknownShare)
  return (
    <a
      href={href}
      className={`${classes['tile']} ${colour === null ? classes['unknownTile'] : ''}`}
      style={colour === null ? place : { ...place, backgroundColor: colour.fill, color: colour.ink }}
      title={t`${boundText(tile.name, 160)}: mean drift ${drift}, ${nodes} nodes, not known of ${unknown}`}
    >
      {colour !== null && tile.unknownShare > 0 ? (
        <span className={classes['hatch']} style={{ width: `${String(Math.max(2, tile.unknownShare * 100))}%`, color: colour.ink }} />
      ) : null}
      <span
        className={classes['hidden']}
      >{t`${boundText(tile.name, 160)}: mean drift ${drift}, ${nodes} nodes, not known of ${unknown}`}</span>
      {isRoomy ? (
        <span className={classes['words']} aria-hidden="true">
          <Name text={tile.name} className={classes['name']} />
          <span className={classes['score']}>{drift}</span>
          <span className={classes['nodes']}>{tile.height > 66 ? <Trans>{nodes} nodes</Trans> : null}</span>
        </span>
      ) : null}
    </a>
  )
}

function Ramp(): ReactNode {
  const none = useToken('--drift-none')
  const full = useToken('--drift-full')
  const stops = Array.from({ length: 9 }, (_, at) => at / 8)
  return (
    <span
      className={classes['ramp']}
      aria-hidden="true"
      style={
        none === ''
          ? undefined
          : { backgroundImage: `linear-gradient(90deg, ${stops.map((share) => driftColour(share, none, full).fill).join(', ')})` }
      }
    />
  )
}
