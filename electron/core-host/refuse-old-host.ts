/**
 * Refuses, in words, a host whose Node cannot load the native SQLite module. It has to happen before the module is touched: on Node 20
 * it ends the process with a segmentation fault and in Electron 25 it aborts, neither with a message (design 7, section 1.1).
 */

/** As `process.versions` gives them; `napi` is Node-API's version. */
export type HostVersions = {
  readonly node: string
  readonly napi: string
  readonly electron?: string
}

export type HostRefusal = {
  readonly code: 'HOST_ELECTRON_TOO_OLD' | 'HOST_NODE_TOO_OLD'
  readonly sentence: string
}

/** better-sqlite3 13 asks for Node 22 and is built for Node-API 10; the first Electron with both is 36. */
export const oldestHost = { nodeMajor: 22, napi: 10, electronMajor: 36 } as const

/** The reason why core must not be started in a host of these versions, or undefined when it may. [SH7] */
export function refuseOldHost(versions: HostVersions): HostRefusal | undefined {
  const napi = Number.parseInt(versions.napi, 10)
  if (majorOf(versions.node) >= oldestHost.nodeMajor && napi >= oldestHost.napi) return undefined
  const has = `Node ${versions.node} (Node-API ${versions.napi})`
  if (versions.electron !== undefined) {
    return {
      code: 'HOST_ELECTRON_TOO_OLD',
      sentence: `Electron ${versions.electron} carries ${has}, too old for the database; Electron ${oldestHost.electronMajor} or newer is needed.`,
    }
  }
  return {
    code: 'HOST_NODE_TOO_OLD',
    sentence: `${has} is too old for the database; Node ${oldestHost.nodeMajor} with Node-API ${oldestHost.napi} or newer is needed, best Node 24.`,
  }
}

/** NaN, which is smaller than nothing and therefore refused, when the version is not one. */
function majorOf(version: string): number {
  return Number.parseInt(version, 10)
}
