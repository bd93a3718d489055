/** Who is at the controls: always visible, switched in one step. Every act carries this name. */
import { t } from '@lingui/core/macro'
import { UserPlus } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useAct, useQuery, useWorkspace } from '../../client/workspace.tsx'
import { problemSentence, roleName } from '../../i18n/words.ts'
import { boundText } from '../../ui/bound-text.ts'
import { Menu } from '../../ui/menu.tsx'
import { say } from '../../ui/notices.ts'
import { NewOperatorDialog } from './new-operator.tsx'
import classes from './menu.module.css'

export function OperatorMenu({ isNarrow }: { readonly isNarrow: boolean }): ReactNode {
  const { queries } = useWorkspace()
  const operators = useQuery(queries.operators())
  const [isAdding, setAdding] = useState(false)
  const signIn = useAct((client, operatorId: string) => client.operator.signIn({ operatorId }))
  const items = operators.data?.items ?? []
  const current = items.find((operator) => operator.id === operators.data?.currentId) ?? null
  const name = current === null ? t`Nobody signed in` : boundText(current.name, 40)

  const change = async (operatorId: string): Promise<void> => {
    const operator = await signIn.run(operatorId)
    if (operator !== null) say(t`You act as ${boundText(operator.name, 40)} now.`)
    else if (signIn.problem !== null) say(problemSentence(signIn.problem))
  }

  return (
    <>
      <Menu
        label={t`Operator: ${name}`}
        placement="top start"
        isNamedByContent={!isNarrow}
        buttonClassName={`${classes['button']} ${isNarrow ? classes['narrow'] : ''} ${current === null ? classes['nobody'] : ''}`}
        sections={[
          {
            title: t`Act as`,
            entries: items.map((operator) => ({
              id: operator.id,
              name: boundText(operator.name, 60),
              note: roleName(operator.role),
              isChosen: operator.id === current?.id,
              onAction: () => void change(operator.id),
            })),
          },
          { entries: [{ id: 'new', name: t`New operator`, icon: <UserPlus aria-hidden="true" />, onAction: () => setAdding(true) }] },
        ]}
      >
        {/* Drawn, not written: the button is named by who it is, and two letters are no part of that. */}
        <span className={classes['initials']} aria-hidden="true" data-initials={initialsOf(current?.name ?? '?')} />
        {isNarrow ? null : (
          <span className={classes['words']}>
            <bdi className={classes['name']}>{name}</bdi>
            <span className={classes['role']}>{current === null ? t`Choose who acts` : roleName(current.role)}</span>
          </span>
        )}
      </Menu>
      <NewOperatorDialog isOpen={isAdding} onClose={() => setAdding(false)} />
    </>
  )
}

function initialsOf(name: string): string {
  const parts = boundText(name, 40).trim().split(/\s+/)
  const letters = [parts[0], parts.length > 1 ? parts.at(-1) : undefined].map((part) => (part === undefined ? '' : ([...part][0] ?? '')))
  return letters.join('').toUpperCase()
}
