/** A verdict with its reasons, each with the ways out of it as things that can be done here, or that are done at the machine. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { assertNever } from '../../i18n/assert-never.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import type { Session } from '../../i18n/words.ts'
import { Button } from '../../ui/button.tsx'
import classes from './verdict.module.css'

type Reason = Session['reasons'][number]
export type WayOut = Reason['ways'][number]

/** What can be done without leaving the page; absent where the node cannot be acted upon from here. */
export type Remedies = { readonly act: (way: WayOut) => void; readonly whyNot: (way: WayOut) => string | null }

export function Reasons({
  reasons,
  nodeId,
  remedies,
}: {
  readonly reasons: readonly Reason[]
  readonly nodeId: string
  readonly remedies: Remedies | null
}): ReactNode {
  return (
    <ul className={classes['reasons']}>
      {reasons.map((reason) => (
        <li key={`${reason.code} ${reason.sentence}`} className={`${classes['reason']} ${classes[reason.kind ?? 'notice']}`}>
          <p>
            <span className={classes['kind']}>{kindName(reason.kind)}</span> <strong>{reason.sentence}</strong> <code>{reason.code}</code>
          </p>
          <p className={classes['wayOut']}>
            <Trans>Way out:</Trans> {reason.wayOut}
          </p>
          {remedies === null || reason.ways.length === 0 ? null : (
            <p className={classes['ways']}>
              {reason.ways.map((way) => (
                <Way key={way} way={way} nodeId={nodeId} remedies={remedies} />
              ))}
            </p>
          )}
        </li>
      ))}
    </ul>
  )
}

function Way({ way, nodeId, remedies }: { readonly way: WayOut; readonly nodeId: string; readonly remedies: Remedies }): ReactNode {
  const href = placeOf(way, nodeId)
  if (href !== null) return <a href={href}>{wayName(way)}</a>
  return (
    <Button look={way === 'decommission' ? 'danger' : 'plain'} whyNot={remedies.whyNot(way)} onPress={() => remedies.act(way)}>
      {wayName(way)}
    </Button>
  )
}

/** Where a way leads that is walked on another page; null for those that begin with a question here. */
function placeOf(way: WayOut, nodeId: string): string | null {
  switch (way) {
    case 'correct':
    case 'settle-command':
      return addressOf({ room: 'node', nodeId, tab: 'commands' })
    case 'accept-waiver':
    case 'settle-authority':
      return addressOf({ room: 'node', nodeId, tab: 'overview' })
    case 're-key':
    case 're-image':
    case 'resolve-fork':
    case 'release':
    case 'decommission':
      return null
    default:
      return assertNever(way)
  }
}

function wayName(way: WayOut): string {
  switch (way) {
    case 're-key':
      return t`Give it a new key`
    case 're-image':
      return t`Replace hardware`
    case 'accept-waiver':
      return t`Accept the difference`
    case 'correct':
      return t`Correct it by a command`
    case 'resolve-fork':
      return t`Decide the fork`
    case 'settle-command':
      return t`Settle the command`
    case 'settle-authority':
      return t`See who holds authority`
    case 'release':
      return t`Let it back in`
    case 'decommission':
      return t`Decommission`
    default:
      return assertNever(way)
  }
}

function kindName(kind: Reason['kind']): string {
  switch (kind) {
    case 'trust':
      return t`Trust`
    case 'drift':
      return t`Drift`
    case 'notice':
    case null:
      return t`To know`
    default:
      return assertNever(kind)
  }
}

/** By which policy it is judged, and how its drift stood before and after. */
export function JudgedBy({ of }: { readonly of: Pick<Session, 'policy' | 'driftBefore' | 'driftAfter'> }): ReactNode {
  const formats = useFormats()
  if (of.policy === null) return null
  const figure = (drift: Session['driftBefore']): string => (drift === null ? t`unknown` : formats.share(drift.score))
  return (
    <span className={classes['judged']}>
      <span>{policyName(of.policy)}</span>
      <span>
        <Trans>
          drift {figure(of.driftBefore)} before, {figure(of.driftAfter)} now
        </Trans>
      </span>
    </span>
  )
}

export function policyName(policy: NonNullable<Session['policy']>): string {
  switch (policy) {
    case 'strict':
      return t`judged strictly: what is not allowed is a violation`
    case 'field':
      return t`judged as in the field: what no policy forbids is tolerated`
    case 'permissive':
      return t`judged permissively: told, not held against it`
    default:
      return assertNever(policy)
  }
}
