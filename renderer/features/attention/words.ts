/** The words of handling what needs attention. */
import { t } from '@lingui/core/macro'
import type { Handling, ShownAs } from './model.ts'

export const handlingOrder: readonly ShownAs[] = ['open', 'acknowledged', 'maintenance', 'snoozed', 'resolved']

export function handlingName(shownAs: ShownAs): string {
  switch (shownAs) {
    case 'open':
      return t`Open`
    case 'acknowledged':
      return t`Seen`
    case 'maintenance':
      return t`In maintenance`
    case 'snoozed':
      return t`Put off`
    case 'resolved':
      return t`Resolved`
  }
}

export function actName(act: Handling): string {
  switch (act) {
    case 'acknowledge':
      return t`I have seen it`
    case 'assign':
      return t`Give it to somebody`
    case 'snooze':
      return t`Put it off`
    case 'resolve':
      return t`It is resolved`
  }
}

export function actMeaning(act: Handling): string {
  switch (act) {
    case 'acknowledge':
      return t`It stays in the inbox behind what nobody has seen. It comes back to the front when it gets worse.`
    case 'assign':
      return t`Everybody sees who looks after it.`
    case 'snooze':
      return t`It is out of the way until then, and comes back by itself; sooner when it gets worse.`
    case 'resolve':
      return t`You state that it is dealt with. When it still holds after a while, it comes back.`
  }
}
