/** Copying a text, and saying that it was copied. */
import { t } from '@lingui/core/macro'
import { Check, Copy } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { shellHost } from '../client/shell-host.ts'
import { say } from './notices.ts'
import { IconButton } from './button.tsx'

export function copyText(text: string): void {
  const refused = (): void => say(t`The system did not let the console copy. Select the text and copy it yourself.`)
  const shell = shellHost()
  if (shell !== null) shell.copyText(text).then(({ ok }) => (ok ? say(t`Copied.`) : refused()), refused)
  else if ('clipboard' in navigator) navigator.clipboard.writeText(text).then(() => say(t`Copied.`), refused)
  else refused()
}

export function CopyButton({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return undefined
    const timer = window.setTimeout(() => setCopied(false), 1600)
    return () => window.clearTimeout(timer)
  }, [isCopied])
  return (
    <IconButton
      label={label}
      icon={isCopied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
      onPress={() => {
        copyText(text)
        setCopied(true)
      }}
    />
  )
}
