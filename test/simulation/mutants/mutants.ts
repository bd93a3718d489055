/**
 * Ways to break the code on purpose, each in one module of core, and the faults under which the simulator has to notice. The text that is
 * replaced must be there, or the rehearsal says so: a mutant that changes nothing would be caught by nobody.
 */
export type Mutant = {
  readonly name: string
  /** What the broken code does. */
  readonly does: string
  readonly module: string
  readonly find: string
  readonly replace: string
  /** Of a scenario, or of drawn seeds with these faults. */
  readonly tries: { readonly scenario: string } | { readonly faults: string }
}

export const mutants: readonly Mutant[] = [
  {
    name: 'skips-the-signature-check',
    does: 'takes any signature on a segment for a true one',
    module: 'core/log/segment.ts',
    find: 'if (!crypto.verify(publicKey, preAuthenticationEncoding(segmentPayloadType, headerBytes), signature))',
    replace: 'if (signature.length === 0)',
    tries: { faults: 'sticks' },
  },
  {
    name: 'skips-the-chain-check',
    does: 'does not hold the events of a segment against its signed head',
    module: 'core/log/segment.ts',
    find: 'if (toHex(extendHeadBy(crypto, before, decoded, leaves)) !== header.head)',
    replace: 'if (toHex(extendHeadBy(crypto, before, decoded, leaves)) === header.prev)',
    tries: { scenario: 'altered-while-away' },
  },
  {
    name: 'acknowledges-before-storing',
    does: 'answers that it holds a later segment of the bulk lane, and never stores it',
    module: 'core/ingest/segment-intake.ts',
    find: 'return takeWhole(intake, staging.bytes)',
    replace:
      "if (intake.log.lane === 'bulk' && intake.piece.from > 1) { const answer = complete(intake); return accepted({ answer: { ...answer, held: { ...answer.held, seq: intake.piece.to } }, events: [] }) } return takeWhole(intake, staging.bytes)",
    tries: { scenario: 'a-snapshot-on-demand' },
  },
  {
    name: 'forgets-the-idempotency-ledger',
    does: 'does not write down at the node that a command was begun',
    module: 'core/agent/commands/ledger.ts',
    find: `"UPDATE agent_commands SET progress = 'started', attempt = ?, run = ?, awaits_start = 0 WHERE command_id = ?"`,
    replace: `"UPDATE agent_commands SET awaits_start = 0 WHERE ? > 0 AND ? > 0 AND command_id = ?"`,
    tries: { scenario: 'node-falls-in-a-careful-command' },
  },
  {
    name: 'runs-at-most-once-again',
    does: 'runs a command again after a crash that was to be run at most once',
    module: 'core/fleet/command/after-crash.ts',
    find: "if (command.semantics === 'AT_MOST_ONCE')",
    replace: "if (command.semantics === 'AT_MOST_ONCE' && command.attempt > 5)",
    tries: { scenario: 'node-falls-in-a-careful-command' },
  },
  {
    name: 'ignores-the-epoch',
    does: 'lets a node obey whoever shows it any authority at all',
    module: 'core/agent/authority.ts',
    find: `if (nearer < 0 || (nearer > 0 && passed !== undefined && grant.epoch <= passed.epoch))
    return refused('EPOCH_STALE', 'The domain that the grant is about is not the one that the node is held through now.', {
      domainId: grant.domainId,
      heldAtDomainId: approval.heldAtDomainId ?? null,
    })
  const placement = (held?.placement ?? approval.placement) + (nearer > 0 ? 1 : 0)
  const judged = fence(held, { placement, epoch: grant.epoch, masterId: who.masterId })`,
    replace:
      'const placement = held?.placement ?? approval.placement; const judged = nearer > 99 ? fence(held, { placement, epoch: grant.epoch, masterId: who.masterId }) : accepted({ placement, epoch: grant.epoch, masterId: who.masterId })',
    tries: { scenario: 'overtaken' },
  },
  {
    name: 'drops-late-events',
    does: 'does not show the first of the events that another master brings',
    module: 'core/app/recorder.ts',
    find: 'keep(writer, outcome.events)\n              const last = outcome.events.findLast',
    replace: 'keep(writer, outcome.events.slice(1))\n              const last = outcome.events.findLast',
    tries: { faults: 'none' },
  },
  {
    name: 'folds-as-they-arrive',
    does: 'folds decisions in the order in which they came here',
    module: 'core/projections/order.ts',
    find: 'return `${digits(event.placement ?? 0)}/${digits(event.epoch ?? 0)}/${event.hlc}/${log.origin}/${place}`',
    replace: 'return String(1e12 + (counter += 1))',
    tries: { faults: 'sticks,claims' },
  },
  {
    name: 'reuses-numbers-after-restore',
    does: 'goes on with its old log after its database was put back',
    module: 'core/app/keeping/incarnation.ts',
    find: 'if (!isRestored && lost.length === 0) return',
    replace: 'if (lost.length < 1_000_000) return',
    tries: { scenario: 'restored-and-reminded' },
  },
  {
    name: 'keeps-half-a-transaction',
    does: 'commits what a failed transaction had written so far',
    module: 'core/store/connection.ts',
    find: "if (database.inTransaction) writer.run('ROLLBACK')",
    replace: "if (database.inTransaction) writer.run('COMMIT')",
    tries: { faults: 'crash' },
  },
  {
    name: 'keeps-one-branch-of-a-fork',
    does: 'throws away what contradicts what came first',
    module: 'core/store/accept-segment.ts',
    find: "    case 'fork': {\n",
    replace: "    case 'fork': {\n      if (recordedAt > 0) return { kind: 'known' }\n",
    tries: { faults: 'steal-key' },
  },
  {
    name: 'never-sends-bulk',
    does: 'leaves the bulk lane out of what it gives to other masters',
    module: 'core/sync/exchange.ts',
    find: 'if (!lanes.includes(lane) || scope?.holds(log) === false) continue',
    replace: "if (!lanes.includes(lane) || lane === 'bulk' || scope?.holds(log) === false) continue",
    tries: { faults: 'none' },
  },
  {
    name: 'lets-the-past-be-altered',
    does: 'takes a changed past of a log for the one that it holds',
    module: 'core/store/accept-segment.ts',
    find: 'while (same < held.ends.length && equalBytes(eventAt(held, same), eventAt(told, same))) same++',
    replace: 'same = held.ends.length',
    tries: { faults: 'steal-key' },
  },
  {
    name: 'obeys-after-expiry',
    does: 'lets a node judge by no clock at all whether an order came too late',
    module: 'core/agent/commands/executor.ts',
    find: 'time: believedNow(ports.clock.now(), seen === undefined ? [] : [{ hlc: seen, isFarFuture: false }]),',
    replace: 'time: believedNow(0, []),',
    tries: { scenario: 'falls-with-an-order-in-hand' },
  },
  {
    name: 'believes-a-withheld-lane',
    does: 'takes no notice that a node was told more than is held',
    module: 'core/ingest/withheld.ts',
    find: 'return seq > held ? [{ log, from: held + 1, to: seq }] : []',
    replace: 'return seq > held + 1_000_000 ? [{ log, from: held + 1, to: seq }] : []',
    tries: { scenario: 'a-lane-that-a-relay-withholds' },
  },
]
