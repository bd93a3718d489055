import { describe, expect, it } from 'vitest'
import { command, seedAfter } from '../../../../core/bin/simulate.ts'

async function run(...args: readonly string[]): Promise<{ readonly status: number; readonly out: string[]; readonly err: string[] }> {
  const [out, err]: [string[], string[]] = [[], []]
  const io = {
    stdout: (line: string) => void out.push(line),
    stderr: (line: string) => void err.push(line),
    cwd: '/',
    signal: new AbortController().signal,
  }
  return { status: await command.run(args, io), out, err }
}

describe('ibcf simulate', () => {
  it('[SD8] says on one line what happened, the same one again, and how fast it went apart from it', async () => {
    const args = ['--seed', 'line', '--islands', '1', '--nodes', '1', '--hours', '0.2', '--faults', 'cut', '--json'] as const
    const first = await run(...args)
    const line = JSON.parse(first.out.at(-1) ?? '') as { readonly ok: boolean; readonly seed: string; readonly checks: object }
    expect([first.status, first.out.length, line.ok, line.seed, Object.keys(line.checks).length]).toEqual([0, 1, true, 'line', 7])
    expect(first.err.join()).toContain('hours a second')
    expect((await run(...args)).out).toEqual(first.out)
  }, 60_000)

  it.each([
    [['--faults', 'sunspots'], 'FAULT_UNKNOWN'],
    [['--islands', '0'], 'NUMBER_WRONG'],
    [['--nodes', '1.5'], 'NUMBER_WRONG'],
    [['--hours', 'many'], 'NUMBER_WRONG'],
    [['--islands', '13'], 'NUMBER_WRONG'],
    [['--plan', 'no-such-plan.json'], 'TRIAL_PLAN_MISSING'],
    [['--scenario', 'nothing'], 'SCENARIO_UNKNOWN'],
    [['--colour', 'blue'], 'OPTION_UNKNOWN'],
  ] as const)('[SD8] refuses %j with %s', async (args, code) => {
    await expect(run(...args)).rejects.toMatchObject({ code })
  })

  it('[SD8] names the scenarios', async () => {
    const { out } = await run('--list')
    expect(out.length).toBeGreaterThanOrEqual(30)
  })

  it('[SD8] counts seeds on', () => {
    expect(['1', 'a', 'a9', '10000000'].map(seedAfter)).toEqual(['2', 'a1', 'a10', '10000001'])
  })
})
