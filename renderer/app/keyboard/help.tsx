/** Every key in one place, opened by `?`. */
import { t } from '@lingui/core/macro'
import type { ReactNode } from 'react'
import { Dialog } from '../../ui/dialog.tsx'
import classes from './help.module.css'

export function KeyboardHelp({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }): ReactNode {
  const groups: readonly { readonly title: string; readonly keys: readonly (readonly [readonly string[], string])[] }[] = [
    {
      title: t`Anywhere`,
      keys: [
        [['Ctrl', 'K'], t`Search or jump`],
        [['?'], t`The guide; there again, this list of keys`],
        [['Alt', '\u2190'], t`Back`],
        [['Alt', '\u2192'], t`Forward`],
        [['Esc'], t`Close, or let go of the selection`],
      ],
    },
    {
      title: t`Go to`,
      keys: [
        [['g', 'o'], t`Overview`],
        [['g', 'a'], t`Attention`],
        [['g', 'r'], t`Returns`],
        [['g', 'e'], t`Enrolments`],
        [['g', 'p'], t`Policies`],
        [['g', 'w'], t`Rollouts`],
        [['g', 'u'], t`Audit`],
        [['g', 'd'], t`What is held`],
        [['g', 'c'], t`Since my last shift`],
        [['g', 's'], t`Settings`],
      ],
    },
    {
      title: t`In lists`,
      keys: [
        [['j'], t`Next`],
        [['k'], t`Previous`],
        [['Enter'], t`Open`],
        [['Home'], t`First`],
        [['End'], t`Last`],
        [['/'], t`Filter`],
      ],
    },
    {
      title: t`In charts`,
      keys: [
        [['\u2190', '\u2192'], t`Read the instant before or after`],
        [['+', '\u2212'], t`Nearer or further`],
      ],
    },
  ]
  return (
    <Dialog title={t`Keyboard`} isOpen={isOpen} onClose={onClose} width="wide">
      <div className={classes['groups']}>
        {groups.map((group) => (
          <section key={group.title}>
            <h3 className={classes['title']}>{group.title}</h3>
            <dl className={classes['keys']}>
              {group.keys.map(([keys, meaning]) => (
                <div key={meaning} className={classes['line']}>
                  <dt>
                    {keys.map((key) => (
                      <kbd key={key} className={classes['key']}>
                        {key}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{meaning}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
