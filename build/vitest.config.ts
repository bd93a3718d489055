/** How each tier of tests runs: one vitest project per tier, so that a tier can be run alone and says its own time limits. */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A tier that starts processes runs its files one after another: on two cores, parallel files would only measure each other. */
const oneFileAtATime = { fileParallelism: false }

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
      tier('integration', 120_000, oneFileAtATime),
      tier('simulation', 120_000),
      tier('e2e', 240_000, oneFileAtATime),
    ],
  },
})
