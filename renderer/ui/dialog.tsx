/** A question that must be answered before anything else is done. Escape leaves it without doing anything. */
import { X } from 'lucide-react'
import { t } from '@lingui/core/macro'
import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { IconButton } from './button.tsx'
import classes from './dialog.module.css'

type DialogProps = {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly children: ReactNode
  readonly width?: 'narrow' | 'wide'
  readonly isUrgent?: boolean
}

export function Dialog({ title, isOpen, onClose, children, width = 'narrow', isUrgent = false }: DialogProps): ReactNode {
  return (
    <ModalOverlay className={classes['veil'] ?? ''} isOpen={isOpen} onOpenChange={(open) => (open ? undefined : onClose())} isDismissable>
      <Modal className={`${classes['modal']} ${classes[width]}`}>
        <AriaDialog className={classes['dialog'] ?? ''} role={isUrgent ? 'alertdialog' : 'dialog'}>
          <header className={classes['head']}>
            <Heading slot="title" level={2} className={classes['title'] ?? ''}>
              {title}
            </Heading>
            <IconButton label={t`Close`} icon={<X aria-hidden="true" />} onPress={onClose} />
          </header>
          <div className={classes['body']}>{children}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}

export function DialogActions({ children }: { readonly children: ReactNode }): ReactNode {
  return <div className={classes['actions']}>{children}</div>
}
