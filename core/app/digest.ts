/** Digests presence into the log, per domain and interval: enough for the spectrum over time, far less than every heartbeat. */
import type { Commit } from '../ingest/master-port.ts'
import type { DomainId } from '../kernel/ids.ts'
import type { Ports } from '../kernel/ports.ts'
import { sumsAt } from './queries/fleet/domain-state.ts'
import { domainsWithNodes, type FleetMemory, fleetOf, stateOfDomain } from './queries/fleet/fleet.ts'
import type { Sums } from './queries/health-line.ts'
import type { ReadModel } from './read-model.ts'

export type Digester = { readonly digest: () => void; readonly close: () => void }

export function createDigester({
  model,
  ports,
  everyMs,
  commit,
}: {
  readonly model: ReadModel
  readonly ports: Ports
  readonly everyMs: number
  readonly commit: <Value>(act: (commit: Commit) => Value) => Value
}): Digester {
  let fromMs = ports.clock.now()
  let contactsBefore = new Map<string, number>()
  let cancel = ports.scheduler.after(everyMs, run)

  function run(): void {
    cancel = ports.scheduler.after(everyMs, run)
    try {
      digest()
    } catch (error) {
      // Presence is not history: a digest that cannot be written (disk full) is left out, and the next one covers its time.
      ports.diagnostics.warn('a presence digest could not be written', { reason: error instanceof Error ? error.name : 'unknown' })
    }
  }

  function digest(): void {
    const toMs = ports.clock.now()
    const fleet = fleetOf(model)
    const contacts = contactsByDomain(model, fleet)
    const from = new Date(Math.min(fromMs, toMs)).toISOString()
    const to = new Date(toMs).toISOString()
    commit(({ decide }) => {
      for (const [id, { modes, backlogMessages, worstSecondsBehind }] of sumsByDomain(model, fleet, toMs)) {
        const domain = id as DomainId
        const data = {
          from,
          to,
          modes,
          backlogMessages,
          worstSecondsBehind,
          contacts: Math.max(0, (contacts.get(id) ?? 0) - (contactsBefore.get(id) ?? 0)),
        }
        decide({ type: 'ibcf.presence.digested.v1', subject: domain, domain, data })
      }
    })
    contactsBefore = contacts
    fromMs = toMs
  }

  return { digest, close: () => cancel() }
}

function sumsByDomain(model: ReadModel, fleet: FleetMemory, nowMs: number): readonly (readonly [string, Sums])[] {
  return [...domainsWithNodes(fleet)].map((id) => [id, sumsAt(stateOfDomain(model, fleet, id), nowMs)] as const)
}

/** Only who was heard in this run has any. */
function contactsByDomain({ presence }: ReadModel, { heard }: FleetMemory): Map<string, number> {
  const contacts = new Map<string, number>()
  for (const node of heard.nodes()) {
    const domainId = heard.domainOf(node)
    if (domainId !== undefined) contacts.set(domainId, (contacts.get(domainId) ?? 0) + (presence.of(node)?.contacts ?? 0))
  }
  return contacts
}
