/** What changed since my last shift: acts of people and nodes whose state changed, from where this operator read last. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { addressOf } from '../../app/navigation.ts'
import { useFromNow, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { modeName, phaseName } from '../../i18n/words.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { shiftKey, useShifts } from '../../state/shifts.ts'
import { Age } from '../../ui/age.tsx'
import { Button } from '../../ui/button.tsx'
import { Name } from '../../ui/name.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty, Shown } from '../../ui/shown.tsx'
import { placeOfSubject } from '../audit/model.ts'
import { type Act, beginningOf, groupActs, groupNodes } from './model.ts'
import classes from './page.module.css'

/** As many as one page reads; the desks behind it hold the rest. */
const shownAtMost = 100

export function ChangesPage(): ReactNode {
  const { name, queries, clock } = useWorkspace()
  const formats = useFormats()
  const operators = useQuery(queries.operators())
  const operatorId = operators.data?.currentId ?? ''
  const readUpTo = useShifts((shifts) => shifts.readUpTo[shiftKey(name, operatorId)])
  const read = useShifts((shifts) => shifts.read)
  const from = useFromNow((now) => beginningOf(readUpTo, now))
  const acts = useQuery(queries.audit({ from, limit: shownAtMost }))
  const nodes = useQuery(queries.nodes({ from, limit: shownAtMost }))
  const since = formats.instant(from)
  return (
    <div className={classes['page']}>
      <PageHead
        title={<Trans>Since my last shift</Trans>}
        lead={
          readUpTo === undefined ? (
            <Trans>Since {since}: a shift ago, for you have not read here yet.</Trans>
          ) : (
            <Trans>Since {since}, when you read last.</Trans>
          )
        }
        aside={
          <>
            <a className={classes['sheet']} href={addressOf({ room: 'sheet' })}>
              <Trans>Hand-over sheet</Trans>
            </a>
            <Button
              look="primary"
              onPress={() => read(name, operatorId, new Date(clock.now()).toISOString())}
              whyNot={operatorId === '' ? t`Nobody is signed in. Choose who acts, at the lower left.` : null}
            >
              <Trans>I have read it</Trans>
            </Button>
          </>
        }
      />
      <Section title={t`Nodes that changed`} note={t`Their phase or their connectivity is another than it was.`}>
        <Shown answer={nodes}>
          {(data) =>
            data.items.length === 0 ? (
              <Empty title={t`No node changed`} />
            ) : (
              <>
                {groupNodes(data.items).map((group) => (
                  <div key={group.phase} className={classes['group']}>
                    <h3>
                      {phaseName(group.phase)} <span className={classes['count']}>{formats.count(group.nodes.length)}</span>
                    </h3>
                    <ul className={classes['inColumns']}>
                      {group.nodes.map((node) => (
                        <li key={node.id}>
                          <a href={addressOf({ room: 'node', nodeId: node.id, tab: 'overview' })}>
                            <Name text={node.name} />
                          </a>
                          <span className={classes['soft']}>{modeName(node.mode)}</span>
                        </li>
                      ))}
                    </ul>
                  </div>
                ))}
                {data.next === null ? null : (
                  <p className={classes['soft']}>{t`There are more; the list of nodes holds them, narrowed by time.`}</p>
                )}
              </>
            )
          }
        </Shown>
      </Section>
      <Section title={t`What people did`}>
        <Shown answer={acts}>
          {(data) =>
            data.items.length === 0 ? (
              <Empty title={t`Nobody did anything`} />
            ) : (
              <>
                {groupActs(data.items).map((group) => (
                  <div key={group.actorId} className={classes['group']}>
                    <h3>
                      <Name text={group.actorName ?? group.actorId} />{' '}
                      <span className={classes['count']}>{formats.count(group.acts.length)}</span>
                    </h3>
                    <ul>
                      {group.acts.map((act) => (
                        <ActLine key={act.eventId} act={act} />
                      ))}
                    </ul>
                  </div>
                ))}
                {data.next === null ? null : <a href={addressOf({ room: 'audit' })}>{t`There are more, at the audit desk`}</a>}
              </>
            )
          }
        </Shown>
      </Section>
    </div>
  )
}

function ActLine({ act }: { readonly act: Act }): ReactNode {
  const formats = useFormats()
  const place = placeOfSubject(act)
  const subject = act.subjectName ?? act.subjectId
  return (
    <li>
      <span>{formats.sentence(act.sentence === '' ? act.type : act.sentence)}</span>
      {place === null ? (
        <Name text={subject} />
      ) : (
        <a href={addressOf(place)}>
          <Name text={subject} />
        </a>
      )}
      <Age at={act.time} isSpoken className={classes['soft']} />
    </li>
  )
}
