/** Tells of progress on the command line: one line that renews itself on a terminal, JSON lines for programs, else nothing. */
import type { Progress } from '../app/keeping/progress.ts'
import type { CommandIo } from './command.ts'

const tellEveryMs = 200

const words: Readonly<Record<Progress['stage'], string>> = {
  copying: 'copying',
  verifying: 'proving',
  packing: 'packing',
  checking: 'reading back',
  unpacking: 'unpacking',
}

export function showProgress(io: CommandIo, isJson: boolean): Disposable & { readonly tell: (progress: Progress) => void } {
  let toldAt = Number.NEGATIVE_INFINITY
  let stage: Progress['stage'] | undefined
  let isShown = false
  return {
    tell: (progress) => {
      const now = performance.now()
      if (progress.stage === stage && now - toldAt < tellEveryMs) return
      toldAt = now
      stage = progress.stage
      if (isJson) io.stdout(JSON.stringify({ progress }))
      else if (process.stderr.isTTY) {
        process.stderr.write(`\r${inWords(progress)}\u001b[K`)
        isShown = true
      }
    },
    [Symbol.dispose]: () => {
      if (isShown) process.stderr.write('\r\u001b[K')
      isShown = false
    },
  }
}

function inWords({ stage, done, total, perSecond, etaSeconds }: Progress): string {
  const share = total === 0 ? 100 : Math.floor((done / total) * 100)
  const rate = stage === 'verifying' ? `${perSecond} events/s` : `${(perSecond / 1_000_000).toFixed(1)} MB/s`
  return `${words[stage]} ${share} % (${rate}${etaSeconds === null ? '' : `, ${etaSeconds} s left`})`
}
