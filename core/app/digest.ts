/** Digests presence into the log, per domain and interval: enough for the spectrum over time, far less than every heartbeat. */
import { connectivityModes, type ConnectivityMode } from '../fleet/node/node-record.ts'
import type { Commit } from '../ingest/master-port.ts'
import type { DomainId, NodeId } from '../kernel/ids.ts'
import type { Ports } from '../kernel/ports.ts'
import type { ReadModel } from './read-model.ts'

export type Digester = { readonly digest: () => void; readonly close: () => void }

type Sums = { readonly modes: Record<ConnectivityMode, number>; backlogMessages: number; worstSecondsBehind: number; contacts: number }

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
    const sums = sumByDomain(model, toMs)
    const contacts = new Map([...sums].map(([domain, sum]) => [domain, sum.contacts]))
    const from = new Date(Math.min(fromMs, toMs)).toISOString()
    const to = new Date(toMs).toISOString()
    commit(({ decide }) => {
      for (const [domain, { modes, backlogMessages, worstSecondsBehind, contacts: total }] of sums) {
        const data = {
          from,
          to,
          modes,
          backlogMessages,
          worstSecondsBehind,
          contacts: Math.max(0, total - (contactsBefore.get(domain) ?? 0)),
        }
        decide({ type: 'ibcf.presence.digested.v1', subject: domain, domain, data })
      }
    })
    contactsBefore = contacts
    fromMs = toMs
  }

  return { digest, close: () => cancel() }
}

function sumByDomain(model: ReadModel, nowMs: number): Map<DomainId, Sums> {
  const sums = new Map<DomainId, Sums>()
  const rows = model.reader.iterate(
    "SELECT l.subject, l.domain, c.mode, c.last_seen, c.backlog_messages FROM lifecycle_nodes l LEFT JOIN connectivity_nodes c ON c.subject = l.subject WHERE l.enrolment = 'APPROVED' AND l.phase <> 'RETIRED'",
  )
  for (const row of rows) {
    const domain = String(row['domain']) as DomainId
    const sum = sums.get(domain) ?? { modes: noModes(), backlogMessages: 0, worstSecondsBehind: 0, contacts: 0 }
    sums.set(domain, sum)
    const mode = (row['mode'] ?? 'DISCONNECTED') as ConnectivityMode
    const heard = model.presence.of(String(row['subject']) as NodeId)
    const lastSeenMs = heard?.heardAt ?? (row['last_seen'] === null ? nowMs : Date.parse(String(row['last_seen'])))
    sum.modes[mode] += 1
    sum.backlogMessages += heard?.backlogMessages ?? Number(row['backlog_messages'] ?? 0)
    if (mode !== 'LIVE') sum.worstSecondsBehind = Math.max(sum.worstSecondsBehind, Math.round((nowMs - lastSeenMs) / 1000))
    sum.contacts += heard?.contacts ?? 0
  }
  return sums
}

function noModes(): Record<ConnectivityMode, number> {
  return Object.fromEntries(connectivityModes.map((mode) => [mode, 0])) as Record<ConnectivityMode, number>
}
