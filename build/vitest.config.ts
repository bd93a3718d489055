/** How each tier of tests runs: one vitest project per tier, so that a tier can be run alone and says its own time limits. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Tiers that start processes run two files at a time: much of a file is waiting (for a link, a schedule, a window), and more of them
 * at once would only make each other slow.
 */
const twoFilesAtATime = { maxWorkers: 2 }

const tier = (name: string, testTimeout: number, extra: Record<string, unknown> = {}) => ({
  root,
  test: { name, include: [`test/${name}/**/*.test.ts`, `test/${name}/**/*.test.tsx`], testTimeout, hookTimeout: testTimeout, ...extra },
})

export default defineConfig({
  root,
  test: {
    projects: [
      tier('unit', 10_000),
      tier('contract', 20_000),
      tier('migration', 20_000),
      tier('fuzz', 60_000),
      tier('integration', 120_000, twoFilesAtATime),
      tier('simulation', 120_000),
      tier('e2e', 240_000, twoFilesAtATime),
    ],
  },
})
