/** Things to press. A button that may not be pressed says why, in its tooltip and to a screen reader. */
import type { ReactNode } from 'react'
import { Button as AriaButton, Tooltip, TooltipTrigger } from 'react-aria-components'
import classes from './button.module.css'

type ButtonProps = {
  readonly children: ReactNode
  readonly look?: 'plain' | 'primary' | 'danger' | 'quiet'
  readonly onPress?: () => void
  readonly type?: 'button' | 'submit'
  readonly isDisabled?: boolean
  /** Why it may not be pressed. Given, the button is disabled but can still be reached, so that the reason can be read. */
  readonly whyNot?: string | null | undefined
  /** What was pressed is under way. A second press does nothing; whoever performs the act sees to that. */
  readonly isPending?: boolean
  readonly icon?: ReactNode
  readonly autoFocus?: boolean
}

export function Button({
  children,
  look = 'plain',
  whyNot = null,
  icon,
  isPending = false,
  isDisabled = false,
  onPress,
  type = 'button',
  autoFocus = false,
}: ButtonProps): ReactNode {
  const isBarred = whyNot !== null && whyNot !== undefined
  const button = (
    <AriaButton
      className={`${classes['button']} ${classes[look]} ${isBarred ? classes['barred'] : ''} ${isPending ? classes['pending'] : ''}`}
      type={isBarred ? 'button' : type}
      isDisabled={isDisabled}
      autoFocus={autoFocus}
      {...(isBarred || isPending ? { 'aria-disabled': true } : {})}
      {...(isBarred || onPress === undefined ? {} : { onPress })}
    >
      {icon}
      <span>{children}</span>
    </AriaButton>
  )
  return isBarred ? <Hint text={whyNot}>{button}</Hint> : button
}

type IconButtonProps = {
  readonly label: string
  readonly icon: ReactNode
  readonly onPress?: () => void
  readonly isPressed?: boolean
  readonly hint?: string
  readonly isDisabled?: boolean
}

export function IconButton({ label, icon, onPress, isPressed, hint, isDisabled = false }: IconButtonProps): ReactNode {
  return (
    <Hint text={hint ?? label}>
      <AriaButton
        className={classes['icon'] ?? ''}
        aria-label={label}
        isDisabled={isDisabled}
        {...(isPressed === undefined ? {} : { 'aria-pressed': isPressed })}
        {...(onPress === undefined ? {} : { onPress })}
      >
        {icon}
      </AriaButton>
    </Hint>
  )
}

/** Words beside the pointer or the focus. The child must be something that can be focused. */
export function Hint({ text, children }: { readonly text: string; readonly children: ReactNode }): ReactNode {
  return (
    <TooltipTrigger delay={350} closeDelay={60}>
      {children}
      <Tooltip className={classes['hint'] ?? ''} offset={6}>
        {text}
      </Tooltip>
    </TooltipTrigger>
  )
}
