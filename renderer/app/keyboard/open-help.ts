/** Lets a page open the list of keys, which the shell holds. */
import { useEffect } from 'react'

let open: (() => void) | null = null

export function openKeyboardHelp(): void {
  open?.()
}

/** The shell that is on screen answers. */
export function useHelpOpener(opener: () => void): void {
  useEffect(() => {
    open = opener
    return () => {
      if (open === opener) open = null
    }
  }, [opener])
}
