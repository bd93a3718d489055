/**
 * The power of a simulated machine: it can go between any two writes of a transaction, or when a commit is on the disk and nobody was
 * told of it yet. From that moment no code of the machine reaches its store or a timer again, whatever is still on its stack.
 */
import { AppError } from '../../kernel/app-error.ts'
import type { SqlValue, Writer } from '../../kernel/reader.ts'
import { bindContext, contextOf } from '../../store/context.ts'
import type { Store } from '../../store/open.ts'
import type { CrashPoint } from './happening.ts'

/** Where the store stood: at rest, in the middle of a transaction, or with a commit of which nobody knows. */
export type CutMoment = 'at-rest' | 'inside' | 'at-commit'

export type Power = {
  readonly isOn: () => boolean
  readonly cut: () => void
  /** It goes at that point of what is written next; at once for `now`. */
  readonly arm: (point: CrashPoint) => void
  /** The store as this machine sees it. */
  readonly through: (store: Store) => Store
}

export type PowerParts = {
  /** Called once. */
  readonly gone: (moment: CutMoment) => void
  /** A commit follows that will be the last. */
  readonly aboutToCommit?: () => void
}

export function createPower({ gone, aboutToCommit }: PowerParts): Power {
  let isOn = true
  let armed: Exclude<CrashPoint, { at: 'now' }> | undefined
  let writesLeft = 0

  function cut(moment: CutMoment = 'at-rest'): void {
    if (!isOn) return
    isOn = false
    gone(moment)
  }

  function requirePower(): void {
    if (!isOn) throw powerCut()
  }

  function countWrite(): void {
    if (armed?.at !== 'write' || --writesLeft > 0) return
    cut('inside')
    throw powerCut()
  }

  function through(store: Store): Store {
    const counted = new WeakMap<Writer, Writer>()
    const watched = (writer: Writer): Writer => {
      const known = counted.get(writer)
      if (known !== undefined) return known
      const run = (sql: string, ...values: readonly SqlValue[]): { readonly changes: number } => {
        countWrite()
        return writer.run(sql, ...values)
      }
      const made: Writer = Object.assign(Object.create(null) as object, writer, { run })
      bindContext(made, contextOf(writer))
      counted.set(writer, made)
      return made
    }
    return {
      ...store,
      transact: (act) => {
        requirePower()
        const value = store.transact((writer) => {
          const made = act(watched(writer))
          if (armed?.at === 'commit') aboutToCommit?.()
          return made
        })
        if (armed?.at !== 'commit') return value
        cut('at-commit')
        throw powerCut()
      },
    }
  }

  return {
    isOn: () => isOn,
    cut: () => cut(),
    arm: (point) => {
      if (point.at === 'now') return cut()
      armed = point
      writesLeft = point.at === 'write' ? point.writes : 0
    },
    through,
  }
}

function powerCut(): AppError {
  return new AppError('Unavailable', 'POWER_CUT', 'The power of the simulated machine is gone.')
}
