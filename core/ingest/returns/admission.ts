/**
 * A storm of returns is let in by budget, in an order that is fair to the domains: the next place goes to the domain that has the fewest
 * returns open, and within a domain to who asked first ([RT14]). Whoever has to wait is told for how long; nobody is forgotten meanwhile,
 * and a place that is free is not kept for somebody who is not due yet.
 */
import type { MasterPort } from '../master-port.ts'
import type { Writer } from '../../kernel/reader.ts'
import {
  type AdmissionBudget,
  dropTicket,
  type OpenLoad,
  putBudget,
  putTicket,
  readBudget,
  readClosingRate,
  readOpenLoad,
  readTickets,
  type Ticket,
} from './queue-table.ts'

/** Where nobody set another. */
export const defaultBudget: AdmissionBudget = { maxSessions: 64, maxBytes: 256 * 1024 * 1024 }

/** What an event takes on its way, about; a node says how many it has, not how large they are. */
const bytesPerEvent = 512

/** Retry-After, seconds. */
const waits = { least: 1, most: 60 } as const

/** While nothing has ended yet: each open return is taken to last so long. */
const guessedSeconds = 4

/** Who is due within this is waited for; later ones may be overtaken. */
const presentMs = 1500

/** Whoever did not ask again for so long after the time that was named, random addition included, has gone. */
const graceMs = 15_000

export type Asked = Pick<Ticket, 'nodeId' | 'domainId' | 'expectedEvents'>
export type Turn =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'wait'; readonly seconds: number; readonly place: number; readonly waiting: number }

export type Admission = {
  /** In the transaction in which the return is opened, or the ticket is noted. */
  readonly ask: (writer: Writer, asked: Asked) => Turn
}

/** `wanted`: the budget from now on, over restarts too; without it the one that was set last holds. */
export function createAdmission(
  { ports, reader, commit }: Pick<MasterPort, 'ports' | 'reader' | 'commit'>,
  wanted?: AdmissionBudget,
): Admission {
  if (wanted !== undefined) commit(({ writer }) => putBudget(writer, wanted))
  /** By node, in the order in which they asked first. */
  const tickets = new Map(
    readTickets(reader)
      .toSorted((a, b) => a.askedAt - b.askedAt)
      .map((ticket) => [ticket.nodeId, ticket]),
  )

  function dropGone(writer: Writer, nowMs: number): void {
    for (const { nodeId, askedAt, dueAt } of tickets.values()) {
      const waitedMs = Math.max(dueAt - askedAt, 0)
      if (nowMs <= dueAt + Math.min(waitedMs, waits.most * 1000) + graceMs) continue
      tickets.delete(nodeId)
      dropTicket(writer, nodeId)
    }
  }

  return {
    ask: (writer, asked) => {
      const nowMs = ports.clock.now()
      dropGone(writer, nowMs)
      const budget = readBudget(writer) ?? defaultBudget
      const load = readOpenLoad(writer, chargeOf(Number.MAX_SAFE_INTEGER, budget))
      const own: Ticket = { ...asked, askedAt: tickets.get(asked.nodeId)?.askedAt ?? nowMs, dueAt: nowMs }
      tickets.set(asked.nodeId, own)
      const order = fairOrder([...tickets.values()], load)
      const place = order.findIndex(({ nodeId }) => nodeId === asked.nodeId)
      const free = budget.maxSessions - total(load, 'sessions')
      const ahead = order.slice(0, place).filter(({ dueAt }) => dueAt <= nowMs + presentMs).length
      if (ahead < free && fits(load, asked, budget)) {
        tickets.delete(asked.nodeId)
        dropTicket(writer, asked.nodeId)
        return { kind: 'admitted' }
      }
      const seconds = waitSeconds(place + 1 - Math.max(free, 0), readClosingRate(writer, nowMs), budget)
      const ticket = { ...own, dueAt: nowMs + seconds * 1000 }
      tickets.set(asked.nodeId, ticket)
      putTicket(writer, ticket)
      return { kind: 'wait', seconds, place, waiting: tickets.size }
    },
  }
}

/** The tickets in the order in which they will be let in, as far as is known now. */
export function fairOrder(tickets: readonly Ticket[], load: ReadonlyMap<string, OpenLoad>): readonly Ticket[] {
  const taken = new Map<string, number>()
  return tickets
    .toSorted((a, b) => a.askedAt - b.askedAt || (a.nodeId < b.nodeId ? -1 : 1))
    .map((ticket) => {
      const nth = taken.get(ticket.domainId) ?? load.get(ticket.domainId)?.sessions ?? 0
      taken.set(ticket.domainId, nth + 1)
      return { ticket, nth }
    })
    .toSorted((a, b) => a.nth - b.nth)
    .map(({ ticket }) => ticket)
}

function fits(load: ReadonlyMap<string, OpenLoad>, { expectedEvents }: Asked, budget: AdmissionBudget): boolean {
  return (total(load, 'events') + chargeOf(expectedEvents, budget)) * bytesPerEvent <= budget.maxBytes
}

/** In events. What a node says it holds is its own word: it must not be able to keep everybody else out. */
export function chargeOf(expectedEvents: number, { maxBytes }: AdmissionBudget): number {
  return Math.min(expectedEvents, Math.floor(maxBytes / 4 / bytesPerEvent))
}

function total(load: ReadonlyMap<string, OpenLoad>, figure: keyof OpenLoad): number {
  return [...load.values()].reduce((sum, each) => sum + each[figure], 0)
}

function waitSeconds(turns: number, closingRate: number, { maxSessions }: AdmissionBudget): number {
  const rate = closingRate === 0 ? maxSessions / guessedSeconds : closingRate
  return Math.min(Math.max(Math.ceil(Math.max(turns, 1) / rate), waits.least), waits.most)
}
