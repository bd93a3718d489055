/** `restart`: proven by a start that came after the command began; so one that ended the node is not run again ([CM8]). */
import type { CommandAct, Found } from './act.ts'
import { noEffect } from './act.ts'
import type { Entry } from './ledger.ts'

/** Undefined where the agent is not started again by whoever runs it. */
export function createRestart(run: number, restartAgent: (() => void) | undefined): CommandAct {
  const find = ({ run: begunIn }: Entry): Found =>
    run > begunIn
      ? { probe: 'took-effect', proof: `Started again: run ${run} of the agent, after the command began in run ${begunIn}.` }
      : noEffect
  return {
    perform: (_entry, { scope }) => {
      if (scope !== 'agent' || restartAgent === undefined)
        return { kind: 'failed', code: 'RESTART_NOT_POSSIBLE', sentence: `The ${String(scope)} cannot be restarted from here.` }
      return { kind: 'awaits-start' }
    },
    probe: find,
  }
}
