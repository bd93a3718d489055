/** The backups of this master: how old the last one is, the one being made, those made before, and how one is brought back. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Archive, Ban } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useAct, useFromNow, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Age } from '../../ui/age.tsx'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Progress } from '../../ui/progress.tsx'
import { Section } from '../../ui/section.tsx'
import { Empty, ProblemPanel, Shown } from '../../ui/shown.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import { BackupDialog } from './backup-dialog.tsx'
import { backupAge, type BackupList, type BackupState, lastBackup, type MadeBackup, restoreCommand, shareDone } from './model.ts'
import classes from './page.module.css'
import { encryptionName, keysMeaning, stageName } from './words.ts'

const listed = 8

export function BackupsSection({ isDemo }: { readonly isDemo: boolean }): ReactNode {
  const { queries } = useWorkspace()
  const backups = useQuery(queries.backups())
  const whyNot = useWhyNot('authority')
  const [isAsking, setAsking] = useState(false)
  const isRunning = backups.data?.current.state === 'running'
  return (
    <Section
      title={t`Backups`}
      anchor="held-backups"
      note={backups.data === undefined ? undefined : <LastOne list={backups.data} />}
      actions={
        <Button
          icon={<Archive aria-hidden="true" />}
          whyNot={
            isDemo
              ? t`The demo island is in memory only: there is nothing to back up.`
              : (whyNot ?? (isRunning ? t`A backup is being made already.` : null))
          }
          onPress={() => setAsking(true)}
        >
          <Trans>Back up now</Trans>
        </Button>
      }
    >
      <Shown answer={backups}>
        {(data) => (
          <>
            <CurrentBackup state={data.current} whyNot={whyNot} />
            {data.items.length === 0 ? (
              <Empty title={t`No backup was made yet`}>
                {isDemo ? (
                  <Trans>A simulated island ends with the demo.</Trans>
                ) : (
                  <Trans>
                    One file holds everything: events, content, identity and settings. It is made while the master works, and proven before
                    it counts. Keep it on another disk.
                  </Trans>
                )}
              </Empty>
            ) : (
              <BackupLines items={data.items} />
            )}
          </>
        )}
      </Shown>
      {isAsking ? (
        <BackupDialog last={backups.data === undefined ? undefined : lastBackup(backups.data)} onClose={() => setAsking(false)} />
      ) : null}
    </Section>
  )
}

function LastOne({ list }: { readonly list: BackupList }): ReactNode {
  const age = useFromNow((now) => backupAge(list, now))
  const last = lastBackup(list)
  if (last === undefined) return null
  return (
    <span className={age === 'old' ? classes['amber'] : ''}>
      {age === 'old' ? (
        <Trans>
          the last one is old: <Age at={last.createdAt} isSpoken />
        </Trans>
      ) : (
        <Trans>
          the last one <Age at={last.createdAt} isSpoken />
        </Trans>
      )}
    </span>
  )
}

function CurrentBackup({ state, whyNot }: { readonly state: BackupState; readonly whyNot: string | null }): ReactNode {
  const formats = useFormats()
  const cancel = useAct((client) => client.store.cancelBackup({}))
  switch (state.state) {
    case 'none':
    case 'done':
      return null
    case 'cancelled':
      return (
        <p className={classes['soft']}>
          <Trans>The last backup was given up; nothing of it is left.</Trans>
        </p>
      )
    case 'failed':
      return state.problem === null ? null : (
        <ProblemPanel problem={{ kind: 'UNAVAILABLE', ...state.problem, facts: { file: state.file } }} isInline />
      )
    case 'running': {
      const { progress } = state
      const amount = (value: number): string => (progress?.stage === 'verifying' ? formats.count(value) : formats.bytes(value))
      const done = amount(progress?.done ?? 0)
      const total = amount(progress?.total ?? 0)
      return (
        <div className={classes['running']} role="group" aria-label={t`Backup`}>
          <div className={classes['panelHead']}>
            <p>
              <strong>{progress === null ? t`Beginning` : stageName(progress.stage)}</strong>{' '}
              <code className={classes['wrap']}>{boundText(state.file ?? '', 200)}</code>
            </p>
            <Button
              icon={<Ban aria-hidden="true" />}
              whyNot={whyNot}
              isPending={cancel.isRunning}
              onPress={() => void cancel.run(undefined)}
            >
              <Trans>Cancel the backup</Trans>
            </Button>
          </div>
          <Progress label={t`This step of the backup`} share={progress === null ? null : shareDone(progress)}>
            {progress === null ? null : (
              <>
                <span>
                  <Trans>
                    {done} of {total}
                  </Trans>
                </span>
                {progress.perSecond === 0 ? null : (
                  <span>
                    <Trans>{amount(progress.perSecond)} a second</Trans>
                  </span>
                )}
                {progress.etaSeconds === null ? null : (
                  <span>
                    <Trans>about {formats.longDuration(progress.etaSeconds)} to go</Trans>
                  </span>
                )}
              </>
            )}
          </Progress>
          {cancel.problem === null ? null : <ProblemPanel problem={cancel.problem} isInline />}
        </div>
      )
    }
  }
}

function BackupLines({ items }: { readonly items: readonly MadeBackup[] }): ReactNode {
  const formats = useFormats()
  return (
    <>
      <ul>
        {items.slice(0, listed).map((item) => (
          <li key={`${item.file} ${item.createdAt}`} className={classes['backup']}>
            <details>
              <summary>
                <span className={classes['backupName']}>
                  <bdi>{boundText(fileNameOf(item.file), 120)}</bdi>
                </span>
                <span className={classes['meta']}>
                  <Age at={item.createdAt} isSpoken />
                  <span>{formats.bytes(item.sizeBytes)}</span>
                  <span>
                    <Trans>proven</Trans>
                  </span>
                  <span className={item.encryption === 'none' ? classes['amber'] : ''}>{encryptionName(item.encryption)}</span>
                </span>
              </summary>
              <BackupDetail item={item} />
            </details>
          </li>
        ))}
      </ul>
      {items.length > listed ? (
        <p className={classes['faint']}>
          <Trans>and {items.length - listed} older ones</Trans>
        </p>
      ) : null}
    </>
  )
}

function BackupDetail({ item }: { readonly item: MadeBackup }): ReactNode {
  const formats = useFormats()
  const command = restoreCommand(item)
  const events = formats.count(item.events)
  return (
    <div className={classes['backupDetail']}>
      <p className={classes['inline']}>
        <code className={classes['wrap']}>{boundText(item.file, 400)}</code>
        <CopyButton text={item.file} label={t`Copy the path of the backup`} />
      </p>
      <p className={classes['soft']}>
        <Trans>
          {events} events as of {formats.instant(item.createdAt)}, every chain, signature and blob checked; read back after it was written.
        </Trans>{' '}
        {keysMeaning(item.keys)}
      </p>
      <p className={classes['inline']}>
        <span className={classes['faint']}>
          <Trans>Words</Trans>
        </span>
        <span className={classes['strong']}>{item.fingerprint}</span>
      </p>
      <p className={classes['inline']}>
        <span className={classes['faint']}>SHA-256</span>
        <code title={item.sha256}>
          {item.sha256.slice(0, 24)}
          {'\u2026'}
        </code>
        <CopyButton text={item.sha256} label={t`Copy the digest of the backup`} />
      </p>
      <p className={classes['soft']}>
        <Trans>
          To bring it back, run this on the machine that is to be the master. The directory must be new. The restored master begins a new
          life and decides nothing until it is given authority again.
        </Trans>
      </p>
      <p className={classes['command']}>
        <code>{boundText(command, 600)}</code>
        <CopyButton text={command} label={t`Copy the command that restores it`} />
      </p>
    </div>
  )
}

function fileNameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path
}
