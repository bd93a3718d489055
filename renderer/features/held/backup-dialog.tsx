/** Asking for a backup: where it goes and what opens it. One that nothing protects is asked for twice. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { Requests } from '../../client/rpc.ts'
import { useAct, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { say } from '../../ui/notices.ts'
import { Segments } from '../../ui/segments.tsx'
import { ProblemPanel } from '../../ui/shown.tsx'
import { type BackupForm, type BackupFormProblem, type MadeBackup, readBackupForm, suggestBackupFile } from './model.ts'
import classes from './page.module.css'
import { formProblemSentence } from './words.ts'

type Props = { readonly last: MadeBackup | undefined; readonly onClose: () => void }

export function BackupDialog({ last, onClose }: Props): ReactNode {
  const { queries, clock } = useWorkspace()
  const formats = useFormats()
  const store = useQuery(queries.store())
  const [form, setForm] = useState<BackupForm>(() => ({
    file: suggestBackupFile(folderOf(store.data?.path ?? ''), last, formats.fileDay(clock.now())),
    protection: last?.encryption === 'recipient' ? 'recipient' : 'passphrase',
    passphrase: '',
    repeated: '',
    recipient: '',
  }))
  const [isSure, setSure] = useState(false)
  const backup = useAct((client, request: Requests['store']['backup']) => client.store.backup(request))
  const { problems, request } = readBackupForm(form)
  const change = (changes: Partial<BackupForm>): void => setForm({ ...form, ...changes })

  const begin = async (): Promise<void> => {
    if (request === null) return
    const begun = await backup.run(request)
    if (begun === null) {
      setSure(false)
      return
    }
    say(t`The backup has begun. The master goes on working.`)
    onClose()
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (request === null) return
    if (form.protection === 'none' && !isSure) setSure(true)
    else void begin()
  }
  return (
    <Dialog title={isSure ? t`Really without encryption?` : t`Back up now`} isOpen onClose={onClose}>
      <form onSubmit={submit} className={classes['form']}>
        {isSure ? (
          <>
            <p>
              <Trans>
                Whoever gets this file can read everything that is held: nodes, places, policies, people and what they did. Private keys
                that nothing seals are left out of it, so the restored master would need keys.json of this data directory.
              </Trans>
            </p>
            <DialogActions>
              <Button onPress={() => setSure(false)}>
                <Trans>Back</Trans>
              </Button>
              <Button look="danger" type="submit" isPending={backup.isRunning}>
                <Trans>Back up without encryption</Trans>
              </Button>
            </DialogActions>
          </>
        ) : (
          <>
            <TextEntry
              label={t`File, on the machine of this master`}
              value={form.file}
              onChange={(file) => change({ file })}
              error={errorOf(problems, ['file-empty', 'file-relative'], form.file !== '')}
              help={t`Best on another disk. A file that exists is never overwritten.`}
              isCode
              isRequired
              autoFocus
              maxLength={4000}
            />
            <div className={classes['protection']}>
              <span className={classes['label']}>
                <Trans>What opens it</Trans>
              </span>
              <Segments
                label={t`What opens it`}
                value={form.protection}
                onChange={(protection) => change({ protection })}
                options={[
                  { id: 'passphrase', name: t`A passphrase` },
                  { id: 'recipient', name: t`A recipient's key` },
                  { id: 'none', name: t`Nothing` },
                ]}
              />
            </div>
            <Protection form={form} problems={problems} change={change} />
            {backup.problem === null ? null : <ProblemPanel problem={backup.problem} isInline />}
            <DialogActions>
              <Button onPress={onClose}>
                <Trans>Cancel</Trans>
              </Button>
              <Button
                look="primary"
                type="submit"
                isPending={backup.isRunning}
                whyNot={problems[0] === undefined ? null : formProblemSentence(problems[0])}
              >
                <Trans>Back up</Trans>
              </Button>
            </DialogActions>
          </>
        )}
      </form>
    </Dialog>
  )
}

type ProtectionProps = {
  readonly form: BackupForm
  readonly problems: readonly BackupFormProblem[]
  readonly change: (changes: Partial<BackupForm>) => void
}

function Protection({ form, problems, change }: ProtectionProps): ReactNode {
  switch (form.protection) {
    case 'passphrase':
      return (
        <>
          <TextEntry
            label={t`Passphrase`}
            value={form.passphrase}
            onChange={(passphrase) => change({ passphrase })}
            error={errorOf(problems, ['passphrase-short'], form.passphrase !== '')}
            help={t`Nobody can open the backup without it, and nobody can tell it to you again.`}
            isSecret
            isRequired
          />
          <TextEntry
            label={t`Passphrase once more`}
            value={form.repeated}
            onChange={(repeated) => change({ repeated })}
            error={errorOf(problems, ['passphrase-differs'], form.repeated !== '')}
            isSecret
            isRequired
          />
        </>
      )
    case 'recipient':
      return (
        <TextEntry
          label={t`Recipient (age)`}
          value={form.recipient}
          onChange={(recipient) => change({ recipient })}
          error={errorOf(problems, ['recipient-malformed'], form.recipient !== '')}
          help={t`Only who has the key that belongs to it can open the backup; not even this master.`}
          isCode
          isRequired
          maxLength={4000}
        />
      )
    case 'none':
      return (
        <p className={classes['amber']}>
          <Trans>Anyone who gets the file can read it.</Trans>
        </p>
      )
  }
}

/** Said once something was entered: an empty field is not a mistake yet. */
function errorOf(problems: readonly BackupFormProblem[], own: readonly BackupFormProblem[], isTouched: boolean): string | null {
  const problem = problems.find((one) => own.includes(one))
  return problem === undefined || !isTouched ? null : formProblemSentence(problem)
}

function folderOf(path: string): string {
  return path.replace(/[\\/][^\\/]*$/, '')
}
