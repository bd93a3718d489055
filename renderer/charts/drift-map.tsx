/** The drift heat map by domain: size is nodes, colour is drift, hatching is what nobody knows. One goes into a domain and back by its crumbs. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { ChevronRight } from 'lucide-react'
import { Fragment, type ReactNode, useState } from 'react'
import { useFormats } from '../i18n/use-formats.ts'
import { usePreferences } from '../state/preferences.ts'
import { boundText } from '../ui/bound-text.ts'
import { Name } from '../ui/name.tsx'
import { Table } from '../ui/table.tsx'
import classes from './drift-map.module.css'
import {
  driftColour,
  frameHead,
  type DriftFrame,
  type DriftLayout,
  type DriftSource,
  type DriftTile,
  layoutDriftMap,
} from './drift-map-layout.ts'
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
  const [within, setWithin] = useState<string | null>(null)
  const head = usePreferences((preferences) => (preferences.density === 'touch' ? 44 : frameHead))
  const { tiles, frames, path } = layoutDriftMap(rows, isTable ? 1000 : width, height, within, { head })
  const say = (score: number | null): string => (score === null ? t`unknown` : formats.share(score))
  const goInto = (domainId: string): void => setWithin(domainId === rows[0]?.id ? null : domainId)
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
        {frames.map((frame) => (
          <Frame key={frame.domainId} frame={frame} head={head} onGo={goInto} />
        ))}
        {tiles.map((tile) => (
          <Tile key={tile.domainId} tile={tile} href={hrefOf(tile.domainId)} drift={say(tile.score)} onGo={tile.isWhole ? goInto : null} />
        ))}
      </div>
      <div className={classes['legend']}>
        {path.length > 1 ? <Crumbs path={path} onGo={goInto} /> : null}
        <span>{formats.share(0)}</span>
        <Ramp />
        <span>{formats.share(1)}</span>
        <span className={classes['gap']} />
        <span className={classes['hatchSample']} aria-hidden="true" />
        <span>
          <Trans>not known</Trans>
        </span>
      </div>
    </div>
  )
}

/** The way down to what is shown; each step of it leads back up. */
function Crumbs({ path, onGo }: { readonly path: DriftLayout['path']; readonly onGo: (domainId: string) => void }): ReactNode {
  return (
    <nav className={classes['crumbs']} aria-label={t`Where the map is`}>
      {path.map((step, at) => (
        <Fragment key={step.id}>
          {at === 0 ? null : <ChevronRight aria-hidden="true" size={12} />}
          {at === path.length - 1 ? (
            <Name text={step.name} className={classes['here']} />
          ) : (
            <button type="button" className={classes['crumb']} onClick={() => onGo(step.id)}>
              <Name text={step.name} />
            </button>
          )}
        </Fragment>
      ))}
    </nav>
  )
}

type FrameProps = { readonly frame: DriftFrame; readonly head: number; readonly onGo: (domainId: string) => void }

function Frame({ frame, head, onGo }: FrameProps): ReactNode {
  return (
    <button
      type="button"
      className={classes['frame']}
      style={{ left: frame.x, top: frame.y, width: frame.width, height: head }}
      onClick={() => onGo(frame.domainId)}
      title={t`Show only ${boundText(frame.name, 80)}`}
    >
      <Name text={frame.name} />
      <ChevronRight aria-hidden="true" size={12} />
    </button>
  )
}

type TileProps = {
  readonly tile: DriftTile
  readonly href: string
  readonly drift: string
  /** Goes into it; null where the tile is all there is. */
  readonly onGo: ((domainId: string) => void) | null
}

function Tile({ tile, href, drift, onGo }: TileProps): ReactNode {
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
      onClick={(event) => {
        if (onGo === null || event.ctrlKey || event.metaKey) return
        event.preventDefault()
        onGo(tile.domainId)
      }}
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
