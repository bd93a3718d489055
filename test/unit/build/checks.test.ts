/** Each check, on a small tree that has what it is there to find, and on one that has not. */
import { spawnSync } from 'node:child_process'
import { describe, expect, it, vi } from 'vitest'
import { describeResult, runSteps, selectSteps } from '../../../build/check.mjs'
import { checkLayout, findLayoutProblems } from '../../../build/checks/layout.mjs'
import { findPackageProblems } from '../../../build/checks/packages.mjs'
import { checkDeadCode, checkFormat, checkImports, checkLint, checkTypes } from '../../../build/checks/tools.mjs'
import { findAbsentOptionals } from '../../../build/complete-lock.mjs'
import { makeTree, makeTypedTree } from '../../helpers/build/make-tree.ts'

// The tests of this file start programs, which on a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 })

/** What the linter says of one file of core: the lines and the names of the rules. */
async function lintCore(path: string, text: string): Promise<readonly string[]> {
  using tree = makeTypedTree({ [path]: text })
  const found = (await checkLint(tree.root)) ?? ''
  return found
    .split('\n')
    .filter((line) => line.startsWith(path))
    .map((line) => line.replace(/^[^:]*:(\d+):\d+: .*\[Error\/.*\((.*)\)\]$/, '$1 $2'))
    .toSorted((a, b) => Number.parseInt(a) - Number.parseInt(b))
}

async function importsOf(files: Readonly<Record<string, string>>): Promise<string | undefined> {
  using tree = makeTypedTree(files)
  return await checkImports(tree.root)
}

describe('types', () => {
  it.each([
    ['core', 'core/log/page.ts', 'export const title = document.title\n', "Cannot find name 'document'"],
    ['electron', 'electron/main/main.ts', 'export const title = window.title\n', "Cannot find name 'window'"],
    ['preload', 'electron/preload/preload.ts', "export const home = process.env['HOME']\n", "Cannot find name 'process'"],
    ['renderer', 'renderer/app/main.tsx', "export const bytes = Buffer.from('x')\n", "Cannot find name 'Buffer'"],
    ['test', 'test/unit/one.test.ts', "export const one: number = 'one'\n", "Type 'string' is not assignable to type 'number'"],
    ['build', 'build/one.mjs', "/** @type {number} */\nexport const one = 'one'\n", "Type 'string' is not assignable to type 'number'"],
  ])('[BL4] of %s are checked against what that runtime has', async (runtime, path, text, found) => {
    using tree = makeTypedTree({ [path]: text })
    expect(await checkTypes(tree.root, runtime)).toContain(found)
  })

  it('[BL4] pass where there is nothing to find, and fail where there is nothing at all', async () => {
    using tree = makeTypedTree({ 'core/log/ok.ts': "import { sep } from 'node:path'\nexport const separator: string = sep\n" })
    expect(await checkTypes(tree.root, 'core')).toBeUndefined()
    expect(await checkTypes(tree.root, 'renderer')).toContain('No inputs were found')
  })
})

describe('lint', () => {
  const ambient = [
    "import { randomBytes } from 'node:crypto'",
    "import { setTimeout as later } from 'node:timers/promises'",
    'const { random } = Math',
    'export const all = [',
    '  Date.now(),',
    '  Math.random(),',
    '  new Date(),',
    '  performance.now(),',
    '  setTimeout,',
    '  setInterval,',
    '  setImmediate,',
    '  fetch,',
    '  globalThis.fetch,',
    '  randomBytes,',
    '  later,',
    '  random,',
    ']',
    'console.log(all)',
    '',
  ].join('\n')
  const found = [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13].map((line) => `${line} no-ambient-input`)

  it('[BL5] catches a clock, randomness, a timer or the network that core was not given', async () => {
    expect(await lintCore('core/log/ambient.ts', ambient)).toEqual([...found, '18 no-console'])
  })

  it.each(['core/platform/clock.ts', 'core/bin/ibcf.ts'])('[BL5] leaves %s alone, where the real ones are made', async (path) => {
    expect(await lintCore(path, ambient)).toEqual([])
  })

  it('[BL5] lets an entry take the real ones, but not write to the console', async () => {
    expect(await lintCore('core/app/entry.ts', ambient)).toEqual(['18 no-console'])
  })

  it('[BL5] takes a port of the same name for what it is', async () => {
    const text = [
      'export interface Scheduler { setTimeout(): number; now(): Date }',
      'export function use(scheduler: Scheduler, fetch: () => number): readonly unknown[] {',
      '  const port = { fetch, setInterval: 1 }',
      '  return [scheduler.setTimeout(), scheduler.now(), new Date(5), fetch(), port.fetch, port.setInterval]',
      '}',
      '',
    ].join('\n')
    expect(await lintCore('core/log/port.ts', text)).toEqual([])
  })

  it('[BL4] catches a promise let go, a case left out, an any, and a type imported as a value', async () => {
    const text = [
      "import { Stats } from 'node:fs'",
      "export type Mode = 'live' | 'delayed'",
      'export async function send(): Promise<void> {}',
      'export function use(mode: Mode, stats: Stats, rest: any): unknown {',
      '  send()',
      '  switch (mode) {',
      "    case 'live':",
      '      return [stats, rest]',
      '  }',
      '  return undefined',
      '}',
      '',
    ].join('\n')
    expect(await lintCore('core/log/loose.ts', text)).toEqual([
      '1 consistent-type-imports',
      '4 no-explicit-any',
      '5 no-floating-promises',
      '6 switch-exhaustiveness-check',
    ])
  })

  it('[BL4] catches a test that cannot fail, and one that keeps the others from running', async () => {
    const text = "import { expect, it } from 'vitest'\nit('is empty', () => {})\nit.only('is alone', () => expect(1).toBe(1))\n"
    using tree = makeTypedTree({ 'test/unit/one.test.ts': text })
    const found = await checkLint(tree.root)
    expect(found).toMatch(/one\.test\.ts:2:.*expect-expect/)
    expect(found).toMatch(/one\.test\.ts:3:.*no-focused-tests/)
  })

  it('[BL4] fails where it sees no file', async () => {
    using tree = makeTree({ 'core/SPEC.md': '' })
    expect(await checkLint(tree.root)).toContain('No files found')
  })
})

describe('imports', () => {
  it('[BL6] that break a rule are caught, each by its rule', async () => {
    const seeded: Readonly<Record<string, readonly [rule: string, text: string]>> = {
      'core/kernel/a.ts': ['core-kernel', "import '../fleet/ok.ts'"],
      'core/fleet/a.ts': ['core-fleet', "import '../log/ok.ts'"],
      'core/log/a.ts': ['core-log', "import type { ok } from '../fleet/ok.ts'\nexport type Ok = typeof ok"],
      'core/contract/a.ts': ['core-contract', "import '../log/ok.ts'"],
      'core/trust/a.ts': ['core-trust', "import '../store/ok.ts'"],
      'core/projections/a.ts': ['core-projections', "import '../store/ok.ts'"],
      'core/store/a.ts': ['core-store', "import '../fleet/ok.ts'"],
      'core/agent/a.ts': ['core-agent', "import '../ingest/ok.ts'"],
      'core/agent/b.ts': ['core-agent', "import '../platform/ok.ts'"],
      'core/agent/entry.ts': ['core-agent-entry', "import '../app/ok.ts'"],
      'core/ingest/a.ts': ['core-ingest', "import '../app/ok.ts'"],
      'core/sync/a.ts': ['core-sync', "import '../platform/ok.ts'"],
      'core/app/a.ts': ['core-app', "import '../platform/ok.ts'"],
      'core/app/b.ts': ['core-app', "import '../simulator/ok.ts'"],
      'core/app/entry.ts': ['core-app-entry', "import '../bin/ok.ts'"],
      'core/simulator/a.ts': ['core-simulator', "import '../platform/ok.ts'"],
      'core/platform/a.ts': ['core-platform', "import '../fleet/ok.ts'"],
      'core/helpers/a.ts': ['unknown-core-folder', "import '../kernel/ok.ts'"],
      'core/app/c.ts': ['core-stands-alone', "import 'react'"],
      'core/app/d.ts': ['sqlite-in-store', "import 'better-sqlite3'"],
      'core/ingest/b.ts': ['ports-only', "export { request } from 'node:http'"],
      'core/fleet/b.ts': ['no-node-in-the-page', "export { sep } from 'node:path'"],
      'renderer/app/a.ts': ['no-node-in-the-page', "export { sep } from 'node:path'"],
      'renderer/app/b.ts': ['renderer', "import '../../core/kernel/ok.ts'"],
      'electron/main/a.ts': ['electron', "import '../../core/app/ok.ts'"],
      'electron/main/b.ts': ['electron-kernel-types', "import '../../core/kernel/ok.ts'"],
      'electron/core-host/a.ts': ['electron-core-host', "import '../../core/store/ok.ts'"],
      'build/a.mjs': ['nobody-imports-tests', "import '../test/ok.ts'"],
      'core/kernel/b.ts': ['no-cycles', "import './b2.ts'"],
      'core/kernel/c.ts': ['no-unresolvable', "import './absent.ts'"],
    }
    const files = Object.entries(seeded).map(([path, [, text]]) => [path, `${text}\n`])
    const targets = ['kernel', 'fleet', 'log', 'store', 'ingest', 'app', 'platform', 'bin', 'simulator'].map(
      (folder) => `core/${folder}/ok.ts`,
    )
    const sound = [...targets, 'test/ok.ts'].map((path) => [path, 'export const ok = 1\n'])
    const found = await importsOf({ ...Object.fromEntries([...files, ...sound]), 'core/kernel/b2.ts': "import './b.ts'\n" })
    const caught = (found ?? '').split('\n').map((line) => line.replace(/^(\S+) -> .*?(\[.*?\]).*$/, '$1 $2'))
    expect(caught.toSorted()).toEqual(
      Object.entries(seeded)
        .map(([path, [rule]]) => `${path} [${rule}]`)
        .toSorted(),
    )
  })

  it('[BL6] that the architecture allows pass', async () => {
    const files = {
      'core/app/entry.ts':
        "import '../platform/clock.ts'\nimport '../store/open.ts'\nimport { createServer } from 'node:http'\nexport { createServer }\n",
      'core/platform/clock.ts': "import '../kernel/ids.ts'\n",
      'core/store/open.ts': "import Database from 'better-sqlite3'\nexport { Database }\n",
      'core/bin/ibcf.ts': "import '../app/entry.ts'\nimport '../simulator/run.ts'\n",
      'core/simulator/run.ts': "import '../app/start.ts'\n",
      'core/app/start.ts': "import '../agent/node.ts'\n",
      'core/agent/node.ts': "import '../store/open.ts'\n",
      'electron/main/main.ts': "import type { Id } from '../../core/kernel/types.ts'\nexport type { Id }\n",
      'core/kernel/types.ts': 'export type Id = string\n',
      'electron/core-host/start.ts': "import '../../core/app/entry.ts'\n",
      'renderer/app/main.tsx': "import '../../core/contract/api.ts'\n",
      'core/contract/api.ts': "import '../fleet/node.ts'\n",
      'core/fleet/node.ts': "import '../kernel/ids.ts'\n",
      'core/kernel/ids.ts': 'export const id = 1\n',
    }
    expect(await importsOf(files)).toBeUndefined()
  })

  it('[BL6] are not called sound when no module was seen', async () => {
    using tree = makeTypedTree({ 'core/SPEC.md': '', 'test/fixtures/a.ts': 'export const a = 1\n' })
    expect(await checkImports(tree.root)).toBe('dependency-cruiser saw no modules of ours.')
  })
})

describe('format and dead code', () => {
  it('[BL4] a file that is not in the settled format is named', async () => {
    using tree = makeTree({ 'core/a.ts': 'export const a = "a";\n', 'core/b.ts': "export const b = 'b'\n" })
    const found = await checkFormat(tree.root)
    expect(found).toContain('core/a.ts')
    expect(found).not.toContain('core/b.ts')
  })

  it('[BL4] a file and an export that nothing uses are named', async () => {
    using tree = makeTypedTree({
      'test/unit/log/chain.test.ts': "import { used } from '../../../core/log/chain.ts'\nused()\n",
      'core/log/chain.ts': 'export function used(): void {}\nexport function unused(): void {}\n',
      'core/log/forgotten.ts': 'export const forgotten = 1\n',
    })
    const found = await checkDeadCode(tree.root)
    expect(found).toMatch(/Unused files[^]*core\/log\/forgotten\.ts/)
    expect(found).toMatch(/Unused exports[^]*unused/)
  })
})

describe('layout', () => {
  const root = [
    'electron/a',
    'renderer/a',
    'core/a',
    'resources/a',
    'build/a',
    'test/a',
    'package.json',
    'electron-builder.yml',
    'tsconfig.json',
    'README.md',
  ]

  it('[BL7] of the root is as the architecture says, beside dot-files, the lock file and the licence', () => {
    expect(findLayoutProblems([...root, '.gitignore', '.ci/run', 'LICENSE', 'package-lock.json'])).toEqual([])
    expect(findLayoutProblems(['src/a.ts', ...root.slice(1)])).toEqual([
      'electron is missing from the root.',
      'src does not belong in the root.',
    ])
  })

  it('[BL7] has no barrels in core and no build outputs', () => {
    expect(findLayoutProblems([...root, 'core/log/index.ts', 'renderer/ui/index.ts', 'out/main.js'])).toEqual([
      'out does not belong in the root.',
      'core/log/index.ts is a barrel: import the file that has the thing.',
      'out/main.js is a build output and does not belong in git.',
    ])
  })

  it('[BL7] is judged by what git tracks, not by what happens to lie about', async () => {
    using tree = makeTree({ 'README.md': '', 'notes.txt': '' })
    spawnSync('git', ['init', '--quiet'], { cwd: tree.root })
    spawnSync('git', ['add', 'README.md'], { cwd: tree.root })
    const found = await checkLayout(tree.root)
    expect(found).toContain('core is missing from the root.')
    expect(found).not.toContain('notes.txt')
    expect(found).not.toContain('README.md')
  })
})

describe('packages', () => {
  const entry = { version: '1.2.3', integrity: 'sha512-x' }

  it('[BL8] that are pinned exactly and locked pass', () => {
    const devDependencies = { zod: '1.2.3', typescript7: 'npm:typescript@1.2.3', '@local/node24': 'file:build/node24' }
    const packages = {
      '': { devDependencies },
      'node_modules/zod': entry,
      'node_modules/typescript7': entry,
      'node_modules/@local/node24': { link: true },
    }
    expect(findPackageProblems({ devDependencies }, { packages })).toEqual([])
  })

  it('[BL8] that float, or that the lock file does not agree with, are named', () => {
    const manifest = { dependencies: { floating: '^1.2.3', absent: '1.2.3', newer: '1.2.4' } }
    const lock = {
      packages: {
        '': { dependencies: { floating: '^1.2.3', newer: '1.2.3', forgotten: '1.0.0' } },
        'node_modules/floating': entry,
        'node_modules/newer': { version: '1.2.3' },
      },
    }
    expect(findPackageProblems(manifest, lock)).toEqual([
      'floating ^1.2.3 is not an exact version.',
      'package-lock.json has absent not at all, package.json has 1.2.3: make the lock file anew.',
      'absent is not in package-lock.json: make the lock file anew.',
      'package-lock.json has newer 1.2.3, package.json has 1.2.4: make the lock file anew.',
      'package-lock.json installs newer 1.2.3, not 1.2.4.',
      'package-lock.json has forgotten, package.json does not: make the lock file anew.',
      'node_modules/newer is in package-lock.json without its integrity.',
    ])
  })
})

describe('the lock file', () => {
  const packages = {
    'node_modules/linter': {
      version: '1.2.3',
      integrity: 'sha512-x',
      dev: true,
      optionalDependencies: { '@linter/linux-x64-gnu': '1.2.3', '@linter/darwin-arm64': '1.2.3' },
    },
    'node_modules/@linter/linux-x64-gnu': { version: '1.2.3', integrity: 'sha512-y', optional: true, os: ['linux'], cpu: ['x64'] },
  }

  it('[BL8] wants the packages of all platforms, served or not, and says how it gets them', () => {
    expect(findPackageProblems({}, { packages })).toEqual([
      'npm ci will refuse package-lock.json, which lacks node_modules/@linter/darwin-arm64: node build/complete-lock.mjs adds them.',
    ])
    const absent = findAbsentOptionals(packages)
    expect(absent).toEqual({
      'node_modules/@linter/darwin-arm64': { version: '1.2.3', cpu: ['arm64'], os: ['darwin'], dev: true, optional: true },
    })
    expect(findPackageProblems({}, { packages: { ...packages, ...absent } })).toEqual([])
  })
})

describe('the steps', () => {
  it('[BL4] are all made, and one that breaks down has failed', async () => {
    const told: string[] = []
    const steps = new Map<string, () => Promise<string | undefined>>([
      ['sound', async () => undefined],
      ['found something', async () => 'a.ts:1 is wrong'],
      ['broke down', async () => Promise.reject(new Error('no such tool'))],
    ])
    const results = await runSteps('/', steps, ({ name }) => told.push(name))
    expect(results.map(({ name, problem }) => [name, problem?.split('\n')[0]])).toEqual([
      ['sound', undefined],
      ['found something', 'a.ts:1 is wrong'],
      ['broke down', 'The check itself failed: Error: no such tool'],
    ])
    expect(told).toHaveLength(3)
  })

  it('[BL4] are told with their time, and with what they found', () => {
    expect(describeResult({ name: 'lint', tookMs: 12 })).toBe('ok     lint                     12 ms')
    expect(describeResult({ name: 'lint', tookMs: 1234, problem: 'one\n\ntwo\n' })).toBe(
      'FAILED lint                   1234 ms\n    one\n\n    two',
    )
  })

  it('[BL4] can be chosen by the beginning of their names', () => {
    expect([...(selectSteps(['types of core', 'la'])?.keys() ?? [])]).toEqual(['types of core', 'layout'])
    expect([...(selectSteps([])?.keys() ?? [])]).toContain('dead code')
    expect(selectSteps(['nothing'])).toBeUndefined()
  })
})
