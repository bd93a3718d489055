/** What this package says of itself: its version, when it was built, and whether it is a build for tests. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

declare const __IBCF_BUILD_DATE__: string

export type BuildMark = {
  readonly version: string
  /** RFC 3339. */
  readonly buildDate: string
  /** Set by build/package.mjs in packages for tests and closed networks; inside the asar, whose integrity releases check. */
  readonly isTestRuntime: boolean
}

export const testRuntimeMark = 'IBCF test runtime'

export function readBuildMark(appPath: string): BuildMark {
  const manifest: Readonly<Record<string, unknown>> = JSON.parse(readFileSync(join(appPath, 'package.json'), 'utf8'))
  return {
    version: String(manifest['version']),
    buildDate: __IBCF_BUILD_DATE__,
    isTestRuntime: manifest['ibcfBuild'] === testRuntimeMark,
  }
}
