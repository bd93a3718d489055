/** The last known good snapshot: when the node was last as it was meant to be and well, and what is otherwise since. */
import { t } from '@lingui/core/macro'
import { Plural, Trans } from '@lingui/react/macro'
import { ShieldCheck } from 'lucide-react'
import type { ReactNode } from 'react'
import { addressOf } from '../../app/navigation.ts'
import type { Answers } from '../../client/rpc.ts'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { justAfter } from '../../features/past/model.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { shortJson } from '../../ui/json-text.tsx'
import { ScrollBox } from '../../ui/scroll-box.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty, Shown } from '../../ui/shown.tsx'
import classes from './last-good.module.css'

type LastGood = Answers['lastGood']['get']

export function LastGoodPanel({ nodeId }: { readonly nodeId: string }): ReactNode {
  const { queries } = useWorkspace()
  const answer = useQuery(queries.lastGood(nodeId))
  return (
    <Section title={t`Last known good`} at={answer.data?.good?.at}>
      <Shown answer={answer}>{(found) => <GoodShown found={found} nodeId={nodeId} />}</Shown>
    </Section>
  )
}

function GoodShown({ found, nodeId }: { readonly found: LastGood; readonly nodeId: string }): ReactNode {
  const formats = useFormats()
  const { clock } = useWorkspace()
  const { good } = found
  if (good === null) {
    return (
      <Empty title={found.lookedAt === 0 ? t`No snapshot yet` : t`None was found`} icon={<ShieldCheck aria-hidden="true" size={20} />}>
        {found.lookedAt === 0 ? (
          <Trans>A snapshot counts as good when the node was in specification, well, and not in quarantine.</Trans>
        ) : (
          <>
            <Plural value={found.lookedAt} one="The last snapshot was looked at." other="The last # snapshots were looked at." />{' '}
            {found.hasOlder ? <Trans>There are older ones.</Trans> : null}
          </>
        )}
      </Empty>
    )
  }
  return (
    <>
      <p>
        <strong>{formats.dayTime(good.at)}</strong>, <Age at={good.at} isSpoken />
        {good.policyName === null ? '' : `, ${t`as ${boundText(good.policyName, 40)} ${boundText(good.policyVersion ?? '', 20)} asked`}`}
        {'. '}
        {good.isNewest ? (
          <Trans>It is the newest one: nothing is otherwise.</Trans>
        ) : (
          <Plural
            value={good.changes.length}
            _0="Nothing that is compared is otherwise now."
            one="# place is otherwise now:"
            other="# places are otherwise now:"
          />
        )}
      </p>
      {good.changes.length === 0 ? null : (
        <ScrollBox label={t`What is otherwise since`} height="11rem">
          <ul className={classes['changes']}>
            {good.changes.map((change) => (
              <li key={change.path}>
                <bdi className={classes['path']}>{boundText(change.path, 160)}</bdi>
                <span>
                  <del>{shortJson(change.before)}</del> <ins>{shortJson(change.after)}</ins>
                </span>
              </li>
            ))}
          </ul>
        </ScrollBox>
      )}
      <a className={classes['link']} href={addressOf({ room: 'node', nodeId, tab: 'overview', asOf: justAfter(good.at, clock.now()) })}>
        <Trans>The node as it was then</Trans>
      </a>
    </>
  )
}
