/** Making an operator: a name and what they may do. The master makes the key. */
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useAct } from '../../client/workspace.tsx'
import { type Role, roleName } from '../../i18n/words.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { Choice, TextEntry } from '../../ui/fields.tsx'
import { say } from '../../ui/notices.ts'
import { ProblemPanel } from '../../ui/shown.tsx'

const roles: readonly Role[] = ['viewer', 'operator', 'engineer', 'authority']

function roleMeaning(role: Role): string {
  switch (role) {
    case 'viewer':
      return t`Looks, and changes nothing.`
    case 'operator':
      return t`Runs the fleet: lets nodes in, quarantines, remediates.`
    case 'engineer':
      return t`Also thresholds, policies and keys of nodes.`
    case 'authority':
      return t`Also who is master of what, and who may act.`
  }
}

function RoleChoice({ value, onChange }: { readonly value: Role; readonly onChange: (role: Role) => void }): ReactNode {
  return (
    <Choice
      label={t`Role`}
      value={value}
      onChange={onChange}
      options={roles.map((role) => ({ id: role, name: roleName(role), note: roleMeaning(role) }))}
    />
  )
}

export function NewOperatorDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }): ReactNode {
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('operator')
  const create = useAct((client, input: { readonly name: string; readonly role: Role }) => client.operator.create(input))
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (name.trim() === '') return
    const made = await create.run({ name: name.trim(), role })
    if (made === null) return
    say(t`The operator was made.`)
    setName('')
    onClose()
  }
  return (
    <Dialog title={t`New operator`} isOpen={isOpen} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)} style={{ display: 'contents' }}>
        <TextEntry label={t`Name`} value={name} onChange={setName} isRequired autoFocus maxLength={200} />
        <RoleChoice value={role} onChange={setRole} />
        {create.problem === null ? null : <ProblemPanel problem={create.problem} isInline />}
        <DialogActions>
          <Button onPress={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="primary" type="submit" isPending={create.isRunning} isDisabled={name.trim() === ''}>
            <Trans>Make operator</Trans>
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
