/** Which workspace is on screen, unmistakably, and the way to the other one. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { ChevronsUpDown, FlaskConical, House, Pencil, Square } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useHost } from '../../client/host.tsx'
import { RenameDialog } from '../../features/first-run/rename.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { IslandMark } from '../../ui/island-mark.tsx'
import { Menu, type MenuEntry } from '../../ui/menu.tsx'
import { say } from '../../ui/notices.ts'
import { problemSentence } from '../../i18n/words.ts'
import { navigate } from '../navigation.ts'
import classes from './workspace-menu.module.css'

export function WorkspaceMenu({ isNarrow }: { readonly isNarrow: boolean }): ReactNode {
  const { name, queries } = useWorkspace()
  const master = useQuery(queries.master())
  const host = useHost()
  const isDemo = name === 'demo'
  const [isRenaming, setRenaming] = useState(false)
  const title = boundText(master.data?.rootDomainName ?? (isDemo ? t`Demo island` : t`This island`), 60)
  const demoState = host.workspaces.find((workspace) => workspace.name === 'demo')?.state ?? 'absent'

  const goDemo = async (): Promise<void> => {
    const problem = demoState === 'open' ? null : await host.openDemo()
    if (problem === null) navigate({ workspace: 'demo', place: { room: 'overview' } })
    else say(`${problemSentence(problem)} (${problem.code})`)
  }
  const closeDemo = async (): Promise<void> => {
    navigate({ workspace: 'main', place: { room: 'overview' } })
    const problem = await host.closeDemo()
    say(problem === null ? t`The demo island was stopped and removed.` : `${problemSentence(problem)} (${problem.code})`)
  }
  const entries: MenuEntry[] = [
    {
      id: 'main',
      name: t`This master`,
      note: t`The real fleet`,
      icon: <House aria-hidden="true" />,
      isChosen: !isDemo,
      onAction: () => navigate({ workspace: 'main', place: { room: 'overview' } }),
    },
    {
      id: 'demo',
      name: t`Demo island`,
      note: demoState === 'open' ? t`Simulated, running` : t`Simulated: 200 nodes to try things on`,
      icon: <FlaskConical aria-hidden="true" />,
      isChosen: isDemo,
      onAction: () => void goDemo(),
    },
  ]
  if (demoState === 'open')
    entries.push({ id: 'close', name: t`Stop the demo island`, icon: <Square aria-hidden="true" />, onAction: () => void closeDemo() })

  return (
    <>
      <Menu
        label={isDemo ? t`Workspace: demo island, simulated` : t`Workspace: ${title}`}
        buttonClassName={`${classes['button']} ${isNarrow ? classes['narrow'] : ''}`}
        isNamedByContent={!isNarrow}
        sections={[
          { entries },
          {
            entries: [
              {
                id: 'rename',
                name: t`Name this master and its island`,
                icon: <Pencil aria-hidden="true" />,
                onAction: () => setRenaming(true),
              },
            ],
          },
        ]}
      >
        <IslandMark isDemo={isDemo} size={28} />
        {isNarrow ? (
          isDemo ? (
            <span className={classes['demo']} aria-hidden="true">{t`DEMO`}</span>
          ) : null
        ) : (
          <>
            <span className={classes['words']}>
              <bdi className={classes['title']}>{title}</bdi>
              <span className={classes['master']}>
                {isDemo ? (
                  <>
                    <span className={classes['demo']}>{t`DEMO`}</span> <Trans>simulated</Trans>
                  </>
                ) : (
                  <bdi>{boundText(master.data?.name ?? '', 60)}</bdi>
                )}
              </span>
            </span>
            <ChevronsUpDown aria-hidden="true" size={13} className={classes['arrows']} />
          </>
        )}
      </Menu>
      {isRenaming && master.data !== undefined ? <RenameDialog master={master.data} onClose={() => setRenaming(false)} /> : null}
    </>
  )
}
