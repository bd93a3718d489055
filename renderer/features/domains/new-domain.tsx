/** Making a domain below another: a scope of trust and authority with a name and a level. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { type FormEvent, type ReactNode, useState } from 'react'
import { goTo } from '../../app/navigation.ts'
import { useAct } from '../../client/workspace.tsx'
import { type Level, levelName } from '../../i18n/words.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { Choice, TextEntry } from '../../ui/fields.tsx'
import { say } from '../../ui/notices.ts'
import { ProblemPanel } from '../../ui/shown.tsx'

const levels: readonly Level[] = ['REGION', 'LOCAL']

type Props = { readonly parent: { readonly id: string; readonly name: string }; readonly onClose: () => void }

export function NewDomainDialog({ parent, onClose }: Props): ReactNode {
  const [name, setName] = useState('')
  const [level, setLevel] = useState<Level>('LOCAL')
  const create = useAct((client, input: { readonly name: string; readonly level: Level }) =>
    client.domain.create({ ...input, parentId: parent.id }),
  )
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (name.trim() === '') return
    const made = await create.run({ name: name.trim(), level })
    if (made === null) return
    say(t`The domain was made.`)
    onClose()
    goTo({ room: 'domain', domainId: made.domainId, tab: 'overview', filter: {} })
  }
  return (
    <Dialog title={t`New domain below ${boundText(parent.name, 60)}`} isOpen onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} style={{ display: 'contents' }}>
        <TextEntry
          label={t`Name`}
          value={name}
          onChange={setName}
          isRequired
          autoFocus
          maxLength={200}
          help={t`It inherits master, thresholds and policy until it is given its own.`}
        />
        <Choice label={t`Level`} value={level} onChange={setLevel} options={levels.map((id) => ({ id, name: levelName(id) }))} />
        {create.problem === null ? null : <ProblemPanel problem={create.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="primary" type="submit" isPending={create.isRunning} whyNot={name.trim() === '' ? t`Enter a name first.` : null}>
            <Trans>Make domain</Trans>
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
