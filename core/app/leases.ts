/** Looks at the leases of returns once a second, for as long as a gateway serves. */
import type { Ports } from '../kernel/ports.ts'

const leaseLookMs = 1000

export function watchLeases({ scheduler, diagnostics }: Pick<Ports, 'scheduler' | 'diagnostics'>, look: () => void): () => void {
  let cancel = scheduler.after(leaseLookMs, run)
  function run(): void {
    cancel = scheduler.after(leaseLookMs, run)
    try {
      look()
    } catch (error) {
      // The store may be full for now; the lease is looked at again in a second.
      diagnostics.warn('leases of returns could not be looked at', { reason: error instanceof Error ? error.name : 'unknown' })
    }
  }
  return () => cancel()
}
