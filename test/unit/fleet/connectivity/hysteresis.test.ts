/** A link that comes and goes, contact by contact, against the rule that judges it. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { assessContact, type ContactEvidence, defaultThresholds, isWithinBounds } from '../../../../core/fleet/connectivity/assess.ts'
import type { ConnectivityMode, LinkQuality } from '../../../../core/fleet/node/node-record.ts'

const good: LinkQuality = { rtt_ms: 20, loss_pct: 0, bandwidth_kbps: 1000 }
const slow: LinkQuality = { rtt_ms: 9000, loss_pct: 0, bandwidth_kbps: 1000 }

/** The mode after each of a row of contacts that all come on time; a contact of the other kind begins its row anew. */
function modesOver(contacts: readonly boolean[], from: ConnectivityMode, recoverAfterContacts: number): ConnectivityMode[] {
  const thresholds = { ...defaultThresholds, recoverAfterContacts }
  let [mode, goodContacts, slowContacts] = [from, 0, 0]
  return contacts.map((isGood) => {
    const link = isGood ? good : slow
    goodContacts = isWithinBounds(link, thresholds) ? goodContacts + 1 : 0
    slowContacts = isWithinBounds(link, thresholds) ? 0 : slowContacts + 1
    const evidence: ContactEvidence = {
      mode,
      nowMs: 0,
      lastContactMs: 0,
      contactEveryMs: 10_000,
      autonomyBudgetMs: 0,
      thresholds,
      link,
      goodContacts,
      slowContacts,
      isRelayed: false,
    }
    mode = assessContact(evidence)?.to ?? mode
    return mode
  })
}

const changes = (modes: readonly ConnectivityMode[], from: ConnectivityMode): number =>
  modes.filter((mode, at) => mode !== (modes[at - 1] ?? from)).length

/** How long each row of contacts of one kind is. */
const rowsIn = (contacts: readonly boolean[]): number[] =>
  contacts.reduce<number[]>(
    (rows, one, at) => (one === contacts[at - 1] ? [...rows.slice(0, -1), (rows.at(-1) ?? 0) + 1] : [...rows, 1]),
    [],
  )

it('[CN3] does not change the mode by a link that flaps faster than the rows it asks for', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 6 }),
      fc.array(fc.boolean(), { maxLength: 60 }),
      fc.constantFrom('LIVE', 'DELAYED'),
      (rows, contacts, from) => {
        const start: ConnectivityMode = from
        const modes = modesOver(contacts, start, rows)
        // Each change has cost a whole row of contacts of one kind.
        expect(changes(modes, start)).toBeLessThanOrEqual(Math.floor(contacts.length / rows))
        const longest = Math.max(0, ...rowsIn(contacts))
        if (longest < rows) expect(changes(modes, start)).toBe(0)
      },
    ),
  )
})

it('[CN3] follows a link that stays as it is, after just the row it asks for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), (rows) => {
      const worse = modesOver(
        Array.from({ length: 12 }, () => false),
        'LIVE',
        rows,
      )
      expect(worse.indexOf('DELAYED')).toBe(rows - 1)
      const better = modesOver(
        Array.from({ length: 12 }, () => true),
        'DELAYED',
        rows,
      )
      expect(better.indexOf('LIVE')).toBe(rows - 1)
    }),
  )
})
