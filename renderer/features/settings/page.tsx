/** The settings: how this console looks and speaks on this machine, and what this master is called and where nodes reach it. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { type ReactNode, useState } from 'react'
import { densityName, themeName } from '../../app/shell/view-menu.tsx'
import { useFromNow, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useHost } from '../../client/host.tsx'
import { languageChoices } from '../../i18n/languages.ts'
import { useFormats } from '../../i18n/use-formats.ts'
import { densities, themes, usePreferences } from '../../state/preferences.ts'
import { Button } from '../../ui/button.tsx'
import { Name } from '../../ui/name.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { Section } from '../../ui/section.tsx'
import { Segments } from '../../ui/segments.tsx'
import { Shown } from '../../ui/shown.tsx'
import { ListenerLine } from '../enrolments/listener.tsx'
import { RenameDialog } from '../first-run/rename.tsx'
import { ReturnBudget } from '../returns/budget.tsx'
import { languageName } from './model.ts'
import classes from './page.module.css'

export function SettingsPage(): ReactNode {
  return (
    <div className={classes['page']}>
      <PageHead title={<Trans>Settings</Trans>} lead={<Trans>How this console looks and speaks, and what this master is called.</Trans>} />
      <ConsoleSettings />
      <MasterSettings />
    </div>
  )
}

function ConsoleSettings(): ReactNode {
  const { theme, density, language, isUtc, set } = usePreferences()
  return (
    <Section title={t`This console`} note={t`Kept on this machine, for whoever uses it.`}>
      <dl className={classes['settings']}>
        <Setting name={t`Language`} meaning={t`What nodes, people and policies are called stays as it was written.`}>
          <Segments
            label={t`Language`}
            value={language}
            options={languageChoices.map((id) => ({ id, name: id === 'system' ? t`As the system` : languageName(id) }))}
            onChange={(id) => set({ language: id })}
          />
        </Setting>
        <Setting name={t`Times`} meaning={<TimeSample />}>
          <Segments
            label={t`Times`}
            value={isUtc ? 'utc' : 'local'}
            options={[
              { id: 'local', name: t`Time of this machine` },
              { id: 'utc', name: t`UTC` },
            ]}
            onChange={(id) => set({ isUtc: id === 'utc' })}
          />
        </Setting>
        <Setting name={t`Theme`} meaning={t`Sunlight is black on white with heavy lines, for a screen in the open.`}>
          <Segments
            label={t`Theme`}
            value={theme}
            options={themes.map((id) => ({ id, name: themeName(id) }))}
            onChange={(id) => set({ theme: id })}
          />
        </Setting>
        <Setting name={t`Density`} meaning={t`Touch gives everything that can be pressed the room of a gloved finger.`}>
          <Segments
            label={t`Density`}
            value={density}
            options={densities.map((id) => ({ id, name: densityName(id) }))}
            onChange={(id) => set({ density: id })}
          />
        </Setting>
      </dl>
    </Section>
  )
}

/** The present instant as every time is written from now on. */
function TimeSample(): ReactNode {
  const formats = useFormats()
  const sample = useFromNow((now) => formats.instant(now))
  return <Trans>It is now {sample}.</Trans>
}

function MasterSettings(): ReactNode {
  const { queries } = useWorkspace()
  const host = useHost()
  const master = useQuery(queries.master())
  const [isRenaming, setRenaming] = useState(false)
  return (
    <Section title={t`This master`} note={t`For everybody who works with it, and on the record.`}>
      <Shown answer={master}>
        {(data) => (
          <>
            <dl className={classes['settings']}>
              <Setting name={t`Name of this master`} meaning={t`As other masters and nodes see it.`}>
                <Name text={data.name} />
                <Button onPress={() => setRenaming(true)}>
                  <Trans>Change the names</Trans>
                </Button>
              </Setting>
              <Setting name={t`Name of the island`} meaning={t`The outermost domain that this master keeps.`}>
                <Name text={data.rootDomainName} />
              </Setting>
              <Setting name={t`Nodes`} meaning={t`Where nodes ask to join and hand over what they recorded.`}>
                <ListenerLine master={data} />
              </Setting>
              <Setting
                name={t`Nodes that come back at once`}
                meaning={t`The others are told when to ask again; nothing they recorded is lost.`}
              >
                <ReturnBudget />
              </Setting>
              <Setting name={t`Version`} meaning={t`Of the program on this machine.`}>
                {host.version ?? t`not known`}
              </Setting>
            </dl>
            {isRenaming ? <RenameDialog master={data} onClose={() => setRenaming(false)} /> : null}
          </>
        )}
      </Shown>
    </Section>
  )
}

type SettingProps = { readonly name: string; readonly meaning: ReactNode; readonly children: ReactNode }

function Setting({ name, meaning, children }: SettingProps): ReactNode {
  return (
    <div className={classes['setting']}>
      <dt className={classes['name']}>
        {name}
        <span className={classes['meaning']}>{meaning}</span>
      </dt>
      <dd className={classes['value']}>{children}</dd>
    </div>
  )
}
