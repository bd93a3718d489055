/** Naming a master and its island again, later than at the first run. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { type FormEvent, type ReactNode, useState } from 'react'
import type { Answers } from '../../client/rpc.ts'
import { useAct } from '../../client/workspace.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { TextEntry } from '../../ui/fields.tsx'
import { say } from '../../ui/notices.ts'
import { ProblemPanel } from '../../ui/shown.tsx'
import { useWhyNot } from '../operators/use-why-not.ts'

export function RenameDialog({ master, onClose }: { readonly master: Answers['master']['get']; readonly onClose: () => void }): ReactNode {
  const [name, setName] = useState(master.name)
  const [rootDomainName, setRootDomainName] = useState(master.rootDomainName)
  const whyNot = useWhyNot('authority')
  const rename = useAct((client, input: { readonly name: string; readonly rootDomainName: string }) => client.master.rename(input))
  const isWhole = name.trim() !== '' && rootDomainName.trim() !== ''
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (!isWhole || whyNot !== null) return
    const done = await rename.run({ name: name.trim(), rootDomainName: rootDomainName.trim() })
    if (done === null) return
    say(t`The names are recorded.`)
    onClose()
  }
  return (
    <Dialog title={t`Names of this master and its island`} isOpen onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} style={{ display: 'contents' }}>
        <TextEntry label={t`Name of this master`} value={name} onChange={setName} isRequired autoFocus maxLength={200} />
        <TextEntry label={t`Name of the island`} value={rootDomainName} onChange={setRootDomainName} isRequired maxLength={200} />
        {rename.problem === null ? null : <ProblemPanel problem={rename.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="primary" type="submit" isPending={rename.isRunning} whyNot={whyNot ?? (isWhole ? null : t`Both names are needed.`)}>
            <Trans>Record the names</Trans>
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
