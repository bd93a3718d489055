/** Sticks and named folders, as a calm strip: what each is, what room it has, the bundles and receipts on it. Nothing opens by itself. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { FolderPlus, HardDriveDownload, LogOut, MailCheck, PackagePlus, Usb } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useAct, useQuery } from '../../client/workspace.tsx'
import { useFormats } from '../../i18n/use-formats.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { Name } from '../../ui/name.tsx'
import { say } from '../../ui/notices.ts'
import { Section } from '../../ui/section.tsx'
import { Empty, ProblemPanel, Shown } from '../../ui/shown.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'
import type { Volume } from './model.ts'
import classes from './page.module.css'
import { useCourierQueries } from './use-courier.ts'

type Props = { readonly isDemo: boolean; readonly onPack: (directory: string) => void }

export function Volumes({ isDemo, onPack }: Props): ReactNode {
  const courier = useCourierQueries()
  const volumes = useQuery(courier.volumes())
  const whyNot = useWhyNot('operator')
  const [isNaming, setNaming] = useState(false)
  const barred = isDemo ? t`The demo island is in memory only: nothing is carried to it or from it.` : whyNot
  return (
    <Section
      title={t`Sticks and folders`}
      actions={
        <Button icon={<FolderPlus aria-hidden="true" />} whyNot={barred} onPress={() => setNaming(true)}>
          <Trans>Use a folder</Trans>
        </Button>
      }
    >
      <Shown answer={volumes}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t`No stick is plugged in`} icon={<Usb aria-hidden="true" size={20} />}>
              <Trans>
                Plug one in and it appears here. Nothing on it is opened until you say so. A folder, such as a network share, works as well.
              </Trans>
            </Empty>
          ) : (
            <ul className={classes['volumes']}>
              {items.map((volume) => (
                <VolumeCard key={volume.path} volume={volume} barred={barred} onPack={onPack} />
              ))}
            </ul>
          )
        }
      </Shown>
      {isNaming ? <NameFolder onClose={() => setNaming(false)} /> : null}
    </Section>
  )
}

function VolumeCard({
  volume,
  barred,
  onPack,
}: {
  readonly volume: Volume
  readonly barred: string | null
  readonly onPack: (directory: string) => void
}): ReactNode {
  const formats = useFormats()
  const inspect = useAct((client, file: string) => client.bundle.inspect({ file }))
  const receipt = useAct((client, file: string) => client.bundle.takeReceipt({ file }))
  const eject = useAct((client, path: string) => client.volume.eject({ path }))
  const forget = useAct((client, path: string) => client.volume.forget({ path }))
  const free = formats.bytes(volume.freeBytes)
  const total = formats.bytes(volume.totalBytes)
  const problem = inspect.problem ?? receipt.problem ?? eject.problem
  const takeReceipt = async (file: string): Promise<void> => {
    const taken = await receipt.run(file)
    if (taken === null) return
    const { fromName, isNews } = taken
    say(isNews ? t`The receipt of ${fromName} was taken in.` : t`The receipt of ${fromName} was known already.`)
  }
  const letGo = async (): Promise<void> => {
    if ((await eject.run(volume.path)) !== null) say(t`You can take it out now.`)
  }
  return (
    <li className={classes['volume']}>
      <div className={classes['volumeHead']}>
        <Usb aria-hidden="true" size={16} />
        <strong>
          <Name text={boundText(volume.label, 60)} />
        </strong>
        <code className={classes['path']}>{boundText(volume.path, 120)}</code>
        <span className={classes['faint']}>
          {volume.isReadOnly ? (
            <Trans>locked against writing</Trans>
          ) : (
            <Trans>
              {free} of {total} free
            </Trans>
          )}
          {volume.fileSystem === null ? null : ` · ${volume.fileSystem}`}
        </span>
        <span className={classes['space']} />
        <Button
          icon={<PackagePlus aria-hidden="true" />}
          whyNot={barred ?? (volume.isReadOnly ? t`Nothing can be written there: it is locked.` : null)}
          onPress={() => onPack(volume.path)}
        >
          <Trans>Pack onto it</Trans>
        </Button>
        {volume.kind === 'removable' ? (
          <Button
            look="quiet"
            icon={<LogOut aria-hidden="true" />}
            whyNot={barred}
            isPending={eject.isRunning}
            onPress={() => void letGo()}
          >
            <Trans>Eject</Trans>
          </Button>
        ) : (
          <Button look="quiet" whyNot={barred} onPress={() => void forget.run(volume.path)}>
            <Trans>Forget</Trans>
          </Button>
        )}
      </div>
      {volume.bundles.length + volume.receipts.length === 0 ? (
        <p className={classes['faint']}>
          <Trans>No bundle lies on it.</Trans>
        </p>
      ) : (
        <ul className={classes['found']}>
          {volume.bundles.map((bundle) => (
            <li key={bundle.file} className={classes['foundLine']}>
              <span className={classes['grow']}>
                <Name text={boundText(bundle.name, 100)} />{' '}
                <span className={classes['faint']}>
                  {formats.bytes(bundle.sizeBytes)} · {formats.dayTime(bundle.modifiedAt)}
                  {bundle.isEncrypted ? null : (
                    <>
                      {' '}
                      · <Trans>not encrypted</Trans>
                    </>
                  )}
                </span>
              </span>
              <Button
                icon={<HardDriveDownload aria-hidden="true" />}
                whyNot={barred}
                isPending={inspect.isRunning}
                onPress={() => void inspect.run(bundle.file)}
              >
                <Trans>Look into it</Trans>
              </Button>
            </li>
          ))}
          {volume.receipts.map(({ file, name }) => (
            <li key={file} className={classes['foundLine']}>
              <span className={classes['grow']}>
                <Trans>A receipt</Trans> <span className={classes['faint']}>{boundText(name, 60)}</span>
              </span>
              <Button
                look="quiet"
                icon={<MailCheck aria-hidden="true" />}
                whyNot={barred}
                isPending={receipt.isRunning}
                onPress={() => void takeReceipt(file)}
              >
                <Trans>Take it in</Trans>
              </Button>
            </li>
          ))}
        </ul>
      )}
      {problem === null ? null : <ProblemPanel problem={problem} isInline />}
    </li>
  )
}

function NameFolder({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [path, setPath] = useState('')
  const name = useAct((client, directory: string) => client.volume.name({ path: directory }))
  const submit = async (): Promise<void> => {
    if ((await name.run(path.trim())) !== null) onClose()
  }
  return (
    <Dialog title={t`Use a folder`} isOpen onClose={onClose}>
      <form
        className={classes['form']}
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <TextEntry
          label={t`Folder, on the machine of this master`}
          value={path}
          onChange={setPath}
          help={t`It counts as a stick from then on: a network share, or a stick that the system does not tell of.`}
          isCode
          isRequired
          autoFocus
          maxLength={4000}
        />
        {name.problem === null ? null : <ProblemPanel problem={name.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="primary" type="submit" isPending={name.isRunning} whyNot={path.trim() === '' ? t`Name the folder first.` : null}>
            <Trans>Use it</Trans>
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
